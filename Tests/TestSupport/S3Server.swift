internal import EventModel
internal import Execution
internal import Glibc
public import HTTPTransport
public import ObjectStorage

/// A real S3 server of somebody else's, on loopback, for as long as a test needs it.
public final class S3Server: Sendable {
    /// Which one.
    public enum Kind: String, Sendable, CaseIterable {
        /// `rclone serve s3` over a directory: checks signatures, heeds no conditions.
        case rclone
        /// `moto_server`, in memory: heeds conditions, checks no signatures.
        case moto
    }

    /// The key that both take.
    public static let accessKey = "AKSLUICETEST"
    /// Its secret, which rclone checks.
    public static let secretKey = "sluice-test-secret"

    /// Which one it is.
    public let kind: Kind
    /// Where it listens.
    public let endpoint: HTTPEndpoint
    /// Speaks with it.
    public let client: HTTPClient
    private let process: ServerProcess
    private let directory: TemporaryDirectory

    /// Where `make setup-test` puts the servers.
    private static let tools = "\(Repository.root)/.build/test-venv/bin"

    /// Why the server cannot be started here, or nil when it can.
    public static func missing(_ kind: Kind) -> String? {
        let tool = kind == .rclone ? "rclone" : "moto_server"
        guard unsafe access("\(tools)/\(tool)", X_OK) == 0 else {
            return "\(tools)/\(tool) is missing: run `make setup-test`."
        }
        return nil
    }

    /// Starts one and waits until it answers.
    public init(_ kind: Kind) async throws {
        self.kind = kind
        directory = TemporaryDirectory()
        client = try HTTPClient()
        let port = try ServerProcess.freePort()
        endpoint = HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: port)
        let arguments: [String] =
            switch kind {
            case .rclone:
                [
                    "\(Self.tools)/rclone", "serve", "s3", "--auth-key",
                    "\(Self.accessKey),\(Self.secretKey)",
                    "--addr", "127.0.0.1:\(port)", "--config", "/dev/null", directory.path,
                ]
            case .moto:
                ["\(Self.tools)/moto_server", "-H", "127.0.0.1", "-p", "\(port)"]
            }
        process = try ServerProcess(arguments, log: directory.path("server.log"))
        try await answers()
    }

    /// Ends the server.
    public func stop() { process.stop() }

    /// How a bucket of it is reached.
    public func settings(_ bucketName: String) -> S3Settings {
        let credentials = Credentials(accessKey: Self.accessKey, secretKey: Secret(Self.secretKey))
        var settings = S3Settings(
            bucketName: bucketName,
            credentials: StaticCredentials(credentials),
            client: client
        )
        settings.endpoint = endpoint
        settings.region = "us-east-1"
        return settings
    }

    /// Makes a bucket.
    public func makeBucket(_ name: String) async throws {
        let response = try await send(HTTPRequest(method: "PUT", endpoint: endpoint, path: "/\(name)"))
        guard response.status == 200 else { throw Unexpected(response) }
    }

    /// Sends a signed request of a test's own.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var signed = request
        let credentials = Credentials(accessKey: Self.accessKey, secretKey: Secret(Self.secretKey))
        SignatureV4().sign(
            &signed,
            with: credentials,
            region: "us-east-1",
            service: "s3",
            payload: .computed,
            at: SystemTimeSource().now
        )
        return try await client.send(signed)
    }

    private func answers() async throws {
        for _ in 0..<600 {
            if let response = try? await send(HTTPRequest(method: "GET", endpoint: endpoint)) {
                if response.status == 200 { return }
            }
            // A server has no other way to say that it listens.
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Unexpected(HTTPResponse(status: 0))
    }

    /// An answer that a test did not expect.
    public struct Unexpected: Error, CustomStringConvertible {
        /// What came.
        public let description: String

        init(_ response: HTTPResponse) {
            description = "\(response.status): \(String(decoding: response.body, as: UTF8.self))"
        }
    }
}
