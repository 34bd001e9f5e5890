public import EventModel
internal import Glibc

/// Speaks HTTP with a service through a Unix socket, one connection per request.
///
/// Each request has a client of its own, which ends with it.
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
        // `sockaddr_un` holds 107 bytes of path (unix(7)); through the directory's descriptor any path is
        // short.
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw notRunning(nil) }
        defer { close(descriptor) }
        let endpoint = HTTPEndpoint(isTLS: false, host: "localhost", port: 80)
        var request = HTTPRequest(method: method, endpoint: endpoint, body: body, timeout: timeout)
        request.wholeTarget = target
        request.unixSocket = "/proc/self/fd/\(descriptor)/\(name)"
        if !body.isEmpty { request.headers = [HTTPField(name: "content-type", value: "application/json")] }
        do throws(SluiceError) {
            let client = try HTTPClient(HTTPClient.Options(stallTimeout: .zero, proxy: ""))
            let answer = try await client.send(request, bodyLimit: Self.answerLimit)
            return HTTPAnswer(status: answer.status, body: answer.body)
        } catch {
            if error.code == .transportUnreachable { throw notRunning(error) }
            throw SluiceError(
                .transportFailed,
                "The service at \(directory) did not answer \(method) \(target).",
                hint: "See the service's log; 'sluice doctor' looks for common causes.",
                cause: error
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
}
