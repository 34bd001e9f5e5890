public import EventModel

/// Merges partial results of a pipeline that ends in `aggregate`: those of any number of objects, or those
/// that other mergers made of them.
///
/// Counts, sums of exact numbers, bounds and sketches come out the same in whatever order and tree they are
/// merged; memory is bounded by the step's `max_groups` and `max_memory`. Used by one thread at a time.
public final class AggregateMerger {
    private let pipeline: Pipeline
    private let processor: PipelineProcessor
    private let table: AggregateTable

    /// Begins with nothing; nil where the pipeline folds no records.
    public init?(_ pipeline: Pipeline) {
        guard let processor = pipeline.processor, let plan = processor.aggregate else { return nil }
        self.pipeline = pipeline
        self.processor = processor
        table = AggregateTable(plan)
    }

    /// Records that the results so far were folded from.
    public var records: UInt64 { table.records }
    /// Groups so far.
    public var groupCount: Int { table.count }

    /// Adds a partial result.
    ///
    /// Throws `engine.damaged-partial` and `engine.foreign-partial`, and then nothing was added; and
    /// `engine.too-many-groups`, after which the merger is of no use any more.
    public func add(_ partial: [UInt8]) throws(SluiceError) {
        try table.merge(AggregatePartial.read(partial, table.plan))
    }

    /// All of it as one partial result.
    public func partial() -> [UInt8] { AggregatePartial.write(table) }

    /// Writes the rows as the pipeline says: steps on rows, encoder, compressor.
    ///
    /// In the report's tally the rows are created, and nothing went in: the partial results' own reports say
    /// what they took in. May be called again, also after more was added.
    public func write(
        to sinks: any PipelineSinks,
        executor: any BlockExecutor = InlineExecutor(),
        checkCancellation: @escaping () throws(SluiceError) -> Void = { () throws(SluiceError) in }
    ) throws(SluiceError) -> PipelineReport {
        let run = PipelineDriverRun(
            pipeline.makeDriver(),
            reader: NoUnits(),
            sinks: sinks,
            executor: executor,
            checkCancellation: checkCancellation
        )
        defer { run.waitUntilIdle() }
        let made = processor.forRun() as? PipelineProcessor ?? processor
        let totals = try run.write(Aggregation(table, made))
        return PipelineReport(totals, stageNames: pipeline.stageNames)
    }
}

/// No object at all.
private final class NoUnits: UnitReader {
    let canContinue = false
    let failedLabel: String? = nil
    let totals = ObjectTotals()

    func nextUnit() throws(SluiceError) -> UnitInfo? { nil }
    func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int { 0 }
}
