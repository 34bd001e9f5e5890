/// The requests that wait for each other: those of one kind to one endpoint.
struct TransferLane: Hashable {
    /// What is counted apart.
    enum Kind: Hashable {
        /// The answer is waited for as a whole.
        case whole
        /// The answer is read as it comes.
        case stream
        /// The answer waits for something to happen.
        case longPoll
    }

    /// Where they go.
    let endpoint: HTTPEndpoint
    /// What they are.
    let kind: Kind

    /// The lane of a request.
    init(_ order: Order) {
        endpoint = order.request.endpoint
        kind =
            if case .stream = order.receiver { .stream } else {
                order.request.isLongPoll ? .longPoll : .whole
            }
    }

    /// The most that may be under way in this lane.
    func limit(_ options: HTTPClient.Options) -> Int {
        kind == .longPoll ? options.maxLongPolls : options.connectionsPerHost
    }
}

/// How many requests of a lane are under way, and which ones wait.
struct TransferQueue {
    /// Requests under way; at most the lane's limit.
    var activeCount = 0
    /// Requests that wait, oldest first from `next` on; nil where one was taken out.
    private var waiting: [Order?] = []
    private var next = 0

    /// Whether nothing is left of it.
    var isDone: Bool { activeCount == 0 && waiting.isEmpty }

    /// The oldest request that waits.
    var oldest: Order? { waiting[next...].lazy.compactMap(\.self).first }

    /// When the first of those that wait has to be done; nil when none has to. O(those that wait).
    var firstDeadline: ContinuousClock.Instant? {
        waiting[next...].lazy.compactMap { $0?.deadline }.min()
    }

    /// What decides who gets the next place: less comes first.
    var claim: (active: Int, number: UInt64) { (activeCount, oldest?.number ?? .max) }

    /// Whether a request waits that needs only a place.
    func mayStart(_ limit: Int) -> Bool {
        activeCount < limit && oldest != nil
    }

    /// Puts a request behind the others.
    mutating func add(_ order: Order) { waiting.append(order) }

    /// Takes the oldest request that waits, if one more may be under way.
    mutating func takeNext(_ limit: Int) -> Order? {
        guard activeCount < limit else { return nil }
        while next < waiting.count {
            let order = waiting[next]
            waiting[next] = nil
            next += 1
            guard let order else { continue }
            activeCount += 1
            trim()
            return order
        }
        trim()
        return nil
    }

    /// Takes one request out of the queue.
    mutating func takeWaiting(_ number: UInt64) -> Order? {
        guard let index = waiting.firstIndex(where: { $0?.number == number }) else { return nil }
        defer { waiting[index] = nil }
        return waiting[index]
    }

    /// Takes the requests out whose time is over.
    mutating func takeLate(_ now: ContinuousClock.Instant) -> [Order] {
        var late: [Order] = []
        for index in waiting[next...].indices {
            guard let order = waiting[index], let deadline = order.deadline, deadline <= now else { continue }
            waiting[index] = nil
            late.append(order)
        }
        return late
    }

    /// Takes all requests that wait.
    mutating func takeAll() -> [Order] {
        defer { (waiting, next) = ([], 0) }
        return waiting[next...].compactMap(\.self)
    }

    private mutating func trim() {
        guard next == waiting.count || next >= 1024 else { return }
        waiting.removeFirst(next)
        next = 0
    }
}
