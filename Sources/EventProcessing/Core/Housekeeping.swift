internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ServiceLifecycle

/// Keeps the ledger's history bounded, a little at a time, and the stores free of what attempts left staged.
struct Housekeeping: Service {
    /// So many finished deliveries are kept beyond those whose outputs exist.
    static let keptDeliveries = 1_000_000
    /// So many jobs are kept, the newest.
    static let keptJobs = 1000
    /// Jobs are kept at least so long after they ended: 30 days.
    static let keptJobTime = Duration.seconds(30 * 24 * 60 * 60)
    /// So many tasks of old jobs are forgotten at a time, each with its target, delivery, attempt and partial
    /// result: about 500 rows.
    private static let jobBatch = 100
    private static let interval = Duration.seconds(60)
    private static let batch = 500
    /// So many intervals pass between two sweeps of the buckets: an hour.
    private static let sweepEvery = 60
    /// What all parts share.
    let core: ProcessingCore
    /// Sweeps.
    let recovery: Recovery
    /// Commits of former boots that were open when this one began: what they staged is spared.
    let rest: [PendingCommit]

    /// Works until the task is cancelled.
    func run() async {
        var intervals = 0
        while !Task.isCancelled {
            do {
                try await core.clock.sleep(for: Self.interval)
                intervals += 1
                if intervals.isMultiple(of: Self.sweepEvery) { await recovery.sweep(sparing: rest) }
                // A batch is full of what must stay as often as not: only one that forgets nothing ends it.
                while try await core.ledger.prune(keeping: Self.keptDeliveries, limit: Self.batch) > 0 {
                    // Others get their turn between two batches.
                    try await core.clock.sleep(for: .milliseconds(20))
                }
                while try await pruneJobs() > 0 { try await core.clock.sleep(for: .milliseconds(20)) }
            } catch let error as SluiceError {
                core.logger.warning("the history could not be pruned", metadata: ["error": "\(error)"])
            } catch {
                return  // Cancelled: only the clock throws anything else.
            }
        }
    }

    private func pruneJobs() async throws(SluiceError) -> Int {
        try await core.ledger.pruneJobs(
            keeping: Self.keptJobs,
            before: core.clock.now.advanced(by: .zero - Self.keptJobTime),
            limit: Self.jobBatch
        )
    }
}
