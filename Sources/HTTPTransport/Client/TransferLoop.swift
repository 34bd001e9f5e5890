internal import CCurl
internal import EventModel

/// What the client's thread does: takes commands, lets libcurl move the transfers on, hands out results.
///
/// At most `connectionsPerHost` and `maxConnections` requests are under way; the others wait here in order,
/// where they cost libcurl nothing. Streams are counted apart: one stands still as long as its reader does,
/// and the reader may be waiting for another request to end, such as the upload of what was read. So are long
/// polls, which stand still as long as nothing happens.
final class TransferLoop {
    /// How many exchanges are kept for later requests.
    private static let idleLimit = 64
    private let multi: MultiHandle
    private let mailbox: Mailbox
    private let options: HTTPClient.Options
    private var running: [UInt64: Exchange] = [:]
    /// How many of `running` are of each kind.
    private var counts: [TransferLane.Kind: Int] = [:]
    private var lanes: [TransferLane: TransferQueue] = [:]
    private var idle: [Exchange] = []
    private var commands: [Mailbox.Command] = []
    /// When to look for requests that waited too long: no later than the first of them has to be done.
    private var firstDeadline: ContinuousClock.Instant?

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
            failLate()
            let rest = firstDeadline.map { ContinuousClock.now.duration(to: $0) } ?? .seconds(60)
            if mailbox.maySleep(), !multi.sleep(atMost: rest) { break }
        }
        mailbox.close()
        for command in commands { if case .start(let order) = command { order.failCancelled() } }
        for exchange in running.values { exchange.end(on: multi)?.failCancelled() }
        running = [:]
        for lane in lanes.keys { for order in lanes[lane]?.takeAll() ?? [] { order.failCancelled() } }
    }

    private func obey(_ command: Mailbox.Command) {
        switch command {
        case .start(let order):
            let lane = TransferLane(order)
            lanes[lane, default: TransferQueue()].add(order)
            startWaiting(in: lane)
            if let deadline = order.deadline, lanes[lane]?.oldest != nil {
                firstDeadline = min(firstDeadline ?? deadline, deadline)
            }
        case .cancel(let number): cancel(number)
        case .resume(let number):
            guard let exchange = running[number] else { return }
            let code = exchange.resume()
            if code != CURLE_OK { finish(number, code) }
        }
    }

    /// Starts the requests of a lane as long as there is room.
    private func startWaiting(in lane: TransferLane) {
        while hasRoom(lane), let order = lanes[lane]?.takeNext(lane.limit(options)) { start(order, in: lane) }
        if lanes[lane]?.isDone == true { lanes[lane] = nil }
    }

    /// Starts the requests of all endpoints as long as there is room: first where the fewest are under way,
    /// then the oldest. In any other order an endpoint with many requests would keep all places for ever.
    private func startWaitingFairly(_ kind: TransferLane.Kind) {
        while let next = lanes.filter({ $0.key.kind == kind && $0.value.mayStart($0.key.limit(options)) })
            .min(by: { $0.value.claim < $1.value.claim })?.key, hasRoom(next),
            let order = lanes[next]?.takeNext(next.limit(options))
        {
            start(order, in: next)
        }
    }

    /// Fails the requests that waited for a place until their time was over.
    private func failLate() {
        guard let due = firstDeadline else { return }
        let now = ContinuousClock.now
        guard due <= now else { return }
        firstDeadline = nil
        for lane in lanes.keys {
            for order in lanes[lane]?.takeLate(now) ?? [] { order.fail(order.late) }
            let next = lanes[lane]?.firstDeadline
            firstDeadline = [firstDeadline, next].compactMap(\.self).min()
            startWaiting(in: lane)
        }
    }

    private func hasRoom(_ lane: TransferLane) -> Bool {
        let limit = lane.kind == .longPoll ? options.maxLongPolls : options.maxConnections
        return counts[lane.kind, default: 0] < limit
    }

    private func start(_ order: Order, in lane: TransferLane) {
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
        let lane = TransferLane(order)
        let wasFull = !hasRoom(lane)
        running[order.number] = nil
        counts[lane.kind, default: 0] -= 1
        lanes[lane]?.activeCount -= 1
        if idle.count < Self.idleLimit { idle.append(exchange) }
        if wasFull { startWaitingFairly(lane.kind) }
        startWaiting(in: lane)
    }
}
