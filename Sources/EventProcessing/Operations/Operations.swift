public import DurableLedger
public import EventModel
public import TriggerRules

/// What operators can ask of the processing, by whatever door they come: the API, or the CLI beside a
/// stopped service.
public protocol Operations: JobOperations, ScheduleOperations {
    /// The service as a whole.
    func status() async throws(SluiceError) -> ServiceStatus
    /// Everything known of one key, matched or not.
    func why(_ bucket: BucketName, _ key: ObjectKey) async throws(SluiceError) -> Explanation
    /// One page of deliveries, newest first.
    func deliveries(_ query: DeliveryQuery) async throws(SluiceError) -> [Delivery]
    /// One delivery with its attempts and outputs.
    func history(of delivery: DeliveryID) async throws(SluiceError) -> DeliveryHistory?
    /// Dead or cancelled deliveries become ready.
    func retry(_ deliveries: [DeliveryID]) async throws(SluiceError) -> [DeliveryID]
    /// Ready, leased or dead deliveries end as cancelled.
    func cancel(_ deliveries: [DeliveryID], reason: String) async throws(SluiceError) -> [DeliveryID]
    /// Resumes a paused trigger, or pauses it with a reason.
    func setPaused(_ trigger: TriggerName, reason: String?) async throws(SluiceError)
    /// Says that a key may have changed; costs at most one look at the store.
    func hint(_ bucket: BucketName, _ key: ObjectKey) async throws(SluiceError)
    /// The last entries of the feed with a number above `after`, oldest first.
    func feed(after: UInt64, limit: Int) async -> [FeedEntry]
    /// Proves the ledger's counters against its rows; empty when all is well.
    func verifyLedger() async throws(SluiceError) -> [String]
}

/// The service as a whole.
public struct ServiceStatus: Sendable, Hashable {
    /// What `/health` says: `ok`, `degraded` with reasons, or `failing`.
    public var health: String
    /// Why it is not `ok`.
    public var problems: [String]
    /// When this boot began.
    public var started: Timestamp
    /// Attempts in flight.
    public var activeAttempts: Int
    /// How many attempts may be in flight.
    public var workers: Int
    /// Deliveries by trigger, class and state.
    public var counters: [CounterRow]
    /// All triggers.
    public var triggers: [TriggerRow]
    /// Since when the oldest delivery that could run waits.
    public var oldestReady: Timestamp?
    /// One row per bucket.
    public var buckets: [BucketStatus]
    /// What was rejected since this boot began, by trigger; empty where no service runs.
    public var rejected: [TriggerName: RejectedCounts]
    /// What notifications brought since this boot began, by bucket and way; empty where no service runs.
    public var notifications: [BucketName: [String: NotificationCounts]] = [:]

    /// Describes a service.
    public init(
        health: String,
        problems: [String],
        started: Timestamp,
        activeAttempts: Int,
        workers: Int,
        counters: [CounterRow],
        triggers: [TriggerRow],
        oldestReady: Timestamp?,
        buckets: [BucketStatus],
        rejected: [TriggerName: RejectedCounts] = [:]
    ) {
        self.health = health
        self.problems = problems
        self.started = started
        self.activeAttempts = activeAttempts
        self.workers = workers
        self.counters = counters
        self.triggers = triggers
        self.oldestReady = oldestReady
        self.buckets = buckets
        self.rejected = rejected
    }
}

/// What committed objects held that could not be read or processed.
public struct RejectedCounts: Sendable, Hashable {
    /// Records.
    public let records: UInt64
    /// Members of archives.
    public let members: UInt64

    /// Nothing was rejected.
    public static let nothing = RejectedCounts(records: 0, members: 0)

    /// Describes counts.
    public init(records: UInt64, members: UInt64) {
        self.records = records
        self.members = members
    }
}

/// A watched bucket.
public struct BucketStatus: Sendable, Hashable {
    /// Its name.
    public var name: BucketName
    /// `inotify+scan`, `webhook+sqs+scan`, `scan`, or `output only`.
    public var watching: String
    /// When the last complete scan ended; nil before the first.
    public var lastScan: Timestamp?
    /// How many objects that scan saw.
    public var objectCount: Int
    /// How many entries were no objects, by reason.
    public var ineligible: [String: Int]
    /// How often the kernel's notification queue overflowed.
    public var overflows: Int

    /// Describes a bucket.
    public init(
        name: BucketName,
        watching: String,
        lastScan: Timestamp?,
        objectCount: Int,
        ineligible: [String: Int],
        overflows: Int
    ) {
        self.name = name
        self.watching = watching
        self.lastScan = lastScan
        self.objectCount = objectCount
        self.ineligible = ineligible
        self.overflows = overflows
    }
}

/// Everything known of one key.
public struct Explanation: Sendable, Hashable {
    /// Its bucket.
    public var bucket: BucketName
    /// The key.
    public var key: ObjectKey
    /// What its store says now; nil when there is no object.
    public var object: ObjectInfo?
    /// Why it is no object (symbolic link, FIFO…), if so.
    public var ineligible: String?
    /// What each trigger says to it, today.
    public var verdicts: [TriggerVerdict]
    /// What the ledger has of it, by trigger.
    public var targets: [TargetRow]
    /// Its latest deliveries, newest first, at most 20.
    public var deliveries: [DeliveryHistory]
    /// Which target made it, when it is an output of ours.
    public var madeBy: OutputRow?

    /// Describes a key.
    public init(
        bucket: BucketName,
        key: ObjectKey,
        object: ObjectInfo?,
        ineligible: String?,
        verdicts: [TriggerVerdict],
        targets: [TargetRow],
        deliveries: [DeliveryHistory],
        madeBy: OutputRow?
    ) {
        self.bucket = bucket
        self.key = key
        self.object = object
        self.ineligible = ineligible
        self.verdicts = verdicts
        self.targets = targets
        self.deliveries = deliveries
        self.madeBy = madeBy
    }
}

/// One thing that happened, as `sluice events` shows it; the last 10,000 are kept in memory.
public struct FeedEntry: Sendable, Hashable {
    /// Counts up from 1 within a boot.
    public let number: UInt64
    /// When.
    public let time: Timestamp
    /// `seen`, `leased`, `done`, `retry`, `dead`, `skipped`, `superseded`, `cancelled`, `removed`, `paused`,
    /// `scan`, `overflow`…
    public let kind: String
    /// Of which bucket.
    public let bucket: BucketName
    /// Of which key, if it is about one.
    public let key: ObjectKey?
    /// For which trigger, if it is about one.
    public let trigger: TriggerName?
    /// Which delivery, if it is about one.
    public let delivery: DeliveryID?
    /// Further words: the reason, the counts.
    public let detail: String

    /// Describes what happened.
    public init(
        number: UInt64,
        time: Timestamp,
        kind: String,
        bucket: BucketName,
        key: ObjectKey?,
        trigger: TriggerName?,
        delivery: DeliveryID?,
        detail: String
    ) {
        self.number = number
        self.time = time
        self.kind = kind
        self.bucket = bucket
        self.key = key
        self.trigger = trigger
        self.delivery = delivery
        self.detail = detail
    }
}
