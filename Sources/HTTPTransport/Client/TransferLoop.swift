internal import CCurl
internal import EventModel

/// What the client's thread does: takes commands, lets libcurl move the transfers on, hands out results.
///
/// At most `connectionsPerHost` and `maxConnections` requests are under way; the others wait here in order,
/// where they cost libcurl nothing.
final class TransferLoop {
    fileprivate struct Host {
        /// Requests under way; at most `connectionsPerHost`.
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
    private var hosts: [HTTPEndpoint: Host] = [:]
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
            guard multi.perform() else { break }
            while let ended = multi.nextEnded() { finish(ended.number, ended.code) }
            for exchange in running.values { exchange.wakeReader() }
            if mailbox.maySleep(), !multi.sleep() { break }
        }
        mailbox.close()
        for command in commands { if case .start(let order) = command { order.failCancelled() } }
        for exchange in running.values { exchange.end(on: multi)?.failCancelled() }
        running = [:]
        for host in hosts.values { for case .some(let order) in host.waiting { order.failCancelled() } }
    }

    private func obey(_ command: Mailbox.Command) {
        switch command {
        case .start(let order):
            var host = hosts[order.request.endpoint] ?? Host()
            host.waiting.append(order)
            hosts[order.request.endpoint] = host
            startWaiting(at: order.request.endpoint)
        case .cancel(let number): cancel(number)
        case .resume(let number):
            guard let exchange = running[number] else { return }
            let code = exchange.resume()
            if code != CURLE_OK { finish(number, code) }
        }
    }

    /// Starts requests to an endpoint as long as there is room.
    private func startWaiting(at endpoint: HTTPEndpoint) {
        while running.count < options.maxConnections, let order = hosts[endpoint]?.takeNext(options) {
            start(order)
        }
        if let host = hosts[endpoint], host.activeCount == 0, host.waiting.isEmpty { hosts[endpoint] = nil }
    }

    private func start(_ order: Order) {
        do throws(SluiceError) {
            let exchange = if let last = idle.popLast() { last } else { try Exchange(options) }
            do throws(SluiceError) {
                try exchange.begin(order, on: multi)
                running[order.number] = exchange
            } catch {
                _ = exchange.end(on: multi)
                throw error
            }
        } catch {
            hosts[order.request.endpoint]?.activeCount -= 1
            order.fail(error)
        }
    }

    private func finish(_ number: UInt64, _ code: CURLcode) {
        guard let exchange = running.removeValue(forKey: number) else { return }
        exchange.finish(code)
        retire(exchange)
    }

    private func cancel(_ number: UInt64) {
        if let exchange = running.removeValue(forKey: number) {
            exchange.order?.failCancelled()
            return retire(exchange)
        }
        for endpoint in hosts.keys {
            guard let order = hosts[endpoint]?.takeWaiting(number) else { continue }
            order.failCancelled()
            return startWaiting(at: endpoint)
        }
    }

    /// Keeps an exchange for later, and starts what waited for its connection.
    private func retire(_ exchange: Exchange) {
        let order = exchange.end(on: multi)
        if idle.count < Self.idleLimit { idle.append(exchange) }
        guard let endpoint = order?.request.endpoint else { return }
        hosts[endpoint]?.activeCount -= 1
        let wasFull = running.count + 1 >= options.maxConnections
        startWaiting(at: endpoint)
        guard wasFull else { return }
        for other in Array(hosts.keys) where running.count < options.maxConnections {
            startWaiting(at: other)
        }
    }
}

extension TransferLoop.Host {
    /// Takes the oldest request that waits, if one more may be under way.
    fileprivate mutating func takeNext(_ options: HTTPClient.Options) -> Order? {
        guard activeCount < options.connectionsPerHost else { return nil }
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
