internal import CCurl
internal import EventModel

/// One request under way on the client's thread; used again for the next one.
final class Exchange: EasyHandleReceiver {
    private var easy: EasyHandle
    private let options: HTTPClient.Options
    /// What is under way; nil between two requests.
    private(set) var order: Order?
    private var reader = HTTPHeadReader()
    /// The body of an answer that is wanted whole; at most the order's limit.
    private var body: [UInt8] = []
    /// Why one of the functions that libcurl calls gave up.
    private var failure: SluiceError?
    /// Bytes came for a reader who has not been woken yet.
    private var hasNews = false

    /// Makes one; nothing is under way.
    init(_ options: HTTPClient.Options) throws(SluiceError) {
        easy = try EasyHandle()
        self.options = options
    }

    /// The body of the request.
    var bodyToSend: [UInt8] { order?.request.body ?? [] }

    /// Begins with a request.
    func begin(_ order: Order, on multi: MultiHandle) throws(SluiceError) {
        try RequestCheck.check(order)
        self.order = order
        easy.begin(number: order.number, receiver: self)
        try setConnection(order.request)
        try setRequest(order.request)
        try setLimits(order)
        guard multi.add(easy) else {
            throw SluiceError(.transportFailed, "\(order.title) could not be started by libcurl.")
        }
    }

    /// Lets a paused stream go on.
    func resume() -> CURLcode { easy.resume() }

    /// Takes it off libcurl, so that it can begin with another request; returns the order.
    func end(on multi: MultiHandle) -> Order? {
        multi.remove(easy)
        easy.end()
        defer {
            order = nil
            reader = HTTPHeadReader()
            body = []
            failure = nil
            hasNews = false
        }
        return order
    }

    /// Wakes the reader of a stream if bytes came.
    func wakeReader() {
        guard hasNews, case .stream(let stream)? = order?.receiver else { return }
        hasNews = false
        stream.wakeReader()
    }

    /// Hands the result over; `end` follows.
    func finish(_ code: CURLcode) {
        guard let order else { return }
        guard code == CURLE_OK else {
            return order.fail(failure ?? easy.failure(code).error(order.title))
        }
        switch order.receiver {
        case .whole(_, let completion):
            let head = reader.head
            completion(.success(HTTPResponse(status: head.status, headers: head.fields, body: body)))
        case .stream(let stream):
            stream.finish(.success(()))
        }
    }

    /// Takes a line of the head.
    func takeHead(_ line: RawSpan) -> Bool {
        // The pointer is used only within the closure.
        switch unsafe line.withUnsafeBytes({ unsafe reader.take($0) }) {
        case .more: return true
        case .complete: return takeWholeHead()
        case .tooLong:
            fail(.transportFailed, "the head of the answer is longer than \(HTTPHeadReader.limitBytes) bytes")
            return false
        }
    }

    private func takeWholeHead() -> Bool {
        guard let order else { return false }
        // Only proxies answer so (RFC 9110, section 15.5.8).
        if reader.head.status == 407 {
            failure = TransportFailure.refusal(byProxy: 407, order.title)
            return false
        }
        switch order.receiver {
        case .stream(let stream): stream.setHead(reader.head)
        case .whole(let limit, _):
            guard order.request.method != "HEAD", let length = reader.head.contentLength else { return true }
            guard length <= limit else { return failTooLarge(limit) }
            body.reserveCapacity(max(0, length))
        }
        return true
    }

    /// Takes a piece of the body.
    func takeBody(_ piece: RawSpan) -> EasyHandle.BodyFate {
        switch order?.receiver {
        case .whole(let limit, _):
            guard body.count + piece.byteCount <= limit else {
                _ = failTooLarge(limit)
                return .refused
            }
            body.append(bytes: piece)
            return .taken
        case .stream(let stream):
            hasNews = true
            return stream.append(piece) == .taken ? .taken : .paused
        case nil: return .refused
        }
    }

    private func failTooLarge(_ limit: Int) -> Bool {
        fail(.transportTooLarge, "the body of the answer is longer than \(limit) bytes")
        return false
    }

    private func fail(_ code: SluiceError.Code, _ reason: String) {
        failure = SluiceError(code, "\(order?.title ?? "A request") failed: \(reason).")
    }
}

extension Exchange {
    private func setConnection(_ request: HTTPRequest) throws(SluiceError) {
        try easy.set(CURLOPT_NOSIGNAL, 1)
        try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout.milliseconds)
        if let socket = request.unixSocket { try easy.set(CURLOPT_UNIX_SOCKET_PATH, socket) }
        if let proxy = options.proxy { try easy.set(CURLOPT_PROXY, proxy) }
        try easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if request.isSentOnce { try easy.set(CURLOPT_FRESH_CONNECT, 1) }
        guard request.endpoint.isTLS else { return }
        if let file = options.caFile { try easy.set(CURLOPT_CAINFO, file) }
        if options.skipsVerification {
            try easy.set(CURLOPT_SSL_VERIFYPEER, 0)
            try easy.set(CURLOPT_SSL_VERIFYHOST, 0)
        }
    }

    /// Redirects are not followed and nothing is decompressed: libcurl does neither unless it is told to.
    private func setRequest(_ request: HTTPRequest) throws(SluiceError) {
        try easy.set(CURLOPT_PATH_AS_IS, 1)
        try easy.set(CURLOPT_URL, request.endpoint.url + request.target)
        try easy.set(CURLOPT_USERAGENT, options.userAgent)
        let hasBody = !request.body.isEmpty || request.method == "PUT" || request.method == "POST"
        if hasBody {
            try easy.send(request.body)
            // Without this libcurl waits up to a second for 100 Continue before a large body
            // (CURLOPT_EXPECT_100_TIMEOUT_MS(3)).
            easy.add(header: "Expect:")
            // And without this it calls every body a form.
            if request.headers.value(of: "content-type") == nil { easy.add(header: "Content-Type:") }
        } else if request.method == "HEAD" {
            try easy.set(CURLOPT_NOBODY, 1)
        }
        if request.method != "HEAD" || hasBody { try easy.set(CURLOPT_CUSTOMREQUEST, request.method) }
        for field in request.headers {
            // A header without value is written with a semicolon (CURLOPT_HTTPHEADER(3)), and one of blanks
            // only as well: libcurl would leave it out, and the signature covers it.
            let isBlank = field.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            easy.add(header: isBlank ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        easy.setHeaders()
    }

    private func setLimits(_ order: Order) throws(SluiceError) {
        let stall = max(options.stallTimeout, order.request.stallTimeout ?? .zero).milliseconds
        if options.stallTimeout > .zero {
            try easy.set(CURLOPT_LOW_SPEED_LIMIT, 1)
            try easy.set(CURLOPT_LOW_SPEED_TIME, (stall + 999) / 1000)
        }
        if let deadline = order.deadline {
            let left = ContinuousClock.now.duration(to: deadline).milliseconds
            guard left > 0 else { throw order.late }
            try easy.set(CURLOPT_TIMEOUT_MS, left)
        }
        switch order.receiver {
        case .whole(let limit, _):
            if limit > 64 << 10 { try easy.set(CURLOPT_BUFFERSIZE, 64 << 10) }
        case .stream: try easy.set(CURLOPT_BUFFERSIZE, 256 << 10)
        }
    }
}

extension Duration {
    /// In milliseconds, cut to a range that libcurl takes.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(min(seconds, 2_000_000)) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
