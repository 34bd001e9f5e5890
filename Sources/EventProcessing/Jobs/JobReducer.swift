internal import DurableLedger
internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import ObjectStorage

/// Makes the one result of a job of what its tasks gave.
///
/// Partial results lie in the ledger. Whenever as many bytes of them wait as the merged one has, they are
/// merged into it: each byte is so written a bounded number of times, and memory holds one result.
struct JobReducer: Sendable {
    /// Fewer bytes than this wait for the end.
    static let leastBytes: UInt64 = 4 << 20
    private static let pageBytes = 1 << 20
    /// So many partial results are merged at a time at most: one transaction takes them out.
    private static let mostTasks = 500
    /// So many objects that a result does not cover are named beside it; the job's report names all.
    private static let mostNamed = 10_000
    private static let forgottenAtOnce = 500

    /// What all parts share.
    let core: ProcessingCore
    /// Threads that merge and write.
    let pool: BlockingPool

    /// Merges what waits of a job; returns the bytes of what came of it.
    func merge(_ job: JobID, by function: any AggregatingFunction) async throws(SluiceError) -> UInt64 {
        let core = core
        let (tasks, bytes) = try await pool.run { () throws(SluiceError) in
            let merger = function.makeMerger()
            let tasks = try Self.collect(job, core, into: merger, atMost: Self.mostTasks)
            return (tasks, merger.partial())
        }
        try await core.ledger.mergePartials(of: job, tasks, into: bytes)
        return UInt64(bytes.count)
    }

    /// Adds partial results of a job from the first on; returns their tasks.
    private static func collect(
        _ job: JobID,
        _ core: ProcessingCore,
        into merger: any PartialMerger,
        atMost limit: Int = .max
    ) throws(SluiceError) -> [Int64] {
        var tasks: [Int64] = []
        while tasks.count < limit {
            let after = tasks.last
            let page = try BlockingBridge.wait { () async throws(SluiceError) in
                try await core.ledger.partials(of: job, after: after, bytes: pageBytes)
            }
            if page.isEmpty { break }
            for partial in page {
                try merger.add(partial.bytes)
                tasks.append(partial.task)
            }
        }
        return tasks
    }

    /// Writes the result of a job whose tasks have all ended, and beside it what it covers; may be repeated.
    func write(_ job: JobRow, _ reduction: JobReduction) async throws(SluiceError) {
        let core = core
        let source = ObjectKey("job-\(job.id)")
        let (objects, records, groups) = try await pool.run { () throws(SluiceError) in
            let merger = reduction.function.makeMerger()
            _ = try Self.collect(job.id, core, into: merger)
            let outputs = try JobOutputs(core, at: reduction.place, source: source)
            do throws(SluiceError) {
                _ = try merger.write(to: outputs)
                return (try outputs.finishAll(), merger.records, merger.groups)
            } catch {
                outputs.abandonAll()
                throw error
            }
        }
        try await claim(objects, of: job.id)
        try await core.publish(objects)
        guard let first = objects.first else { return }
        var coverage = JobCoverage(job, function: reduction.function, at: core.clock.now)
        coverage.results = objects.map { "\($0.store.bucket):\($0.key)" }
        (coverage.records, coverage.groups) = (records, groups)
        try await name(&coverage, job.id)
        let writer = JobReportWriter(core: core, pool: pool)
        let text = try JobReport.json(coverage) + "\n"
        try await writer.put(text, as: first.key.description + ".covers.json", in: first.store)
    }

    /// The outputs of deliveries are not overwritten.
    private func claim(_ objects: [JobObject], of job: JobID) async throws(SluiceError) {
        for object in objects {
            let bucket = object.store.bucket
            guard let row = try await core.ledger.output(in: bucket, key: object.key) else { continue }
            let places = objects.map { StagedPlace(bucket: $0.store.bucket, reference: $0.staged) }
            await core.configuration.discard(places, core.logger)
            throw SluiceError(
                .outputCollision,
                "The result of job \(job) would take the place of '\(bucket):\(object.key)', which trigger "
                    + "'\(row.owner.trigger)' made.",
                hint: "Give --reduce another key."
            )
        }
    }

    /// Names the objects that are not in the result.
    private func name(_ coverage: inout JobCoverage, _ job: JobID) async throws(SluiceError) {
        guard coverage.covered < coverage.objects else { return }
        var query = JobTaskQuery(job: job)
        (query.states, query.limit) = ([.failed, .skipped, .cancelled], 1000)
        while coverage.notCovered.count < Self.mostNamed {
            let tasks = try await core.ledger.tasks(query)
            guard let last = tasks.last else { break }
            query.after = last.number
            coverage.notCovered += tasks.prefix(Self.mostNamed - coverage.notCovered.count)
                .map(JobReport.Line.init)
        }
    }

    /// Forgets the partial results of a job that has ended.
    func forget(_ job: JobID) async throws(SluiceError) {
        while try await core.ledger.forgetPartials(of: job, limit: Self.forgottenAtOnce)
            == Self.forgottenAtOnce
        {}
    }
}
