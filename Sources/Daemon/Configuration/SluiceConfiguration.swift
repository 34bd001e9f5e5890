public import ControlPlane
public import EventModel
public import EventProcessing
public import FunctionRuntime
public import TriggerRules

/// What one configuration file says, checked as a whole; a reload makes a new one.
public struct SluiceConfiguration: Sendable {
    /// The file's absolute path.
    public let file: String
    /// Absolute path of the state directory: ledger, socket, work files.
    public let state: String
    /// At most so many attempts at a time.
    public let workers: Int
    /// Scans pause while so many deliveries wait.
    public let maxPending: Int
    /// What attempts that run at the same time may need for codec windows above the ordinary, in bytes.
    public let memoryBytes: Int
    /// Where the API listens besides its Unix socket, if anywhere.
    public let listen: ListenConfiguration?
    /// Where notifications of stores are taken, if anywhere.
    public let webhook: WebhookSettings?
    /// All buckets, in the order of the file.
    public let buckets: [BucketConfiguration]
    /// All functions, in the order of the file.
    public let functions: [FunctionDefinition]
    /// All triggers, in the order of the file; a function's shorter `timeout` has been applied.
    public let triggers: [Trigger]
    /// All schedules, in the order of the file.
    public let schedules: [Schedule]

    /// The bucket of this name, if it is configured.
    public func bucket(_ name: BucketName) -> BucketConfiguration? { buckets.first { $0.name == name } }

    /// The function of this name, if it is configured.
    public func function(_ name: FunctionName) -> FunctionDefinition? { functions.first { $0.name == name } }

    /// The trigger of this name, if it is configured.
    public func trigger(_ name: TriggerName) -> Trigger? { triggers.first { $0.name == name } }

    /// Whether some trigger watches the bucket.
    public func isWatched(_ bucket: BucketName) -> Bool { triggers.contains { $0.bucket == bucket } }

    /// The settings that another configuration changes and that stay as they were when the service started:
    /// the state directory, the number of threads and the doors.
    package func fixedSettings(changedIn next: SluiceConfiguration) -> [String] {
        let changes = [
            ("state", next.state != state), ("workers", next.workers != workers),
            ("listen", next.listen != listen || next.webhook != webhook),
        ]
        return changes.filter(\.1).map(\.0)
    }

    /// Which events go to which triggers.
    public var matcher: TriggerMatcher { TriggerMatcher(triggers: triggers) }
}

/// Where the API listens besides its Unix socket.
public struct ListenConfiguration: Sendable, Hashable {
    /// An IP address, or `localhost`.
    public let host: String
    /// 1 to 65535.
    public let port: Int
    /// What a caller must present.
    public let token: Secret
    /// Names that the `Host` of a request may have besides the loopback's (trap S05).
    public let allowedHosts: [String]

    /// Whether only this machine reaches it.
    public var isLoopback: Bool { Self.isLoopback(host) }

    /// Whether an address is reached by this machine only.
    static func isLoopback(_ host: String) -> Bool {
        // RFC 6761, section 6.3: names below `localhost` are loopback as well.
        host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host == "[::1]"
            || (host.hasPrefix("127.") && host.split(separator: ".").count == 4)
    }
}
