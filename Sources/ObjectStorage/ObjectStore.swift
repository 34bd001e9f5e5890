public import EventModel

/// A bucket: a local directory, an S3-compatible store, or memory in tests. One contract suite runs on all.
///
/// Outputs are staged where nobody sees them and become visible whole by `publish`; both survive a crash, so
/// a commit can be rolled forward by anyone who knows the staged references (DESIGN 5, step 6).
public protocol ObjectStore: Sendable {
    /// The bucket's configured name.
    var bucket: BucketName { get }

    /// Walks all objects whose key begins with `prefix`, in no particular order, in constant memory.
    func list(prefix: ObjectKey) -> any ObjectLister

    /// What the store says of a key now; nil when there is no object. Throws `storage.*`, also for what is no
    /// object (`storage.not-a-regular-file`, `storage.unreadable`) and for keys that are refused
    /// (`storage.invalid-key`).
    func head(_ key: ObjectKey) async throws(SluiceError) -> ObjectInfo?

    /// Opens an object's bytes. With `ifMatch`, throws `storage.version-changed` when the object is another
    /// version, now or while it is read, so bytes of two versions never mix; `storage.not-found` when it is
    /// gone.
    func open(_ key: ObjectKey, ifMatch version: ObjectVersion?) async throws(SluiceError) -> any ObjectReader

    /// Begins an output that nobody sees. `stage` names it uniquely; its bytes are on stable storage once
    /// `finish()` returned. `attributes` are kept beside the bytes where the store can.
    func stage(
        _ name: StageName,
        for key: ObjectKey,
        as attributes: ObjectAttributes
    ) async throws(SluiceError) -> any StagedWriter

    /// Makes staged outputs visible under their final keys, each whole, and durable before it returns; one
    /// answer per request, in order. Idempotent: a staged object that was already published is found at its
    /// key. When it is neither staged nor there any more, and only then, the answer is `storage.staged-gone`
    /// or `storage.staged-lost`. Gone means that it was published before, and taken away since. Lost means
    /// that the store itself lost it (an S3 store may abort or forget an unfinished upload) and that no
    /// publication of it was ever recorded: it has to be made again. Lost stays the answer, also at later
    /// boots, until the output is discarded. A publication whose record a crash prevented, and whose object
    /// was taken away meanwhile, counts as lost: making it twice is harmless, losing it is not. What another
    /// kind of store staged, before the bucket was moved, is lost as well.
    ///
    /// A final object whose bytes already equal the staged ones is left as it is and its version returned.
    func publish(_ requests: [PublishRequest]) async -> [Result<PublishedObject, SluiceError>]

    /// Removes a staged output that will not be published; no error when it is gone already.
    func discard(_ staged: StagedReference) async throws(SluiceError)

    /// Removes an object if it still is that version; returns whether it was removed. With `version` nil,
    /// any.
    func delete(_ key: ObjectKey, ifVersion version: ObjectVersion?) async throws(SluiceError) -> Bool

    /// Adds tags to an object, each instead of one of the same name, if it still is that version; returns
    /// whether it was. Throws `storage.unsupported` where objects have no tags.
    func tag(
        _ key: ObjectKey,
        with tags: [String: String],
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> Bool

    /// The tags of an object; none where objects have none. Throws `storage.version-changed` or
    /// `storage.not-found` when it is not that version any more.
    func tags(
        of key: ObjectKey,
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> [String: String]

    /// Removes what dead boots of a ledger staged and never published, except what `keeping` names; returns
    /// how many were removed. Staged outputs of `currentBoot` and of other ledgers are left alone.
    func sweep(
        ledger: String,
        currentBoot: String,
        keeping: Set<StagedReference>
    ) async throws(SluiceError) -> Int

    /// Why a key cannot be the name of an object here (trap K04: `..`, empty components…), or nil when it
    /// can.
    func refusal(of key: ObjectKey) -> SluiceError?

    /// What keeps an object from being put under a key where nothing lies; nil where nothing does. In a
    /// directory no file lies below another: the object that lies where the key needs a directory, or the key
    /// itself where a directory has its name.
    func obstacle(of key: ObjectKey) async throws(SluiceError) -> ObjectKey?

    /// The digest of an object's bytes now, or nil when there is none; for comparing a foreign object with a
    /// staged output before it is adopted.
    func digest(_ key: ObjectKey) async throws(SluiceError) -> ContentDigest?

    /// Whether somebody still writes the object's file; stores where objects appear whole answer `.none`.
    func writerState(of key: ObjectKey) async -> WriterState

    /// Makes a feed that announces changes of the bucket, with at most `queueLimit` keys waiting; nil where
    /// only scans find changes.
    func makeChangeFeed(queueLimit: Int) -> (any ChangeFeed)?
}

extension ObjectStore {
    /// Begins an output without attributes.
    public func stage(_ name: StageName, for key: ObjectKey) async throws(SluiceError) -> any StagedWriter {
        try await stage(name, for: key, as: ObjectAttributes())
    }

    /// Objects have no tags.
    public func tag(
        _ key: ObjectKey,
        with tags: [String: String],
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> Bool {
        throw SluiceError(
            .storageUnsupported,
            "Objects of bucket “\(bucket)” have no tags.",
            hint: "Tag objects of S3 buckets only."
        )
    }

    /// Objects have no tags.
    public func tags(
        of key: ObjectKey,
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> [String: String] { [:] }

    /// Keys do not stand in each other's way.
    public func obstacle(of key: ObjectKey) async throws(SluiceError) -> ObjectKey? { nil }

    /// Objects appear whole, so nobody writes them.
    public func writerState(of key: ObjectKey) async -> WriterState { .none }

    /// Only scans find changes.
    public func makeChangeFeed(queueLimit: Int) -> (any ChangeFeed)? { nil }
}

/// Whether a file is still being written (trap W07).
public enum WriterState: Sendable, Hashable {
    /// Nobody has it open for writing, or it is gone: go at once.
    case none
    /// Somebody has it open for writing: wait for the end of it.
    case writing
    /// The system does not tell: wait until size and times rest.
    case unknown
}

/// Walks a bucket page by page. Used by one task at a time.
public protocol ObjectLister: AnyObject {
    /// Up to `limit` further entries; an empty page means the listing is complete. A failure throws and never
    /// looks like the end (trap L07).
    func next(limit: Int) async throws(SluiceError) -> [ListEntry]
}

/// One entry of a listing.
public enum ListEntry: Sendable, Hashable {
    /// An object.
    case object(ObjectInfo)
    /// Something that is no object here: a symbolic link, a FIFO, an unreadable file or directory. Counted
    /// with its reason. What lies below an unreadable directory is unknown, and does not count as vanished.
    case ineligible(ObjectKey, reason: String)
}

/// The bytes of one version of an object. Blocking reads, on an I/O thread.
public protocol ObjectReader: ByteSource, Sendable {
    /// The object as it was when it was opened.
    var info: ObjectInfo { get }
    /// What the store keeps beside the bytes; nothing where it keeps none. Tags are not asked for.
    var attributes: ObjectAttributes { get }
    /// Called after the last byte was read: confirms that what was read is still one version (fstat of the
    /// open file; S3: `If-Match` on each range did), or throws `storage.version-changed`, or
    /// `storage.not-found` when the object was removed meanwhile (traps W13, W14, R01). One that was replaced
    /// whole may still confirm.
    func confirm() throws(SluiceError)
}

extension ObjectReader {
    /// The store keeps nothing beside the bytes.
    public var attributes: ObjectAttributes { ObjectAttributes() }
}

/// Names a staged output: unique by (token, number) within a boot of a ledger.
public struct StageName: Sendable, Hashable {
    /// The ledger's id; 32 hexadecimal digits.
    public let ledger: String
    /// The boot of the service; a sweep spares the current one.
    public let boot: String
    /// The attempt's token: the fence.
    public let token: Int64
    /// Number of the output within the attempt, from 0.
    public let number: Int

    /// Names a staged output.
    public init(ledger: String, boot: String, token: Int64, number: Int) {
        self.ledger = ledger
        self.boot = boot
        self.token = token
        self.number = number
    }
}

/// Where a staged output lies; written to the ledger by the decision, read by recovery.
public struct StagedReference: Sendable, Hashable {
    /// Local: the path below the bucket, `.sluice/<ledger>/<boot>/<token>-<n>`; S3: the upload's id.
    public let text: String

    /// Wraps a reference as a store wrote it.
    public init(text: String) { self.text = text }
}

/// A staged output that is being written. Blocking writes, on an I/O thread.
public protocol StagedWriter: ByteSink, Sendable {
    /// Where the output lies.
    var reference: StagedReference { get }
    /// Ends the output; on stable storage (fsync) when it returns. Returns CRC-64 and length of what was
    /// written.
    func finish() throws(SluiceError) -> ContentDigest
    /// Lets whoever writes fail soon with `system.cancelled`, also where it waits for the store; does not
    /// block. `abandon` follows.
    func interrupt()
    /// Gives the output up and removes it as far as possible; safe after any error and more than once.
    func abandon()
}

extension StagedWriter {
    /// Writing never waits for long.
    public func interrupt() {}
}

/// What a publish expects to find under the final key.
public enum PublishExpectation: Sendable, Hashable {
    /// Nothing, or these very bytes.
    case absent
    /// Our own earlier output or something that `overwrite: true` allows to replace.
    case anything
}

/// Asks for one staged output to become visible.
public struct PublishRequest: Sendable, Hashable {
    /// Where it lies.
    public let staged: StagedReference
    /// Where it shall be seen.
    public let key: ObjectKey
    /// Its content; proves an already published one.
    public let digest: ContentDigest
    /// What may lie there now. With `absent`, something else there fails with `output.collision`.
    public let expecting: PublishExpectation

    /// Asks for one publish.
    public init(
        staged: StagedReference,
        key: ObjectKey,
        digest: ContentDigest,
        expecting: PublishExpectation
    ) {
        self.staged = staged
        self.key = key
        self.digest = digest
        self.expecting = expecting
    }
}

/// An output that is visible and durable.
public struct PublishedObject: Sendable, Hashable {
    /// What a `head` says of it now.
    public let info: ObjectInfo
    /// Whether bytes that were there before already were the same, so that nothing changed.
    public let wasUnchanged: Bool

    /// Describes a published output.
    public init(info: ObjectInfo, wasUnchanged: Bool) {
        self.info = info
        self.wasUnchanged = wasUnchanged
    }
}

extension SluiceError.Code {
    /// The object is gone.
    public static let storageNotFound = Self("storage.not-found", .object)
    /// A staged output lies neither where it was staged nor under its key: it was published, and taken away
    /// since.
    public static let storageStagedGone = Self("storage.staged-gone", .object)
    /// The store lost a staged output before anybody recorded its publication.
    public static let storageStagedLost = Self("storage.staged-lost", .transient)
    /// The object is no longer the version that was opened.
    public static let storageVersionChanged = Self("storage.version-changed", .transient)
    /// The store refuses us: permissions, credentials.
    public static let storageAccessDenied = Self("storage.access-denied", .outage)
    /// The one object cannot be read by us, while its bucket can.
    public static let storageUnreadable = Self("storage.unreadable", .object)
    /// Something else than a regular file lies there.
    public static let storageNotRegular = Self("storage.not-a-regular-file", .object)
    /// The disk or quota is full.
    public static let storageFull = Self("storage.full", .outage)
    /// Reading or writing failed (EIO and the like).
    public static let storageIO = Self("storage.io", .outage)
    /// The bucket itself is missing or not a directory.
    public static let storageBucketMissing = Self("storage.bucket-missing", .outage)
    /// The key cannot be the name of an object in this bucket (trap K04).
    public static let storageInvalidKey = Self("storage.invalid-key", .object)
    /// Part of the bucket lies on another file system, where an output cannot be moved to in one step (trap
    /// D10).
    public static let storageCrossDevice = Self("storage.cross-device", .object)
    /// Another owner's, or a foreign, object lies under the output's key.
    public static let outputCollision = Self("output.collision", .object)
}
