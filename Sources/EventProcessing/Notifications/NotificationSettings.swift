public import HTTPTransport

/// Which notifications a bucket takes.
public struct NotificationSettings: Sendable {
    /// The bucket's name at its store; notifications know no other.
    public let bucketAtStore: String
    /// Whether those that come to the webhook count.
    public let takesWebhook: Bool
    /// The queues whose messages count.
    public let queues: [SQSSubscription]

    /// Only scans.
    public static let none = NotificationSettings(bucketAtStore: "")

    /// Describes what a bucket takes.
    public init(bucketAtStore: String, takesWebhook: Bool = false, queues: [SQSSubscription] = []) {
        self.bucketAtStore = bucketAtStore
        self.takesWebhook = takesWebhook
        self.queues = queues
    }

    /// Whether notifications of this origin count.
    func takes(_ origin: NotificationOrigin) -> Bool {
        switch origin {
        case .webhook: takesWebhook
        case .queue(let queue): queues.contains { $0.queue == queue }
        }
    }

    /// What operators read of how the bucket is watched: `webhook+sqs+`.
    var word: String { (takesWebhook ? "webhook+" : "") + (queues.isEmpty ? "" : "sqs+") }
}

/// By which way a notification came.
public enum NotificationOrigin: Sendable, Hashable {
    /// Somebody posted it.
    case webhook
    /// It lay in a queue.
    case queue(SQSQueue)

    /// The label of metrics: `webhook` or `sqs`.
    public var word: String {
        switch self {
        case .webhook: "webhook"
        case .queue: "sqs"
        }
    }
}

/// A queue of SQS, or of a service that speaks like it (ElasticMQ, LocalStack).
public struct SQSQueue: Sendable, Hashable {
    /// The queue's URL, as the service names it.
    public let url: String
    /// The region that requests are signed for.
    public let region: String
    /// Where requests go, when that is not the URL's host.
    public let endpoint: HTTPEndpoint?
    /// Where requests go.
    let address: HTTPEndpoint

    /// Names a queue; nil when the URL is none of a queue.
    public init?(url: String, region: String, endpoint: HTTPEndpoint? = nil) {
        guard let host = Self.host(ofQueue: url) else { return nil }
        self.url = url
        self.region = region
        self.endpoint = endpoint
        address = endpoint ?? host
    }

    /// The host of a queue's URL; nil when it is none, or names no queue.
    public static func host(ofQueue url: String) -> HTTPEndpoint? {
        guard let request = HTTPRequest(url: url), request.query.isEmpty, !request.path.hasSuffix("/") else {
            return nil
        }
        return request.endpoint
    }
}

/// A queue with what is needed to read it.
public struct SQSSubscription: Sendable {
    /// Which queue.
    public let queue: SQSQueue
    /// Who asks.
    public let credentials: any CredentialProvider
    /// By which connections.
    public let client: HTTPClient

    /// Describes a subscription.
    public init(queue: SQSQueue, credentials: any CredentialProvider, client: HTTPClient) {
        self.queue = queue
        self.credentials = credentials
        self.client = client
    }
}
