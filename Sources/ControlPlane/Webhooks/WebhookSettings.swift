public import EventModel

/// Where notifications are taken, and from whom.
public struct WebhookSettings: Sendable, Hashable {
    /// How senders prove that they may.
    public enum Proof: Sendable, Hashable {
        /// By a token in `Authorization`, with or without `Bearer`: MinIO sends it as it is (trap S14).
        case token(Secret)
        /// By an HMAC over id, time and body (standardwebhooks.com).
        case hmac(Secret)
    }

    /// An IP address, or `localhost`.
    public let host: String
    /// 1 to 65535; 0 in tests: any.
    public let port: Int
    /// How senders prove that they may; messages of SNS prove it by their own signature.
    public let proof: Proof
    /// The ARNs of the SNS topics whose messages are taken and whose subscription is confirmed.
    public let topics: Set<String>
    /// Names that `Host` may have besides the address and the loopback's (trap S05).
    public let names: [String]

    /// Describes a webhook.
    public init(host: String, port: Int, proof: Proof, topics: Set<String> = [], names: [String] = []) {
        self.host = host
        self.port = port
        self.proof = proof
        self.topics = topics
        self.names = names
    }

    /// The names that `Host` may have.
    var hosts: Set<String> {
        let listens = host.contains(":") ? "[\(host)]" : host
        return Set(
            ["localhost", "127.0.0.1", "[::1]"] + ([listens] + names).map(AccessPolicy.name(ofAuthority:))
        )
    }
}
