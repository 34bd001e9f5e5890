internal import CCurl
internal import EventModel

/// What the client's thread does: takes commands, lets libcurl move the transfers on, hands out results.
///
/// At most `connectionsPerHost` and `maxConnections` requests are under way; the others wait here in order,
/// where they cost libcurl nothing. Streams are counted apart: one stands still as long as its reader does,
/// and the reader may be waiting for another request to end, such as the upload of what was read. So are long
/// polls, which stand still as long as nothing happens.
final class TransferLoop {
    /// What is counted apart.
    fileprivate enum Kind: Hashable {
        case whole
        case stream
        case longPoll
    }

    /// The requests that wait for each other.
    fileprivate struct Lane: Hashable {
        let endpoint: HTTPEndpoint
        let kind: Kind

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

    fileprivate struct Queue {
        /// Requests under way; at most the lane's limit.
        var activeCount = 0
        /// Requests that wait, oldest first from `next` on.
        var waiting: [Order?] = []
        var next = 0
    }

    /// How many exchanges are kept for later requests.
    private static let idleLimit = 64
    private let multi: MultiHandle
    private let mailbox: Mailbox
    private let options: HTTPClient.Options
    private var running: [UInt64: Exchange] = [:]
    /// How many of `running` are of each kind.
    private var counts: [Kind: Int] = [:]
    private var lanes: [Lane: Queue] = [:]
    private var idle: [Exchange] = []
    private var commands: [Mailbox.Command] = []

    /// Makes a loop for the thread that calls `run`.
    init(_ multi: MultiHandle, _ mailbox: Mailbox, _ options: HTTPClient.Options) {
        self.multi = multi
        self.mailbox = mailbox
        self.options = options
    }

    /// Works until the mailbox says stop; then everything under way has failed.
    func run() {
        while mailbox.takeAll(into: &commands) {
            for command in commands { obey(command) }
            // What was obeyed is not told a second time below.
            commands.removeAll(keepingCapacity: true)
            guard multi.perform() else { break }
            while let ended = multi.nextEnded() { finish(ended.number, ended.code) }
            for exchange in running.values { exchange.wakeReader() }
            if mailbox.maySleep(), !multi.sleep() { break }
        }
        mailbox.close()
        for command in commands { if case .start(let order) = command { order.failCancelled() } }
        for exchange in running.values { exchange.end(on: multi)?.failCancelled() }
        running = [:]
        for queue in lanes.values { for case .some(let order) in queue.waiting { order.failCancelled() } }
    }

    private func obey(_ command: Mailbox.Command) {
        switch command {
        case .start(let order):
            let lane = Lane(order)
            lanes[lane, default: Queue()].waiting.append(order)
            startWaiting(in: lane)
        case .cancel(let number): cancel(number)
        case .resume(let number):
            guard let exchange = running[number] else { return }
            let code = exchange.resume()
            if code != CURLE_OK { finish(number, code) }
        }
    }

    /// Starts the requests of a lane as long as there is room.
    private func startWaiting(in lane: Lane) {
        while hasRoom(lane), let order = lanes[lane]?.takeNext(lane.limit(options)) { start(order, in: lane) }
        if let queue = lanes[lane], queue.activeCount == 0, queue.waiting.isEmpty { lanes[lane] = nil }
    }

    private func hasRoom(_ lane: Lane) -> Bool {
        let limit = lane.kind == .longPoll ? options.maxLongPolls : options.maxConnections
        return counts[lane.kind, default: 0] < limit
    }

    private func start(_ order: Order, in lane: Lane) {
        do throws(SluiceError) {
            let exchange = if let last = idle.popLast() { last } else { try Exchange(options) }
            do throws(SluiceError) {
                try exchange.begin(order, on: multi)
                running[order.number] = exchange
                counts[lane.kind, default: 0] += 1
            } catch {
                _ = exchange.end(on: multi)
                throw error
            }
        } catch {
            lanes[lane]?.activeCount -= 1
            order.fail(error)
        }
    }

    private func finish(_ number: UInt64, _ code: CURLcode) {
        guard let exchange = running[number] else { return }
        exchange.finish(code)
        retire(exchange)
    }

    private func cancel(_ number: UInt64) {
        if let exchange = running[number] {
            exchange.order?.failCancelled()
            return retire(exchange)
        }
        for lane in lanes.keys {
            guard let order = lanes[lane]?.takeWaiting(number) else { continue }
            order.failCancelled()
            return startWaiting(in: lane)
        }
    }

    /// Keeps an exchange for later, and starts what waited for its place.
    private func retire(_ exchange: Exchange) {
        guard let order = exchange.end(on: multi) else { return }
        let lane = Lane(order)
        let wasFull = !hasRoom(lane)
        running[order.number] = nil
        counts[lane.kind, default: 0] -= 1
        lanes[lane]?.activeCount -= 1
        if idle.count < Self.idleLimit { idle.append(exchange) }
        startWaiting(in: lane)
        guard wasFull else { return }
        for other in Array(lanes.keys) where other.kind == lane.kind { startWaiting(in: other) }
    }
}

extension TransferLoop.Queue {
    /// Takes the oldest request that waits, if one more may be under way.
    fileprivate mutating func takeNext(_ limit: Int) -> Order? {
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
    fileprivate mutating func takeWaiting(_ number: UInt64) -> Order? {
        guard let index = waiting.firstIndex(where: { $0?.number == number }) else { return nil }
        defer { waiting[index] = nil }
        return waiting[index]
    }

    private mutating func trim() {
        guard next == waiting.count || next >= 1024 else { return }
        waiting.removeFirst(next)
        next = 0
    }
}
