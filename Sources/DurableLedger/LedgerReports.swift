public import EventModel

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
    public internal(set) var ended: Timestamp?
    /// The name of an `AttemptEnd`: `done`, `retry`, `dead`, `released`, `skipped`, `superseded`,
    /// `cancelled`, `lost`, `crashed`; nil while it runs.
    public internal(set) var outcome: String?
    /// Why it failed.
    public internal(set) var failure: FailureRecord?
    /// Describes an attempt.
    public init(
        token: AttemptToken,
        owner: OwnerID,
        started: Timestamp,
        ended: Timestamp? = nil,
        outcome: String? = nil,
        failure: FailureRecord? = nil
    ) {
        self.token = token
        self.owner = owner
        self.started = started
        self.ended = ended
        self.outcome = outcome
        self.failure = failure
    }
}

extension DeliveryQuery {
    /// Whether a delivery is one of those asked for.
    package func matches(_ delivery: Delivery) -> Bool {
        if !states.isEmpty, !states.contains(delivery.state) { return false }
        if let trigger, trigger != delivery.target.trigger { return false }
        if let bucket, bucket != delivery.target.bucket { return false }
        if let key, key != delivery.target.key { return false }
        if let before, delivery.id >= before { return false }
        return true
    }
}
