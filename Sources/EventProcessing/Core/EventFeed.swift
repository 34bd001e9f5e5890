package import DurableLedger
package import EventModel
internal import Synchronization

/// What happened lately, for `sluice events`: the last 10,000 entries of this boot, in memory.
public final class EventFeed: Sendable {
    private struct State {
        /// A ring: the entry number `n` (from 1) lies at `(n - 1) % capacity`.
        var ring: [FeedEntry] = []
        /// The number of the newest entry; 0 before the first.
        var last: UInt64 = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// Makes an empty feed.
    public init(capacity: Int = 10_000) { self.capacity = max(1, capacity) }

    /// Adds what happened.
    package func add(
        _ kind: String,
        at time: Timestamp,
        bucket: BucketName,
        key: ObjectKey? = nil,
        trigger: TriggerName? = nil,
        delivery: DeliveryID? = nil,
        detail: String = ""
    ) {
        state.withLock { state in
            state.last += 1
            let entry = FeedEntry(
                number: state.last,
                time: time,
                kind: kind,
                bucket: bucket,
                key: key,
                trigger: trigger,
                delivery: delivery,
                detail: detail
            )
            if state.ring.count < capacity {
                state.ring.append(entry)
            } else {
                state.ring[Int((state.last - 1) % UInt64(capacity))] = entry
            }
        }
    }

    /// The entries with a number above `after`, oldest first, at most `limit`.
    public func entries(after: UInt64, limit: Int) -> [FeedEntry] {
        state.withLock { state in
            let oldest = state.last - UInt64(state.ring.count) + 1
            let first = max(after == .max ? .max : after + 1, oldest)
            guard first <= state.last, limit > 0 else { return [] }
            let last = min(state.last, first + UInt64(limit) - 1)
            return (first...last).map { state.ring[Int(($0 - 1) % UInt64(capacity))] }
        }
    }
}
