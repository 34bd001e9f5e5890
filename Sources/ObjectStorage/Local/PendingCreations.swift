internal import EventModel

/// Files that were made and whose end of writing has not been announced; each waits for a short time only.
struct PendingCreations {
    private let limit: Int
    private let delay: Duration
    /// When each key is due; a key of `order` that is not here any more was announced otherwise.
    private var due: [ObjectKey: ContinuousClock.Instant] = [:]
    /// Keys by time of arrival, which is the order in which they are due; `head` is the index of the oldest.
    private var order: [(key: ObjectKey, due: ContinuousClock.Instant)] = []
    private var head = 0

    /// At most `limit` keys wait, each for `delay`.
    init(limit: Int, delay: Duration) {
        self.limit = limit
        self.delay = delay
    }

    /// How long until the oldest is due; nil when none waits.
    var wait: Duration? {
        head < order.count ? max(.zero, ContinuousClock.now.duration(to: order[head].due)) : nil
    }

    /// Lets a key wait; false when there is no room, and it should be announced now.
    mutating func add(_ key: ObjectKey) -> Bool {
        guard order.count - head < limit else { return false }
        let moment = ContinuousClock.now.advanced(by: delay)
        due[key] = moment
        order.append((key, moment))
        return true
    }

    /// Forgets a key that is announced otherwise.
    mutating func remove(_ key: ObjectKey) { due[key] = nil }

    /// Takes the keys whose time has come.
    mutating func takeDue() -> [ObjectKey] {
        let now = ContinuousClock.now
        var keys: [ObjectKey] = []
        while head < order.count {
            let oldest = order[head]
            if due[oldest.key] == oldest.due {
                if oldest.due > now { break }
                due[oldest.key] = nil
                keys.append(oldest.key)
            }
            head += 1
        }
        if head == order.count || head > 4096 {
            order.removeFirst(head)
            head = 0
        }
        return keys
    }
}
