public import EventModel
public import RecordEngine

/// A function of built-in steps: the record engine's pipeline between an object and its outputs.
public struct StepsFunction: AggregatingFunction {
    /// The configured name.
    public let name: FunctionName
    /// Which logic this is.
    public let fingerprint: Fingerprint
    private let pipeline: Pipeline
    private let executor: any BlockExecutor
    private let spools: any SpoolProvider

    /// Bytes of codec windows that one run may need on top of what every run may; see `Pipeline.windowBytes`.
    public var windowBytes: Int { pipeline.windowBytes }

    /// Makes a function that computes on `executor`, and keeps archives that must be read in another order
    /// than they arrive in one of `spools`.
    public init(
        name: FunctionName,
        fingerprint: Fingerprint,
        pipeline: Pipeline,
        executor: any BlockExecutor,
        spools: any SpoolProvider
    ) {
        self.name = name
        self.fingerprint = fingerprint
        self.pipeline = pipeline
        self.executor = executor
        self.spools = spools
    }

    /// A stored object up to this size is computed by the thread that reads it: its few blocks take less time
    /// than handing them to another thread and waiting for it.
    private static let smallObjectBytes: UInt64 = 256 << 10

    /// Runs the pipeline over one object.
    ///
    /// Throws what failed; the rejects do not fail it.
    public func invoke(_ invocation: Invocation) throws(SluiceError) -> InvocationReport {
        report(try run(invocation, givesPartial: false))
    }

    /// This function, where its records are folded into groups: only then may partial results be asked for.
    public var aggregating: (any AggregatingFunction)? { pipeline.aggregates ? self : nil }

    /// Folds one object as a part of a larger result: writes no rows, only rejects, and gives the groups.
    ///
    /// Throws what failed.
    public func invokePartially(_ invocation: Invocation) throws(SluiceError) -> PartialInvocation {
        let result = try run(invocation, givesPartial: true)
        guard let partial = result.totals.partial else {
            preconditionFailure("A function that folds no records was asked for its groups.")
        }
        return PartialInvocation(report: report(result), partial: partial)
    }

    /// Begins a result.
    public func makeMerger() -> any PartialMerger {
        guard let merger = AggregateMerger(pipeline) else {
            preconditionFailure("A function that folds no records was asked to merge.")
        }
        return StepsMerger(merger, of: self)
    }

    private func run(
        _ invocation: Invocation,
        givesPartial: Bool
    ) throws(SluiceError) -> PipelineReport {
        let isSmall = invocation.event.sizeBytes <= Self.smallObjectBytes
        return try pipeline.run(
            source: invocation.source,
            sinks: InvocationSinks(invocation.outputs),
            executor: isSmall ? InlineExecutor() : executor,
            objectTime: invocation.event.time.nanoseconds == 0 ? nil : invocation.event.time,
            spools: spools,
            givesPartial: givesPartial,
            checkCancellation: invocation.checkCancellation
        )
    }

    /// What a run of the pipeline did, in a function's words.
    fileprivate func report(_ result: PipelineReport) -> InvocationReport {
        var report = InvocationReport()
        report.tally = pipeline.isByteMode ? nil : result.tally
        report.textBytesIn = result.totals.textBytesIn
        report.textBytesOut = result.totals.textBytesOut
        report.stages = result.stages.map { stage in
            InvocationReport.Stage(
                name: stage.name,
                input: stage.input,
                dropped: stage.dropped,
                rejected: stage.rejected,
                deduplicated: stage.deduplicated
            )
        }
        report.warnings = result.warnings
        report.notes = result.totals.notes
        report.members = MemberTally(result.totals.members)
        return report
    }
}

/// The engine's merger, for the outputs of a job.
private final class StepsMerger: PartialMerger {
    private let merger: AggregateMerger
    private let function: StepsFunction

    /// Merges what `function` gave.
    init(_ merger: AggregateMerger, of function: StepsFunction) {
        (self.merger, self.function) = (merger, function)
    }

    /// Records that the result so far was folded from.
    var records: UInt64 { merger.records }
    /// Groups so far.
    var groups: Int { merger.groupCount }

    /// Adds a partial result.
    func add(_ partial: [UInt8]) throws(SluiceError) { try merger.add(partial) }

    /// All of it as one partial result.
    func partial() -> [UInt8] { merger.partial() }

    /// Writes the rows.
    func write(to outputs: any OutputOpener) throws(SluiceError) -> InvocationReport {
        function.report(try merger.write(to: InvocationSinks(outputs)))
    }
}

extension MemberTally {
    /// What the engine counted; nil where the object was no archive.
    fileprivate init?(_ members: MemberReport) {
        if members.archive == nil { return nil }
        self.init()
        seen = members.seen
        written = members.written
        rejected = members.rejected
        skipped = members.skipped
        rejectedNames = members.rejectedNames.prefix(Self.mostNames).map {
            Rejected(name: $0.name, code: $0.code, reason: $0.reason)
        }
    }
}

/// The engine's sinks on top of an invocation's outputs.
private final class InvocationSinks: PipelineSinks {
    private let outputs: any OutputOpener

    /// Sits on top of one invocation's outputs.
    init(_ outputs: any OutputOpener) { self.outputs = outputs }

    /// Opens the output.
    func open(_ output: PipelineOutput) throws(SluiceError) -> (any ByteSink)? {
        try outputs.open(Self.part(output))
    }

    /// Ends the output.
    func close(_ output: PipelineOutput) throws(SluiceError) { try outputs.close(Self.part(output)) }

    /// Takes the output back.
    func discard(_ output: PipelineOutput) throws(SluiceError) { try outputs.discard(Self.part(output)) }

    /// The placeholders of an output.
    private static func part(_ output: PipelineOutput) -> OutputPart {
        var placeholders: [String: String] = [:]
        placeholders["member"] = output.member
        placeholders["output"] = output.name.route
        placeholders["partition"] = output.name.partition
        placeholders["part"] = String(output.part)
        return OutputPart(role: output.role == .result ? .result : .rejects, placeholders: placeholders)
    }
}
