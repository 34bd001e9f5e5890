public import EventModel
public import EventProcessing
public import HTTPTransport
public import TriggerRules

/// A bucket: a local directory, or one at an S3-compatible store.
public struct BucketConfiguration: Sendable, Hashable {
    /// Its name in this file.
    public let name: BucketName
    /// Where its objects are.
    public let place: BucketPlace
    /// What happens to an object once every delivery of it is done.
    public let after: AfterPolicy
    /// The longest time between two complete scans.
    public let scanInterval: Duration
    /// How long a file must rest where the system cannot tell whether a writer still has it open.
    public let settle: Duration
    /// What is scanned more often than all.
    public let recent: RecentScan?
    /// Who announces what happens in it, besides the scans.
    public let notifications: NotificationsConfiguration

    /// Absolute path of its directory; nil where it is none.
    public var path: String? { if case .local(let place) = place { place.path } else { nil } }
}

/// Where a bucket's objects are.
public enum BucketPlace: Sendable, Hashable {
    /// In a directory.
    case local(LocalPlace)
    /// At an S3-compatible store.
    case s3(S3Place)
}

/// A directory whose files are objects.
public struct LocalPlace: Sendable, Hashable {
    /// Absolute path of the directory.
    public let path: String
    /// Absolute paths below it whose content is no object of it: the state directory, if that lies there.
    public let excludedPaths: [String]
}

/// A bucket at an S3-compatible store, and how it is reached.
public struct S3Place: Sendable, Hashable {
    /// Its name at the store.
    public let bucket: String
    /// What requests are signed for; nil where the store does not care.
    public let region: String?
    /// Where the store is, over what kind of connection.
    public let connection: StoreConnection
    /// Whether the bucket stands in the path instead of the host's name; nil leaves it to the store's kind.
    public let pathStyle: Bool?
    /// Who we are there.
    public let credentials: CredentialSource
    /// Whether what the store can do may be tried out.
    public let probes: Bool
    /// The storage class of outputs whose trigger names none.
    public let storageClass: String?
    /// Bytes of one part of a large object.
    public let partSizeBytes: Int
    /// So many parts of one object are under way at a time.
    public let parallelParts: Int

    /// The store and the bucket as one text, for people and for telling places apart.
    public var text: String { "\(connection.store)/\(bucket)" }
}

/// A connection to a store; buckets with equal ones share it.
public struct StoreConnection: Sendable, Hashable {
    /// Where the store is; nil is AWS.
    public internal(set) var endpoint: HTTPEndpoint?
    /// A file of certificates that are trusted beside the system's.
    public let caFile: String?
    /// Whether any certificate is taken; warned of at every start.
    public let skipsVerification: Bool
    /// The proxy's URL, which may hold a password; empty for none, nil for what the environment says.
    public let proxy: Secret?

    /// The store alone, as text; AWS's own endpoints are one store, whichever of them is named.
    public var store: String {
        guard let endpoint, !Self.isAWS(endpoint) else { return "aws" }
        return (endpoint.isTLS ? "https://" : "http://") + endpoint.authority
    }

    /// Whether an endpoint is one of AWS (AWS, "Amazon S3 endpoints and quotas").
    static func isAWS(_ endpoint: HTTPEndpoint) -> Bool {
        endpoint.host.hasSuffix(".amazonaws.com") || endpoint.host.hasSuffix(".amazonaws.com.cn")
    }
}

/// Where the keys come from that requests are signed with.
public enum CredentialSource: Sendable, Hashable {
    /// Environment, profile files, web identity, container, machine: whichever there is first.
    case chain
    /// One profile of the shared files.
    case profile(String)
    /// Those of this file.
    case keys(accessKey: String, secretKey: Secret, sessionToken: Secret?)
    /// None: requests are not signed.
    case anonymous
}

/// What happens to an object once every delivery of its version is done.
public enum AfterPolicy: Sendable, Hashable {
    /// It stays.
    case keep
    /// It is deleted.
    case delete
    /// It goes there.
    case move(OutputTemplate)
    /// It gets these tags.
    case tag([String: String])
}
