public import EventModel
internal import Execution
internal import Glibc

/// Speaks HTTP/1.1 with any number of servers over connections that are kept, on one thread of its own.
///
/// Redirects are not followed (trap S15) and bodies are not decompressed (trap G10). When it is dropped its
/// thread ends, and what was under way fails with `transport.cancelled`.
public final class HTTPClient: Sendable {
    /// How it connects.
    public struct Options: Sendable {
        /// The most time until a connection can take the request.
        public var connectTimeout: Duration
        /// A transfer that moves no byte for so long has failed; rounded up to seconds, 0: never.
        public var stallTimeout: Duration
        /// Authorities in PEM form that are trusted beside the system's.
        public var caFile: String?
        /// Takes any certificate; whoever sets this warns its user.
        public var skipsVerification: Bool
        /// A proxy's URL; nil: what the environment says (`http_proxy`, `https_proxy`, `no_proxy`); empty:
        /// none.
        public var proxy: String?
        /// The most requests under way at one endpoint, and the most streams; further ones wait. A stream
        /// never waits for a request that is wanted whole, nor the other way round.
        public var connectionsPerHost: Int
        /// The most requests under way, and the most streams.
        public var maxConnections: Int
        /// The most long polls under way; neither limit counts them.
        public var maxLongPolls: Int
        /// What it calls itself.
        public var userAgent: String

        /// Makes options.
        public init(
            connectTimeout: Duration = .seconds(10),
            stallTimeout: Duration = .seconds(60),
            caFile: String? = nil,
            skipsVerification: Bool = false,
            proxy: String? = nil,
            connectionsPerHost: Int = 64,
            maxConnections: Int = 256,
            maxLongPolls: Int = 1024,
            userAgent: String = "sluice"
        ) {
            self.connectTimeout = connectTimeout
            self.stallTimeout = stallTimeout
            self.caFile = caFile
            self.skipsVerification = skipsVerification
            self.proxy = proxy
            self.connectionsPerHost = max(1, connectionsPerHost)
            self.maxConnections = max(1, maxConnections)
            self.maxLongPolls = max(1, maxLongPolls)
            self.userAgent = userAgent
        }
    }

    private let mailbox: Mailbox

    /// Starts the thread; throws `transport.tls` when the file of authorities cannot be read.
    public init(_ options: Options = Options()) throws(SluiceError) {
        if let file = options.caFile, unsafe access(file, R_OK) != 0 {
            throw SluiceError(
                .transportTLS,
                "The file of authorities \(file) cannot be read: \(NativeThread.errorText(errno)).",
                hint: "Check ca_file and who may read it."
            )
        }
        let multi = try MultiHandle(connections: options.maxConnections)
        let mailbox = Mailbox(multi)
        self.mailbox = mailbox
        try NativeThread.start(name: "http", stackBytes: NativeThread.smallStackBytes) {
            TransferLoop(multi, mailbox, options).run()
        }
    }

    deinit { mailbox.stop() }

    /// Sends a request and waits for the whole answer; any status is an answer.
    ///
    /// Throws `transport.*`; `transport.too-large` when the body is longer than `bodyLimit` bytes. Cancelling
    /// the task gives the request up.
    public func send(
        _ request: HTTPRequest,
        bodyLimit: Int = 4 << 20
    ) async throws(SluiceError) -> HTTPResponse {
        let mailbox = mailbox
        let number = mailbox.nextNumber()
        return try await Self.cancellable(number, mailbox) { hand in
            mailbox.post(.start(Self.order(number, request, .whole(limit: bodyLimit, hand))))
        }
    }

    /// As `send`, but blocks the calling thread; never call it on the cooperative pool.
    public func sendHere(
        _ request: HTTPRequest,
        bodyLimit: Int = 4 << 20
    ) throws(SluiceError) -> HTTPResponse {
        try start(request, bodyLimit: bodyLimit) { _ in }.waitHere()
    }

    /// Sends a request; `completion` is called once with its result, on the client's thread, so it is short.
    public func start(
        _ request: HTTPRequest,
        bodyLimit: Int = 4 << 20,
        completion: @escaping @Sendable (Result<HTTPResponse, SluiceError>) -> Void
    ) -> HTTPCall {
        let call = HTTPCall(number: mailbox.nextNumber(), mailbox: mailbox)
        let receiver = Order.Receiver.whole(limit: bodyLimit) { result in
            call.finish(result)
            completion(result)
        }
        mailbox.post(.start(Self.order(call.number, request, receiver)))
        return call
    }

    /// Sends a request and returns when the head of the answer is there; the body is read from the stream.
    ///
    /// At most `window` bytes of the body wait, in `memory`. Cancelling the task gives the request up.
    public func open(
        _ request: HTTPRequest,
        window: Int = 4 << 20,
        memory: StreamMemory = StreamMemory()
    ) async throws(SluiceError) -> HTTPStream {
        let mailbox = mailbox
        let body = StreamBody(window: window, memory: memory)
        let order = Self.order(mailbox.nextNumber(), request, .stream(body))
        let head = try await Self.cancellable(order.number, mailbox) { hand in
            body.whenHeadArrives(hand)
            mailbox.post(.start(order))
        }
        return HTTPStream(order, head, body, mailbox)
    }

    /// As `open`, but blocks the calling thread; never call it on the cooperative pool.
    public func openHere(
        _ request: HTTPRequest,
        window: Int = 4 << 20
    ) throws(SluiceError) -> HTTPStream {
        let body = StreamBody(window: window, memory: StreamMemory())
        let order = Self.order(mailbox.nextNumber(), request, .stream(body))
        mailbox.post(.start(order))
        return HTTPStream(order, try body.head(), body, mailbox)
    }

    private static func order(_ number: UInt64, _ request: HTTPRequest, _ receiver: Order.Receiver) -> Order {
        let deadline = request.timeout.map { ContinuousClock.now.advanced(by: $0) }
        return Order(number: number, request: request, receiver: receiver, deadline: deadline)
    }

    /// Waits for what `start` hands over later, and cancels the request with the task.
    private static func cancellable<Value: Sendable>(
        _ number: UInt64,
        _ mailbox: Mailbox,
        _ start: (@escaping @Sendable (Result<Value, SluiceError>) -> Void) -> Void
    ) async throws(SluiceError) -> Value {
        let result: Result<Value, SluiceError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start { continuation.resume(returning: $0) }
                // Cancelled before the request was posted: the handler's command came too early.
                if Task.isCancelled { mailbox.post(.cancel(number)) }
            }
        } onCancel: {
            mailbox.post(.cancel(number))
        }
        return try result.get()
    }
}
