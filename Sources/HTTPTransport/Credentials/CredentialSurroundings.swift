public import EventModel
internal import Glibc

/// What credentials are looked for in: variables, files, and services at known addresses.
///
/// The environment may hold secrets, so it never prints (trap S11).
public struct CredentialSurroundings: Sendable, CustomStringConvertible, CustomReflectable {
    /// Sends a request and blocks until the answer is there.
    public typealias Sender = @Sendable (HTTPRequest) throws(SluiceError) -> HTTPResponse
    /// The bytes of a file; nil when there is none.
    public typealias FileReader = @Sendable (String) throws(SluiceError) -> [UInt8]?

    /// The environment; names and precedence are those of the AWS SDKs.
    public var variables: [String: String]
    /// Reads profile and token files.
    public var readFile: FileReader
    /// Reaches STS, by the proxy where there is one.
    public var send: Sender
    /// Reaches container and instance metadata, which lie on this machine's link: never by a proxy.
    public var sendDirectly: Sender
    /// Where STS is; nil: AWS's own for the region.
    public var tokenService: HTTPEndpoint?
    /// Where relative container addresses lead ("Container credential provider", AWS SDKs Reference Guide).
    public var containerService = HTTPEndpoint(isTLS: false, host: "169.254.170.2", port: 80)
    /// Where instances find their metadata ("Retrieve instance metadata", Amazon EC2 User Guide).
    public var metadataService = HTTPEndpoint(isTLS: false, host: "169.254.169.254", port: 80)
    /// The time that signatures bear.
    public var now: @Sendable () -> Timestamp

    /// Looks in these surroundings.
    public init(
        variables: [String: String],
        readFile: @escaping FileReader = { path throws(SluiceError) in try CredentialSurroundings.read(path)
        },
        send: @escaping Sender,
        sendDirectly: @escaping Sender,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.variables = variables
        self.readFile = readFile
        self.send = send
        self.sendDirectly = sendDirectly
        self.now = now
    }

    /// Looks in these variables and this machine's files, and sends by clients: the second one has no proxy.
    public init(
        variables: [String: String],
        client: HTTPClient,
        directClient: HTTPClient,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.init(
            variables: variables,
            send: { request throws(SluiceError) in try client.sendHere(request) },
            sendDirectly: { request throws(SluiceError) in try directClient.sendHere(request) },
            now: now
        )
    }

    /// Nothing of the content.
    public var description: String { "***" }
    /// Nothing of the content.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// A variable's value; nil when it is not set, or empty.
    func variable(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The text of a file that has to be there, without white space around it.
    func text(of path: String, _ what: String) throws(SluiceError) -> String {
        guard let bytes = try readFile(path) else {
            throw SluiceError(
                .credentialsInvalid,
                "There is no file \(path), which should hold \(what).",
                hint: "Check the variable or profile that names it."
            )
        }
        return AWSProfiles.trimmed(String(decoding: bytes, as: UTF8.self)[...])
    }

    /// The largest file that is read.
    private static let largestFile = 1 << 20

    /// Reads a file of this machine.
    public static func read(_ path: String) throws(SluiceError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw unreadable(path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < largestFile {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
        throw SluiceError(
            .credentialsInvalid,
            "The file \(path) is larger than credentials are.",
            hint: "Check the path."
        )
    }

    private static func unreadable(_ path: String) -> SluiceError {
        SluiceError(
            .credentialsInvalid,
            "The file \(path) cannot be read.",
            hint: "Give the service's user the right to read it."
        )
    }
}
