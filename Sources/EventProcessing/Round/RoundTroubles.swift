internal import EventModel
internal import Synchronization

/// Collects what goes wrong with buckets while one round runs, which waits for nothing without end.
final class RoundTroubles: Sendable {
    /// So often a step that met an outage is tried in one round; each try has the store's own retries in it.
    static let mostTries = 3
    private let buckets = Mutex<[BucketName: SluiceError]>([:])

    /// A bucket could not be used; the first reason is kept.
    func note(_ error: SluiceError, with bucket: BucketName) {
        buckets.withLock { $0[bucket] = $0[bucket] ?? error }
    }

    /// The buckets that could not be used, with the first reason of each.
    var all: [BucketName: SluiceError] { buckets.withLock { $0 } }
}
