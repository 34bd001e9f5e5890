internal import EventModel
public import ObjectStorage
public import TriggerRules

/// One bucket as processing uses it.
public struct BucketSetup: Sendable {
    /// Reads and writes its objects.
    public let store: any ObjectStore
    /// What becomes of a source once every delivery of its version is done.
    public let after: AfterPolicy
    /// How the bucket is watched, when a trigger watches it.
    public let watch: WatchPolicy
    /// Which notifications it takes.
    public let notifications: NotificationSettings
    /// Makes the bucket's change feed, or nil where only scans see changes.
    let makeFeed: @Sendable () -> (any ChangeFeed)?

    /// Describes one bucket. Without `makeFeed` the store's own change feed is used.
    public init(
        store: any ObjectStore,
        after: AfterPolicy = .keep,
        watch: WatchPolicy = WatchPolicy(),
        notifications: NotificationSettings = .none,
        makeFeed: (@Sendable () -> (any ChangeFeed)?)? = nil
    ) {
        self.store = store
        self.after = after
        self.watch = watch
        self.notifications = notifications
        self.makeFeed = makeFeed ?? { store.makeChangeFeed(queueLimit: watch.queueLimit) }
    }
}

/// How a bucket is watched.
public struct WatchPolicy: Sendable, Hashable {
    /// From the end of one scan to the beginning of the next.
    public let scanInterval: Duration
    /// How long a file must be unchanged where the store cannot tell whether somebody writes it (trap W07).
    public let settle: Duration
    /// At most so many hints wait to be looked at; beyond that a scan takes over (trap W01).
    public let queueLimit: Int
    /// What is scanned more often than all, where keys hold their time.
    public let recent: RecentScan?

    /// Describes a policy.
    public init(
        scanInterval: Duration = .seconds(300),
        settle: Duration = .seconds(2),
        queueLimit: Int = 65_536,
        recent: RecentScan? = nil
    ) {
        self.scanInterval = scanInterval
        self.settle = settle
        self.queueLimit = queueLimit
        self.recent = recent
    }
}

/// What becomes of a source object once every delivery of its version is done (DESIGN 5, step 7).
public enum AfterPolicy: Sendable, Hashable {
    /// It stays.
    case keep
    /// It is removed, if it still is that version.
    case delete
    /// It is copied where the template says, never over something else, then removed.
    case move(OutputTemplate)
    /// It gets these tags besides those that it has, if it still is that version.
    case tag([String: String])
}
