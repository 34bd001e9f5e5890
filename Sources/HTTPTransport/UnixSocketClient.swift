internal import CCurl
public import EventModel
internal import Execution
internal import Glibc

/// Speaks HTTP with a service through a Unix socket, one connection per request.
///
/// libcurl's easy interface blocks, so each request runs on a thread of its own, never on the cooperative
/// pool.
public struct UnixSocketClient: Sendable {
    /// The directory that the socket lies in.
    public let directory: String
    /// The socket's name in that directory.
    public let name: String
    /// An answer longer than this is an error.
    public static let answerLimit = 256 << 20

    /// Speaks through `directory/name`.
    public init(directory: String, name: String = "sluice.sock") {
        self.directory = directory
        self.name = name
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// Throws `service.not-running` when nobody listens, and `transport.failed` when the connection breaks.
    @concurrent
    public func send(
        _ method: String,
        _ target: String,
        body: [UInt8] = [],
        timeout: Duration = .seconds(60)
    ) async throws(SluiceError) -> HTTPAnswer {
        let result: Result<HTTPAnswer, SluiceError> = await withCheckedContinuation { continuation in
            do throws(SluiceError) {
                try NativeThread.start(name: "http", stackBytes: NativeThread.smallStackBytes) {
                    continuation.resume(
                        returning: Result { () throws(SluiceError) in
                            try perform(method, target, body, timeout)
                        }
                    )
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// `sockaddr_un` holds 107 bytes of path (unix(7)); through the directory's descriptor any path is short.
    private func perform(
        _ method: String,
        _ target: String,
        _ body: [UInt8],
        _ timeout: Duration
    ) throws(SluiceError) -> HTTPAnswer {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw notRunning(nil) }
        defer { close(descriptor) }
        let handle = try EasyHandle()
        let milliseconds =
            timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
        try handle.set(CURLOPT_UNIX_SOCKET_PATH, "/proc/self/fd/\(descriptor)/\(name)")
        try handle.set(CURLOPT_URL, "http://localhost\(target)")
        try handle.set(CURLOPT_CUSTOMREQUEST, method)
        try handle.set(CURLOPT_NOSIGNAL, 1)
        try handle.set(CURLOPT_TIMEOUT_MS, Int(milliseconds))
        try handle.set(CURLOPT_PROXY, "")
        let answer = try handle.perform(body: body)
        switch answer.code {
        case CURLE_OK: return HTTPAnswer(status: answer.status, body: answer.body)
        case CURLE_COULDNT_CONNECT: throw notRunning(nil)
        default:
            let reason = unsafe String(cString: curl_easy_strerror(answer.code))
            throw SluiceError(
                .transportFailed,
                "The service at \(directory) did not answer \(method) \(target): \(reason).",
                hint: "See the service's log; 'sluice doctor' looks for common causes."
            )
        }
    }

    private func notRunning(_ cause: (any Error)?) -> SluiceError {
        SluiceError(
            .serviceNotRunning,
            "No service listens on \(directory)/\(name).",
            hint: "Start it with 'sluice serve', or name its configuration with --config.",
            cause: cause
        )
    }
}

/// An answer to a request.
public struct HTTPAnswer: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The body.
    public let body: [UInt8]

    /// Makes an answer.
    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

extension SluiceError.Code {
    /// No service runs for this state directory.
    public static let serviceNotRunning = Self("service.not-running", .usage)
    /// A request could not be sent, or its answer not be read.
    public static let transportFailed = Self("transport.failed", .transient)
}
