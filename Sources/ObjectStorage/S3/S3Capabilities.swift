public import EventModel
internal import Synchronization

/// What a store was found to do with one bucket (trap R07).
public struct S3Capabilities: Sendable, Hashable, Codable {
    /// The order of keys in listings.
    public enum Order: String, Sendable, Hashable, Codable {
        /// By bytes, as S3 promises for general purpose buckets.
        case bytes
        /// Another, or none.
        case other
    }

    /// The form of an object's ETag that was made of parts.
    public enum PartsTag: String, Sendable, Hashable, Codable {
        /// The MD5 digest of the parts' digests, with their count.
        case composite
        /// The MD5 digest of the whole.
        case plain
        /// Something else.
        case other
    }

    /// What a store makes of tags.
    public enum Tagging: String, Sendable, Hashable, Codable {
        /// Not found out.
        case unknown
        /// They are set and read, beside the bytes.
        case kept
        /// They are refused, forgotten, or taken for the object's bytes.
        case broken
    }

    /// PutObject heeds `If-None-Match: *`.
    public var putsIfAbsent = false
    /// PutObject heeds `If-Match`.
    public var putsIfMatch = false
    /// CompleteMultipartUpload heeds `If-None-Match: *`.
    public var completesIfAbsent = false
    /// DeleteObject heeds `If-Match`.
    public var deletesIfMatch = false
    /// GetObject heeds `If-Match`; else the answers' ETags alone tell versions apart.
    public var readsIfMatch = false
    /// The ETag of an object put whole is the MD5 digest of its bytes.
    public var tagsAreMD5 = false
    /// The ETag of an object made of parts.
    public var partsTag = PartsTag.other
    /// User metadata comes back.
    public var keepsMetadata = false
    /// PutObjectTagging sets tags; `rclone serve s3` (1.74) puts its body in the object's place instead.
    public var tagging = Tagging.unknown
    /// The bucket keeps versions.
    public var isVersioned = false
    /// Listings heed `encoding-type=url`.
    public var encodesListings = false
    /// The order of keys in listings; never relied on.
    public var order = Order.other

    /// The least: nothing is heeded, nothing is known.
    public init() {}
}

/// What was found out, and when.
public struct RememberedCapabilities: Sendable, Hashable, Codable {
    /// What the store does.
    public let capabilities: S3Capabilities
    /// When it was tried out.
    public let found: Timestamp

    /// Pairs a finding with its time.
    public init(capabilities: S3Capabilities, found: Timestamp) {
        self.capabilities = capabilities
        self.found = found
    }
}

/// Remembers what stores do; for 30 days a finding is good.
public protocol CapabilityStore: Sendable {
    /// What was remembered under a name, however old; nil when nothing was.
    func recall(_ name: String) async throws(SluiceError) -> RememberedCapabilities?
    /// Remembers a finding in place of an earlier one.
    func remember(_ finding: RememberedCapabilities, as name: String) async throws(SluiceError)
}

/// Remembers as long as the process lives.
public final class MemoryCapabilityStore: CapabilityStore {
    private let findings = Mutex<[String: RememberedCapabilities]>([:])

    /// Remembers nothing yet.
    public init() {}

    /// What was remembered.
    public func recall(_ name: String) -> RememberedCapabilities? { findings.withLock { $0[name] } }

    /// Remembers.
    public func remember(_ finding: RememberedCapabilities, as name: String) {
        findings.withLock { $0[name] = finding }
    }
}
