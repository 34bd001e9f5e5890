public import HTTPTransport

/// How a bucket at an S3-compatible store is reached and used.
public struct S3Settings: Sendable {
    /// The bucket's name at the store.
    public var bucketName: String
    /// The region that requests are signed for; nil is `us-east-1`, which other stores take as well.
    public var region: String?
    /// Where the store is; nil is AWS, in the region.
    public var endpoint: HTTPEndpoint?
    /// Whether the bucket stands in the path instead of the host's name; nil decides: in the path at an
    /// endpoint of one's own, and where the name has dots, which no wildcard certificate covers (trap K09).
    public var pathStyle: Bool?
    /// Signs the requests; nil credentials leave them unsigned.
    public var credentials: any CredentialProvider
    /// Sends the requests.
    public var client: HTTPClient
    /// Whether the store's abilities may be tried out with objects below `.sluice/`.
    public var probes = true
    /// Length of a part of an output, and of a range of a large object that is read; at least 5 MiB (AWS,
    /// "Amazon S3 multipart upload limits").
    public var partSizeBytes = 8 << 20
    /// So many parts of one output are sent, and ranges of one object read, at a time.
    public var parallelParts = 4
    /// The storage class of outputs that name none.
    public var storageClass: String?
    /// So long a store may be silent while it ends an upload: it puts all parts together then, which takes
    /// minutes for large ones (AWS, CompleteMultipartUpload).
    public var endTimeout = Duration.seconds(600)
    /// A directory of ours that remembers uploads under way across restarts; nil remembers in memory.
    public var journal: String?

    /// Describes a bucket; all else has defaults.
    public init(bucketName: String, credentials: any CredentialProvider, client: HTTPClient) {
        self.bucketName = bucketName
        self.credentials = credentials
        self.client = client
    }
}
