public import DurableLedger
internal import EventModel
public import EventProcessing

/// The service as a whole.
public struct StatusView: Codable, Sendable, Hashable {
    /// `ok`, `degraded` or `failing`; `stopped` when the ledger was read without a running service.
    public let health: String
    /// Why it is not `ok`.
    public let problems: [String]
    /// When this boot began; absent when no service runs.
    @OrNull public var started: String?
    /// Attempts in flight.
    public let activeAttempts: Int
    /// How many attempts may be in flight.
    public let workers: Int
    /// Since when the oldest delivery that could run waits.
    @OrNull public var oldestReady: String?
    /// Deliveries by trigger, class and state.
    public let counters: [CounterView]
    /// All triggers.
    public let triggers: [TriggerView]
    /// All watched buckets.
    public let buckets: [BucketView]
    /// What notifications brought since this boot began, by bucket and way; empty when no service runs.
    public let notifications: [NotificationsView]

    /// Shows a status; `isRunning` is false when the ledger was read beside a stopped service.
    public init(_ status: ServiceStatus, isRunning: Bool = true) {
        health = isRunning ? status.health : "stopped"
        problems = status.problems
        started = isRunning ? status.started.description : nil
        activeAttempts = status.activeAttempts
        workers = status.workers
        oldestReady = status.oldestReady?.description
        counters = status.counters.map(CounterView.init).sorted { $0.order < $1.order }
        triggers = status.triggers.map { row in
            TriggerView(row, rejected: isRunning ? status.rejected[row.name] ?? .nothing : nil)
        }.sorted { $0.name < $1.name }
        buckets = status.buckets.map(BucketView.init).sorted { $0.name < $1.name }
        notifications = NotificationsView.all(status.notifications)
    }
}

/// How many deliveries of a trigger and class are in a state.
public struct CounterView: Codable, Sendable, Hashable {
    /// The trigger.
    public let trigger: String
    /// The class.
    public let `class`: String
    /// The state.
    public let state: String
    /// How many.
    public let count: Int64

    /// Shows a counter.
    public init(_ row: CounterRow) {
        trigger = row.trigger.rawValue
        `class` = row.deliveryClass.word
        state = row.state.rawValue
        count = row.count
    }

    fileprivate var order: (String, String, String) { (trigger, `class`, state) }
}

/// One trigger.
public struct TriggerView: Codable, Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its bucket.
    public let bucket: String
    /// Whether it is in today's configuration.
    public let configured: Bool
    /// Whether the first complete scan is over.
    public let baselineComplete: Bool
    /// Why it is paused; absent when it is not.
    @OrNull public var pausedReason: String?
    /// How many different objects failed for good in a row.
    public let failuresInARow: Int
    /// Records that were rejected since this boot began; absent when no service runs.
    @OrNull public var rejectedRecords: UInt64?
    /// Members of archives that were rejected since this boot began; absent when no service runs.
    @OrNull public var rejectedMembers: UInt64?

    /// Shows a trigger.
    public init(_ row: TriggerRow, rejected: RejectedCounts? = nil) {
        rejectedRecords = rejected?.records
        rejectedMembers = rejected?.members
        name = row.name.rawValue
        bucket = row.bucket.rawValue
        configured = row.isConfigured
        baselineComplete = row.baselineComplete
        pausedReason = row.pausedReason
        failuresInARow = row.failuresInARow
    }
}

/// One watched bucket.
public struct BucketView: Codable, Sendable, Hashable {
    /// Its name.
    public let name: String
    /// How it is watched.
    public let watching: String
    /// When the last complete scan ended.
    @OrNull public var lastScan: String?
    /// How many objects that scan saw.
    public let objectCount: Int
    /// How many entries were no objects, by reason.
    public let ineligible: [String: Int]
    /// How often the kernel's notification queue overflowed.
    public let overflows: Int

    /// Shows a bucket.
    public init(_ bucket: BucketStatus) {
        name = bucket.name.rawValue
        watching = bucket.watching
        lastScan = bucket.lastScan?.description
        objectCount = bucket.objectCount
        ineligible = bucket.ineligible
        overflows = bucket.overflows
    }
}
