/// What a store keeps beside an object's bytes. Local buckets keep none of it.
public struct ObjectAttributes: Hashable, Sendable {
    /// The media type (RFC 9110, section 8.3); nil leaves it to the store.
    public var contentType: String?
    /// How readers are to take the bytes, as HTTP says it: `content-encoding`, `content-language`,
    /// `content-disposition`, `cache-control` and `expires` (RFC 9110, section 8; RFC 9111, section 5; AWS,
    /// PutObject); names are lower case. An object that was compressed before it was put is no longer what it
    /// was without them.
    public var headers: [String: String]
    /// S3 user metadata without the prefix `x-amz-meta-`; names are lower case (AWS, "Working with object
    /// metadata").
    public var metadata: [String: String]
    /// Object tags.
    public var tags: [String: String]
    /// S3's storage class; nil is the bucket's standard.
    public var storageClass: String?

    /// Describes what is kept; nothing by default.
    public init(
        contentType: String? = nil,
        headers: [String: String] = [:],
        metadata: [String: String] = [:],
        tags: [String: String] = [:],
        storageClass: String? = nil
    ) {
        self.contentType = contentType
        self.headers = headers
        self.metadata = metadata
        self.tags = tags
        self.storageClass = storageClass
    }
}
