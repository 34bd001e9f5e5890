internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ServiceLifecycle

/// Keeps the ledger's history bounded, a little at a time.
struct Housekeeping: Service {
    /// So many finished deliveries are kept beyond those whose outputs exist.
    static let keptDeliveries = 1_000_000
    private static let interval = Duration.seconds(60)
    private static let batch = 500
    /// What all parts share.
    let core: ProcessingCore

    /// Works until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await core.clock.sleep(for: Self.interval)
                // A batch is full of what must stay as often as not: only one that forgets nothing ends it.
                while try await core.ledger.prune(keeping: Self.keptDeliveries, limit: Self.batch) > 0 {
                    // Others get their turn between two batches.
                    try await core.clock.sleep(for: .milliseconds(20))
                }
            } catch let error as SluiceError {
                core.logger.warning("the history could not be pruned", metadata: ["error": "\(error)"])
            } catch {
                return  // Cancelled: only the clock throws anything else.
            }
        }
    }
}
