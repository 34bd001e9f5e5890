internal import EventModel
internal import Execution
internal import Glibc
internal import Synchronization

/// What the server's threads share; it lives until the last of them has ended.
final class FaultyS3Core: Sendable {
    /// Connections at once; further ones are closed.
    private static let connectionLimit = 1024

    private struct Threads {
        var listener: Int32 = -1
        var sockets: Set<Int32> = []
        var running = 0
        var taken = 0
        var isStopped = false
    }

    private let state: Mutex<FaultyS3State>
    private let script = Mutex(FaultyS3Script())
    private let hook = Mutex<(@Sendable (FaultyS3Request) -> Void)?>(nil)
    private let threads = Monitor(Threads())

    init(state: consuming FaultyS3State) { self.state = Mutex(state) }

    var now: Int { Int(time(nil)) }
    var connectionCount: Int { threads.withLock { $0.taken } }

    func withState<Result: Sendable>(_ body: (inout FaultyS3State) -> Result) -> Result {
        state.withLock { state in body(&state) }
    }

    func withScript<Result: Sendable>(_ body: (inout FaultyS3Script) -> Result) -> Result {
        script.withLock { script in body(&script) }
    }

    func setHook(_ hook: (@Sendable (FaultyS3Request) -> Void)?) { self.hook.withLock { $0 = hook } }

    // MARK: Threads

    /// Listens on a free port of loopback; returns it.
    func listen() -> Int {
        let (listener, port) = FaultyS3Socket.listen()
        threads.withLock { $0.listener = listener }
        start("faulty-accept") { [self] in
            while let socket = FaultyS3Socket.accept(listener) { take(socket) }
        }
        return port
    }

    private func take(_ socket: Int32) {
        let isWanted = threads.withLock { threads in
            threads.taken += 1
            guard !threads.isStopped, threads.sockets.count < Self.connectionLimit else { return false }
            threads.sockets.insert(socket)
            return true
        }
        guard isWanted else {
            close(socket)
            return
        }
        start("faulty-serve") { [self] in
            serve(FaultyS3Socket(descriptor: socket))
            // Out of the set before it is closed: `stop` must never shut down a number that is another's.
            threads.withLock { _ = $0.sockets.remove(socket) }
            close(socket)
        }
    }

    private func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        threads.withLock { $0.running += 1 }
        do throws(SluiceError) {
            try NativeThread.start(name: name, stackBytes: NativeThread.smallStackBytes) { [threads] in
                body()
                threads.withLock { $0.running -= 1 }
                threads.wakeAll()
            }
        } catch {
            preconditionFailure("The faulty server has no thread: \(error)")
        }
    }

    /// Ends all threads and waits for them.
    func stop() {
        let isFirst = threads.withLock { threads in
            defer { threads.isStopped = true }
            guard !threads.isStopped else { return false }
            // Wakes accept(2) and all reads; the threads close what is theirs.
            shutdown(threads.listener, Int32(SHUT_RDWR))
            for socket in threads.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
            return true
        }
        threads.wait { $0.running == 0 ? () : nil }
        if isFirst { close(threads.withLock { $0.listener }) }
    }

    // MARK: Requests

    private func serve(_ socket: FaultyS3Socket) {
        var reader = FaultyS3Reader(socket: socket)
        while let request = reader.next() {
            hook.withLock { $0 }?(request)
            let fault = withScript { $0.next(for: request) }
            var answer = answer(request, fault)
            if request.method == "HEAD", answer.declaredCount == nil {
                answer.declaredCount = answer.body.count
                answer.body = []
            }
            let (offset, number) = (withState { $0.manner.clockOffset }, connectionCount)
            let date = FaultyS3Clock.http(now + offset)
            let head = answer.head(date: date, requestId: number, isHead: request.method == "HEAD")
            guard socket.send(head: head, answer.body, answer.delivery) else { return }
            if request.headers["connection"]?.lowercased() == "close" { return }
        }
    }

    private func answer(_ request: FaultyS3Request, _ fault: FaultyS3Fault?) -> FaultyS3Response {
        if let fault, let answer = FaultyS3Response.instead(fault) { return answer }
        let now = self.now
        var answer = withState { state in
            let clock = now + state.manner.clockOffset
            switch fault {
            case .overwrite(let bytes):
                let object = FaultyS3Object(
                    bytes: bytes,
                    etag: state.opaque(clock),
                    modified: clock,
                    fields: [:]
                )
                state.store(object, bucket: request.bucket, key: request.key)
            case .remove: state.store(nil, bucket: request.bucket, key: request.key)
            case .emptyPage, .duplicatePage, .repeatToken:
                if request.kind.isListing, state.buckets[request.bucket] != nil {
                    return state.list(request, fault: fault)
                }
            case .hold:
                let before = state.buckets[request.bucket]?.objects[request.key]
                let answer = state.answer(request, now: clock)
                let made = state.buckets[request.bucket]?.objects[request.key]
                state.held.append((request.bucket, request.key, made))
                state.store(before, bucket: request.bucket, key: request.key)
                return answer
            default: break
            }
            return state.answer(request, now: clock)
        }
        if let fault { answer.spoil(fault) }
        return answer
    }
}

extension FaultyS3Response {
    /// The answer of a fault that keeps the request from being done at all, or nil.
    static func instead(_ fault: FaultyS3Fault) -> FaultyS3Response? {
        switch fault {
        case .error(let status, let code, let retryAfter):
            var answer = FaultyS3Response.error(status, code)
            if let retryAfter { answer.headers.append(("Retry-After", "\(retryAfter)")) }
            return answer
        case .errorInside(let code):
            let body = String(repeating: " ", count: 64) + FaultyS3XML.error(code)
            return FaultyS3Response(
                status: 200,
                headers: [("Content-Type", "application/xml")],
                body: Array((FaultyS3XML.prologue + body).utf8)
            )
        case .page:
            let body = "<!DOCTYPE html><html><body><h1>It works!</h1><p>Please log in.</body></html>"
            return FaultyS3Response(
                status: 200,
                headers: [("Content-Type", "text/html")],
                body: Array(body.utf8)
            )
        case .foreign(let status):
            var answer = FaultyS3Response(status: status, body: Array("default backend - 404".utf8))
            answer.isMarked = false
            return answer
        case .nothing: return FaultyS3Response(status: 200)
        case .silence:
            var answer = FaultyS3Response(status: 200)
            answer.delivery = .silence
            return answer
        case .reset(let count) where count < 0:
            var answer = FaultyS3Response(status: 200)
            answer.delivery = .reset(-1)
            return answer
        default: return nil
        }
    }

    /// What a fault makes of an answer.
    mutating func spoil(_ fault: FaultyS3Fault) {
        switch fault {
        case .cutXML(let count): body = Array(body.prefix(count))
        case .badXML:
            body =
                Array(body.prefix(body.count / 2)) + [0x00, 0x08, 0xFF, 0x0B]
                + body.suffix(body.count - body.count / 2)
        case .truncate(let count): delivery = .cut(count)
        case .shorten(let count): body = Array(body.dropLast(count))
        case .reset(let count): delivery = .reset(count)
        case .loseAnswer, .hold(false): delivery = .reset(-1)
        case .hold(true): delivery = .silence
        case .drip(let bytes, let milliseconds): delivery = .drip(bytes: bytes, milliseconds: milliseconds)
        default: break
        }
    }
}
