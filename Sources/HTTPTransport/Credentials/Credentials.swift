public import EventModel

/// What a request is signed with.
public struct Credentials: Sendable, Hashable {
    /// The access key's id; no secret, but no reader's business either.
    public let accessKey: String
    /// Proves that we hold the access key.
    public let secretKey: Secret
    /// Goes along with keys that were lent for a while.
    public let sessionToken: Secret?
    /// When the store stops to accept them; nil: when somebody revokes them.
    public let expires: Timestamp?

    /// Puts credentials together.
    public init(
        accessKey: String,
        secretKey: Secret,
        sessionToken: Secret? = nil,
        expires: Timestamp? = nil
    ) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
        self.expires = expires
    }
}
