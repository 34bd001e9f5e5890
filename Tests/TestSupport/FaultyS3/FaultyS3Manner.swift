/// How a server behaves at all times, until it is told otherwise; what happens once is a `FaultyS3Fault`.
public struct FaultyS3Manner: Sendable {
    /// What the server makes of If-Match and If-None-Match.
    public enum Conditions: Sendable {
        /// 412 when they do not hold (and 304 for If-None-Match of a GET), as on AWS.
        case honoured
        /// Not looked at: a PUT overwrites silently (trap R07).
        case ignored
        /// 501 NotImplemented when a write carries one.
        case notImplemented
        /// 304 where 412 is right (minio/minio#19442).
        case notModified
        /// 409 ConditionalRequestConflict where 412 is right.
        case conflict
    }

    /// See `Conditions`.
    public var conditions = Conditions.honoured
    /// Whether `encoding-type=url` is honoured; if not, keys go out raw (traps L08, L10).
    public var encodesListings = true
    /// Nil: keys in byte order; else the seed of an order that does not change (trap L12).
    public var shuffleSeed: UInt64?
    /// Keys in a page at most, whatever `max-keys` says (trap L06).
    public var pageLimit = 1000
    /// Added to what LastModified says, in seconds; negative back-dates (trap L15).
    public var modifiedOffset = 0
    /// How many GETs and HEADs of a key after each write still see what was there before (trap N08).
    public var staleReads = 0
    /// Whether a range is ignored: 200 and the whole object.
    public var ignoresRanges = false
    /// Whether PutObjectTagging is taken for PutObject, as `rclone serve s3` does.
    public var takesTagsForBytes = false
    /// Whether ETags say nothing about the content, as with SSE-KMS.
    public var hasOpaqueETags = false
    /// Whether a body must come with its right SHA-256 in x-amz-content-sha256 (trap S17).
    public var requiresPayloadHash = false
    /// Added to the server's clock in seconds: Date, LastModified and the check of x-amz-date.
    public var clockOffset = 0
    /// Requests signed further away from the server's clock are RequestTimeTooSkewed; nil: not checked.
    public var skewLimit: Int?
    /// The region that a signature must name, else AuthorizationHeaderMalformed; nil: any.
    public var region: String?
    /// Answers a wrong region with 301 PermanentRedirect and x-amz-bucket-region instead.
    public var redirectsRegion = false
    /// Access keys that are known; nil: any, and anonymous too.
    public var accessKeys: Set<String>?
    /// The session token that is valid, others being ExpiredToken; nil: not looked at.
    public var sessionToken: String?
    /// Buckets that nobody may use: AccessDenied.
    public var deniedBuckets: Set<String> = []
    /// Smallest part but the last of a multipart upload; smaller ones make Complete EntityTooSmall.
    public var smallestPart = 5 << 20

    /// A server as one expects it.
    public init() {}
}
