public import EventModel

/// Pulls an object through a pipeline: source → decoder → splitter → processor → compressor → sinks.
///
/// The caller's thread drives source and sinks; blocks are processed and compressed on the executor's
/// threads, several at the same time, and written in order. Memory is bounded whatever the object's size, and
/// the bytes written depend only on the text and the plan: not on how reads were chunked, nor on the number
/// of threads.
public struct PipelineDriver: Sendable {
    /// How the object's stored bytes are decoded.
    public var input = InputLayers.auto
    /// How the result is compressed.
    public var output = OutputCodec.none
    /// How the rejects are compressed.
    public var rejects = OutputCodec.none
    /// How much the object may ask for.
    public var limits = EngineLimits()
    /// What is done with each block; nil passes the text through as bytes, without cutting it into records.
    public var processor: (any BlockProcessor)?
    /// How an archive is taken apart; nil takes it as it is.
    public var archive: ArchivePlan?
    /// Keeps archives that cannot be read from their beginning to their end.
    public var spools: any SpoolProvider = MemorySpoolProvider()
    /// When the object was last modified, for time stamps without a year; nil where nobody knows.
    public var objectTime: Timestamp?
    /// Whether a pipeline that folds its records gives the groups, as a part of a larger result, and writes
    /// no rows; see `PipelineDriverReport.partial`.
    public var givesPartial = false
    /// Falsifies what passes between the stages, to prove that a loss is noticed.
    ///
    /// Nothing outside of tests sets it.
    package var falsifier: DriverFalsifier?

    /// A driver for a pipeline.
    public init(processor: (any BlockProcessor)?) { self.processor = processor }

    /// Runs the pipeline over one object; returns when no closure of it runs any more.
    ///
    /// `checkCancellation` is asked between blocks and throws to end the run. Throws `codec.*` and
    /// `engine.*`, and what source, sinks and processor throw; what was written until then must not become
    /// visible.
    public func run(
        source: any ByteSource,
        sinks: any PipelineSinks,
        executor: any BlockExecutor,
        checkCancellation: @escaping () throws(SluiceError) -> Void = { () throws(SluiceError) in }
    ) throws(SluiceError) -> PipelineDriverReport {
        try run(
            reader: ObjectReader(
                InputPlan(layers: input, archive: archive, limits: limits),
                source: source,
                spools: spools,
                betweenReads: checkCancellation
            ),
            sinks: sinks,
            executor: executor,
            checkCancellation: checkCancellation
        )
    }

    /// Whether the members of an archive become one result; a damaged member then fails the object.
    var mergesUnits: Bool { archive?.merge == true }

    /// Runs the pipeline over the units that `reader` opens; as above.
    ///
    /// Each unit has outputs of its own, unless they are merged. A unit that cannot be read to its end is
    /// taken back and named in the rejects, and the next one is read.
    package func run(
        reader: any UnitReader,
        sinks: any PipelineSinks,
        executor: any BlockExecutor,
        checkCancellation: @escaping () throws(SluiceError) -> Void = { () throws(SluiceError) in }
    ) throws(SluiceError) -> PipelineDriverReport {
        let run = PipelineDriverRun(
            self,
            reader: reader,
            sinks: sinks,
            executor: executor,
            checkCancellation: checkCancellation
        )
        // Also after an error: buffers and processor belong to the caller again when this function returns.
        defer { run.waitUntilIdle() }
        return try run.run()
    }
}

/// Changes what passes between two stages of the driver, in tests of the conservation law.
package struct DriverFalsifier: Sendable {
    /// Called with each block that the splitter made.
    package var block: (@Sendable (consuming Block) -> Block)?
    /// Called with each piece of encoded output before it is counted, compressed and written.
    package var encoded: (@Sendable (ByteBuffer) -> Void)?

    /// Changes nothing yet.
    package init() {}
}
