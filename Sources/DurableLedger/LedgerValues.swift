public import EventModel

/// Names a delivery; from one sequence of the ledger.
public struct DeliveryID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// From 1.
    public let rawValue: Int64
    /// Wraps a number.
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
    /// The number.
    public var description: String { String(rawValue) }
    /// Older deliveries come first.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The fence of one attempt: from one sequence of the ledger, never reused.
public struct AttemptToken: Hashable, Sendable {
    /// From 1.
    public let rawValue: Int64
    /// Wraps a number.
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
}

/// One boot of one service.
public struct OwnerID: Hashable, Sendable {
    /// The boot's random name; 16 hexadecimal digits; also part of staged paths.
    public let boot: String
    /// Wraps a boot's name.
    public init(boot: String) { self.boot = boot }
}

/// What the system keeps up to date: one (trigger, bucket, key).
public struct TargetID: Hashable, Sendable {
    /// The trigger.
    public let trigger: TriggerName
    /// The source's bucket.
    public let bucket: BucketName
    /// The source's key.
    public let key: ObjectKey
    /// Names a target.
    public init(trigger: TriggerName, bucket: BucketName, key: ObjectKey) {
        self.trigger = trigger
        self.bucket = bucket
        self.key = key
    }
}

/// Rules of superseding hold within one lane.
public enum Lane: Hashable, Sendable {
    /// Live events, catch-up, retries and plain jobs.
    case main
    /// A shadow or scratch job's own.
    case job(String)
}

/// The classes that the dispatcher weighs against each other.
public enum DeliveryClass: Int, Hashable, Sendable, CaseIterable {
    /// An event seen as it happened.
    case live = 0
    /// Found by a scan: after downtime, or there before the trigger.
    case catchUp = 1
    /// Tried again.
    case retry = 2
    /// Made by a batch job.
    case job = 3
}

/// The life of a delivery (DESIGN 5).
public enum DeliveryState: String, Hashable, Sendable, CaseIterable {
    /// Waits for a worker, perhaps until `notBefore`.
    case ready
    /// An attempt runs.
    case leased
    /// Decided: goes forward to `done`, never back.
    case committing
    /// Its outputs are up to date.
    case done
    /// Will not be tried again by itself.
    case dead
    /// A newer version of its object has a delivery of its own.
    case superseded
    /// Needed nothing; see its reason.
    case skipped
    /// Ended by an operator.
    case cancelled
}

/// One event × one trigger: the unit of work.
public struct Delivery: Hashable, Sendable {
    /// Its number.
    public let id: DeliveryID
    /// Its target.
    public let target: TargetID
    /// The version it was made for.
    public let version: ObjectVersion
    /// The version's stored length.
    public let sizeBytes: UInt64
    /// What happened.
    public let eventType: EventType
    /// When the object was last modified, as its store says.
    public let eventTime: Timestamp
    /// Its lane.
    public let lane: Lane
    /// Its class now.
    public let deliveryClass: DeliveryClass
    /// How many commits of ours lie between it and an outside event; at most 16.
    public let hop: Int
    /// The delivery whose output caused it.
    public let cause: DeliveryID?
    /// Its state.
    public var state: DeliveryState
    /// Why it is skipped, cancelled or waiting; a stable word such as `same-content`, `gone`.
    public var reason: String?
    /// The last failure.
    public var failure: FailureRecord?
    /// How often the function itself failed; what `retry.attempts` limits.
    public var tries: Int
    /// How many attempts were begun.
    public var attempts: Int
    /// How many children that ran it alone died by a signal.
    public var crashes: Int
    /// Whether it was leased at an unclean stop and must run alone in a child process.
    public var isSuspect: Bool
    /// When it was made.
    public let created: Timestamp
    /// When its state last changed.
    public var updated: Timestamp
    /// Not leased before this moment.
    public var notBefore: Timestamp?
    /// What the function said of its successful run.
    public var statistics: DeliveryStatistics?

    /// Describes a delivery.
    public init(
        id: DeliveryID, target: TargetID, version: ObjectVersion, sizeBytes: UInt64, eventType: EventType,
        eventTime: Timestamp, lane: Lane, deliveryClass: DeliveryClass, hop: Int, cause: DeliveryID?, state: DeliveryState,
        reason: String? = nil, failure: FailureRecord? = nil, tries: Int = 0, attempts: Int = 0, crashes: Int = 0,
        isSuspect: Bool = false, created: Timestamp, updated: Timestamp, notBefore: Timestamp? = nil,
        statistics: DeliveryStatistics? = nil
    ) {
        self.id = id
        self.target = target
        self.version = version
        self.sizeBytes = sizeBytes
        self.eventType = eventType
        self.eventTime = eventTime
        self.lane = lane
        self.deliveryClass = deliveryClass
        self.hop = hop
        self.cause = cause
        self.state = state
        self.reason = reason
        self.failure = failure
        self.tries = tries
        self.attempts = attempts
        self.crashes = crashes
        self.isSuspect = isSuspect
        self.created = created
        self.updated = updated
        self.notBefore = notBefore
        self.statistics = statistics
    }
}

/// A failure as it is kept: without its live cause.
public struct FailureRecord: Hashable, Sendable {
    /// The error's stable code.
    public let code: String
    /// What failed.
    public let message: String
    /// What the operator can do.
    public let hint: String?
    /// Describes a failure.
    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }
    /// Keeps an error, its causes folded into the message.
    public init(_ error: SluiceError) {
        var message = error.message
        if let cause = error.cause { message += " (\(cause))" }
        self.init(code: error.code.name, message: message, hint: error.hint)
    }
}

/// What a successful run read and made.
public struct DeliveryStatistics: Hashable, Sendable {
    /// Where records went; nil where the function does not deal in records.
    public var tally: RecordTally?
    /// Stored bytes read.
    public var bytesIn: UInt64 = 0
    /// Stored bytes written.
    public var bytesOut: UInt64 = 0
    /// From lease to decision.
    public var duration: Duration = .zero
    /// What the operator should know though the run succeeded.
    public var warnings: [String] = []
    /// Statistics of nothing.
    public init() {}
}

/// What a trigger is to the ledger.
public struct TriggerRegistration: Hashable, Sendable {
    /// Its name.
    public let name: TriggerName
    /// Its bucket; a trigger whose bucket changed counts as new.
    public let bucket: BucketName
    /// Describes a trigger.
    public init(name: TriggerName, bucket: BucketName) {
        self.name = name
        self.bucket = bucket
    }
}

/// A trigger's row.
public struct TriggerRow: Hashable, Sendable {
    /// Its name.
    public let name: TriggerName
    /// Its bucket.
    public let bucket: BucketName
    /// Whether it is in today's configuration.
    public var isConfigured: Bool
    /// Whether the first complete scan is over.
    public var baselineComplete: Bool
    /// Why it is paused; nil when it is not.
    public var pausedReason: String?
    /// How many different objects failed for good in a row; a success resets it.
    public var failuresInARow: Int
    /// Describes a trigger's row.
    public init(
        name: TriggerName, bucket: BucketName, isConfigured: Bool, baselineComplete: Bool, pausedReason: String?,
        failuresInARow: Int
    ) {
        self.name = name
        self.bucket = bucket
        self.isConfigured = isConfigured
        self.baselineComplete = baselineComplete
        self.pausedReason = pausedReason
        self.failuresInARow = failuresInARow
    }
}

/// A target's row.
public struct TargetRow: Hashable, Sendable {
    /// Which target.
    public let id: TargetID
    /// Raised by every accepted observation; from 1.
    public var revision: Int64
    /// The newest version seen; nil when the object was seen to be gone.
    public var seen: ObjectVersion?
    /// The newest delivery in the main lane, and its state.
    public var latest: DeliveryID?
    /// State of `latest`.
    public var latestState: DeliveryState?
    /// Set when the object was recorded without a delivery: `existing` for what was there before the trigger.
    public var skippedReason: String?
    /// What the outputs that exist were made from; nil when none were made.
    public var done: DoneRecord?
    /// Describes a target's row.
    public init(
        id: TargetID, revision: Int64, seen: ObjectVersion?, latest: DeliveryID? = nil, latestState: DeliveryState? = nil,
        skippedReason: String? = nil, done: DoneRecord? = nil
    ) {
        self.id = id
        self.revision = revision
        self.seen = seen
        self.latest = latest
        self.latestState = latestState
        self.skippedReason = skippedReason
        self.done = done
    }
}

/// What a target's outputs were made from.
public struct DoneRecord: Hashable, Sendable {
    /// The version read.
    public let version: ObjectVersion
    /// Its bytes; two versions with equal digests are the same content.
    public let digest: ContentDigest
    /// The function that made them.
    public let fingerprint: Fingerprint
    /// Counts the target's commits; from 1.
    public let generation: Int64
    /// Describes what was done.
    public init(version: ObjectVersion, digest: ContentDigest, fingerprint: Fingerprint, generation: Int64) {
        self.version = version
        self.digest = digest
        self.fingerprint = fingerprint
        self.generation = generation
    }
}

/// An output key and its one owner.
public struct OutputRow: Hashable, Sendable {
    /// The output's bucket.
    public let bucket: BucketName
    /// The output's key.
    public let key: ObjectKey
    /// The target that owns it.
    public let owner: TargetID
    /// The delivery that made (or is making) it.
    public let delivery: DeliveryID
    /// The published version; nil while the commit is under way.
    public let version: ObjectVersion?
    /// Its content.
    public let digest: ContentDigest
    /// Describes an output.
    public init(
        bucket: BucketName, key: ObjectKey, owner: TargetID, delivery: DeliveryID, version: ObjectVersion?,
        digest: ContentDigest
    ) {
        self.bucket = bucket
        self.key = key
        self.owner = owner
        self.delivery = delivery
        self.version = version
        self.digest = digest
    }
}

/// How many deliveries of a trigger and class are in a state.
public struct CounterRow: Hashable, Sendable {
    /// The trigger.
    public let trigger: TriggerName
    /// The class.
    public let deliveryClass: DeliveryClass
    /// The state.
    public let state: DeliveryState
    /// How many.
    public let count: Int64
    /// Describes a count.
    public init(trigger: TriggerName, deliveryClass: DeliveryClass, state: DeliveryState, count: Int64) {
        self.trigger = trigger
        self.deliveryClass = deliveryClass
        self.state = state
        self.count = count
    }
}

/// What waits.
public struct Backlog: Hashable, Sendable {
    /// When the next delivery that waits for its time becomes due.
    public let nextDue: Timestamp?
    /// When the oldest delivery that could run now was made.
    public let oldestReady: Timestamp?
    /// Describes what waits.
    public init(nextDue: Timestamp?, oldestReady: Timestamp?) {
        self.nextDue = nextDue
        self.oldestReady = oldestReady
    }
}

/// Which deliveries to show.
public struct DeliveryQuery: Hashable, Sendable {
    /// Any of these states; empty means all.
    public var states: Set<DeliveryState> = []
    /// Of this trigger.
    public var trigger: TriggerName?
    /// Of this bucket.
    public var bucket: BucketName?
    /// Of this exact key.
    public var key: ObjectKey?
    /// Older than this one: the cursor.
    public var before: DeliveryID?
    /// At most so many; 1 to 1000.
    public var limit: Int = 100
    /// All deliveries.
    public init() {}
}

/// A delivery with all that happened to it.
public struct DeliveryHistory: Hashable, Sendable {
    /// The delivery.
    public let delivery: Delivery
    /// Its attempts, oldest first; at most the last 50 are kept.
    public let attempts: [AttemptRecord]
    /// The outputs it made that still exist.
    public let outputs: [OutputRow]
    /// Describes a delivery's history.
    public init(delivery: Delivery, attempts: [AttemptRecord], outputs: [OutputRow]) {
        self.delivery = delivery
        self.attempts = attempts
        self.outputs = outputs
    }
}

/// One try at a delivery.
public struct AttemptRecord: Hashable, Sendable {
    /// Its fence.
    public let token: AttemptToken
    /// The boot that ran it.
    public let owner: OwnerID
    /// When it was leased.
    public let started: Timestamp
    /// When it ended; nil while it runs or when its boot died.
    public let ended: Timestamp?
    /// `done`, `retry`, `dead`, `released`, `skipped`, `superseded`, `cancelled`, `lost`.
    public let outcome: String?
    /// Why it failed.
    public let failure: FailureRecord?
    /// Describes an attempt.
    public init(
        token: AttemptToken, owner: OwnerID, started: Timestamp, ended: Timestamp?, outcome: String?, failure: FailureRecord?
    ) {
        self.token = token
        self.owner = owner
        self.started = started
        self.ended = ended
        self.outcome = outcome
        self.failure = failure
    }
}
