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

/// What a trigger is to the ledger.
public struct TriggerRegistration: Hashable, Sendable {
    /// Its name.
    public let name: TriggerName
    /// Its bucket; a trigger whose bucket changed counts as new, and deliveries of its former bucket are not
    /// leased.
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
    /// How many objects failed for good in a row, each another than the one before; a success resets it.
    public var failuresInARow: Int
    /// Describes a trigger's row.
    public init(
        name: TriggerName,
        bucket: BucketName,
        isConfigured: Bool,
        baselineComplete: Bool,
        pausedReason: String?,
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
    /// Set when `seen` was recorded without a delivery: `existing` for what was there before the trigger,
    /// `same-content` for an output of ours that was made again with equal bytes.
    public var skippedReason: String?
    /// What the outputs were made from, set by the decision to commit them (while `latestState` is
    /// `committing`, some may not be published yet); nil when none were made.
    public var done: DoneRecord?
    /// Describes a target's row.
    public init(
        id: TargetID,
        revision: Int64 = 0,
        seen: ObjectVersion? = nil,
        latest: DeliveryID? = nil,
        latestState: DeliveryState? = nil,
        skippedReason: String? = nil,
        done: DoneRecord? = nil
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
    ///
    /// Nil while a store has lost some of the outputs: they are not what any content makes.
    public internal(set) var digest: ContentDigest?
    /// The function that made them.
    public let fingerprint: Fingerprint
    /// Counts the target's commits; from 1.
    public let generation: Int64
    /// Describes what was done.
    public init(version: ObjectVersion, digest: ContentDigest?, fingerprint: Fingerprint, generation: Int64) {
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
    public internal(set) var version: ObjectVersion?
    /// Its content.
    public let digest: ContentDigest
    /// Describes an output.
    public init(
        bucket: BucketName,
        key: ObjectKey,
        owner: TargetID,
        delivery: DeliveryID,
        version: ObjectVersion?,
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
