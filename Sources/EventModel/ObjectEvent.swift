/// "This object version was created (or removed)", from a watcher, a notification, a job or our own commit.
public struct ObjectEvent: Hashable, Sendable {
    /// The bucket's configured name.
    public let bucket: BucketName
    /// The object's key.
    public let key: ObjectKey
    /// What happened, in S3's words.
    public let type: EventType
    /// The version that was seen; nil when the object is gone.
    public let version: ObjectVersion?
    /// Stored length in bytes; 0 when the object is gone.
    public let sizeBytes: UInt64
    /// When the store says the object was last modified, or when the removal was noticed.
    public let time: Timestamp

    /// Describes one event.
    public init(
        bucket: BucketName,
        key: ObjectKey,
        type: EventType,
        version: ObjectVersion?,
        sizeBytes: UInt64,
        time: Timestamp
    ) {
        self.bucket = bucket
        self.key = key
        self.type = type
        self.version = version
        self.sizeBytes = sizeBytes
        self.time = time
    }
}

/// The type of an event in S3's vocabulary, without the `s3:` prefix (conventions.md 1): `ObjectCreated:Put`.
public struct EventType: Hashable, Sendable, CustomStringConvertible {
    /// For instance `ObjectCreated:Put`.
    public let name: String

    /// Takes a name, with or without the `s3:` prefix.
    public init(_ name: String) { self.name = name.hasPrefix("s3:") ? String(name.dropFirst(3)) : name }

    /// The name.
    public var description: String { name }

    /// An object was put.
    public static let createdPut = Self("ObjectCreated:Put")
    /// An object was removed.
    public static let removedDelete = Self("ObjectRemoved:Delete")

    /// Whether this type says that content exists.
    public var isCreation: Bool { name.hasPrefix("ObjectCreated:") }

    /// Whether a pattern of the configuration (`ObjectCreated:*` or a full name) takes this type.
    public func matches(pattern: EventType) -> Bool {
        if pattern.name.hasSuffix("*") { return name.hasPrefix(pattern.name.dropLast()) }
        return name == pattern.name
    }
}
