internal import EventModel
internal import Synchronization

/// What this boot knows of each bucket's listings; it outlives watchers, which a reload begins anew.
final class PresenceBook: Sendable {
    private let buckets = Mutex<[BucketName: Presence]>([:])

    /// Changes what is known of a bucket.
    func update<Value>(_ bucket: BucketName, _ change: (inout Presence) -> Value) -> Value {
        buckets.withLock { change(&$0[bucket, default: Presence()]) }
    }

    /// A key was observed to be there.
    func observed(_ key: ObjectKey, in bucket: BucketName) { update(bucket) { $0.observed(key) } }
}
