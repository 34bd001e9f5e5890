public import EventModel

/// One object that a notification speaks of: a hint that it may have changed, never a proof (trap S14).
public struct NotifiedObject: Hashable, Sendable {
    /// The bucket's name at the store, which need not be its name here.
    public let bucketAtStore: String
    /// The key, as its source most probably means it.
    public let key: ObjectKey
    /// The key if the source did not encode as it should, where that differs (trap N03); asked for only when
    /// there is nothing under `key`.
    public let alternateKey: ObjectKey?
    /// What happened, in S3's words and without `s3:`.
    public let type: EventType
    /// Without quotes; nil where the source tells none.
    public let etag: String?
    /// Stored length in bytes; nil where the source tells none.
    public let sizeBytes: UInt64?
    /// Only of buckets with versions.
    public let versionId: String?

    /// Describes one object.
    public init(
        bucketAtStore: String,
        key: ObjectKey,
        alternateKey: ObjectKey? = nil,
        type: EventType,
        etag: String? = nil,
        sizeBytes: UInt64? = nil,
        versionId: String? = nil
    ) {
        self.bucketAtStore = bucketAtStore
        self.key = key
        self.alternateKey = alternateKey
        self.type = type
        self.etag = etag
        self.sizeBytes = sizeBytes
        self.versionId = versionId
    }

    /// The version that the notification claims to be there now, written as S3 stores write it; nil when it
    /// claims none.
    var claimedVersion: ObjectVersion? {
        guard type.isCreation, let etag, let sizeBytes else { return nil }
        return ObjectVersion(identity: "e:\(etag)-\(sizeBytes)")
    }

    /// Whether it says that the object is gone.
    var isRemoval: Bool { type.name.hasPrefix("ObjectRemoved") || type.name.hasPrefix("LifecycleExpiration") }
}

/// What was read of one message.
public enum NotificationReading: Sendable {
    /// The objects it speaks of; at least one.
    case objects([NotifiedObject])
    /// It is well-formed and speaks of no object: a test message, a subscription.
    case ignored(reason: String)
    /// It cannot be read; whoever sent it keeps it, or is told (trap N04).
    case refused(RefusedNotification)
}

/// A message that cannot be read, kept whole.
public struct RefusedNotification: Sendable {
    /// Why not.
    public let error: SluiceError
    /// The message as it came.
    public let message: [UInt8]

    /// Keeps a message.
    public init(error: SluiceError, message: [UInt8]) {
        self.error = error
        self.message = message
    }
}

extension SluiceError.Code {
    /// No dialect that we know, or one of them with something missing.
    public static let notificationShape = Self("notification.unknown-shape", .object)
    /// A dialect that we know, of a major version that we do not know.
    public static let notificationVersion = Self("notification.unknown-version", .object)
    /// Larger, deeper or of more records than is read.
    public static let notificationLimit = Self("notification.over-limit", .object)
    /// An object of it is being changed at this moment.
    public static let notificationUndecided = Self("notification.undecided", .outage)
}
