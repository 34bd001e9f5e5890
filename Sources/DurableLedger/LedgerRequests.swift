public import EventModel

/// What a boot found.
public struct BootReport: Hashable, Sendable {
    /// Whether the last boot ended cleanly (true for a new ledger).
    public let previousWasClean: Bool
    /// Commits that were decided and not completed: roll them forward before leasing anything.
    public let committing: [PendingCommit]
    /// How many leases of earlier boots were ended.
    public let endedLeases: Int
    /// Describes what a boot found.
    public init(previousWasClean: Bool, committing: [PendingCommit], endedLeases: Int) {
        self.previousWasClean = previousWasClean
        self.committing = committing
        self.endedLeases = endedLeases
    }
}

/// What was seen of one target, to be recorded if the target's row is still as it was when the look was
/// taken.
///
/// Rules (one lane, `main`):
/// - `expectedRevision` 0 means no row. Another revision than expected: `.moved` with the row, nothing
///   recorded.
/// - An output of a delivery in `committing` is not observed (its completion causes the deliveries):
///   `.deferred`.
/// - `seen` equal to the row's `seen`: `.unchanged`, unless the row was skipped as `existing`, its trigger's
///   baseline is not complete and the class is `live`: then a delivery is made after all.
/// - A new `seen` with `.deliver` makes a ready delivery, and turns ready or dead deliveries of the target in
///   the lane to `superseded`.
/// - A new `seen` with `.skip(reason)` is recorded without a delivery (`existing: skip`); an older ready or
///   dead one turns superseded.
/// - `object` nil: the object is gone. A ready delivery turns `skipped(gone)`, a dead one `superseded`.
///   Outputs stay.
/// - A leased delivery is not touched; when its attempt ends so that it would be ready or dead, it turns into
///   what the observation would have made of it. One that commits goes forward.
public struct Observation: Hashable, Sendable {
    /// What to do with a new version.
    public enum Action: Hashable, Sendable {
        /// Make a delivery.
        case deliver(DeliveryClass)
        /// Record it as seen and needing nothing.
        case skip(reason: String)
    }
    /// Which target.
    public let target: TargetID
    /// The revision of the row before the look was taken; 0 when there was no row.
    public let expectedRevision: Int64
    /// What the look said; nil when the object is gone.
    public let object: ObjectInfo?
    /// What happened, for the delivery.
    public let eventType: EventType
    /// What to do with a new version.
    public let action: Action
    /// Describes an observation.
    public init(
        target: TargetID,
        expectedRevision: Int64,
        object: ObjectInfo?,
        eventType: EventType,
        action: Action
    ) {
        self.target = target
        self.expectedRevision = expectedRevision
        self.object = object
        self.eventType = eventType
        self.action = action
    }
}

/// What became of an observation.
public enum ObservationResult: Hashable, Sendable {
    /// Recorded; with the delivery it made, if any.
    case recorded(DeliveryID?)
    /// The row already says so.
    case unchanged
    /// The row is another than expected: look again.
    case moved(TargetRow)
    /// The object is an output that is being committed: its completion will see to it.
    case deferred
}

/// Asks for leases.
public struct LeaseRequest: Hashable, Sendable {
    /// How many of which kind.
    public struct Pick: Hashable, Sendable {
        /// Of this trigger.
        public let trigger: TriggerName
        /// Of this class.
        public let deliveryClass: DeliveryClass
        /// Suspects, or all others.
        public let suspects: Bool
        /// At most so many.
        public let limit: Int
        /// Describes a pick.
        public init(trigger: TriggerName, deliveryClass: DeliveryClass, suspects: Bool = false, limit: Int) {
            self.trigger = trigger
            self.deliveryClass = deliveryClass
            self.suspects = suspects
            self.limit = limit
        }
        /// Whether a delivery is one of those asked for.
        func takes(_ delivery: Delivery) -> Bool {
            delivery.target.trigger == trigger && delivery.deliveryClass == deliveryClass
                && delivery.isSuspect == suspects
        }
    }
    /// Who leases.
    public let owner: OwnerID
    /// Served in order.
    public let picks: [Pick]
    /// The time now.
    public let now: Timestamp
    /// Asks for leases.
    public init(owner: OwnerID, picks: [Pick], now: Timestamp) {
        self.owner = owner
        self.picks = picks
        self.now = now
    }
}

/// An owner's right to a delivery.
public struct Lease: Hashable, Sendable {
    /// The delivery, in state `leased`.
    public let delivery: Delivery
    /// The fence.
    public let token: AttemptToken
    /// What the target's outputs were made from.
    public let done: DoneRecord?
    /// Describes a lease.
    public init(delivery: Delivery, token: AttemptToken, done: DoneRecord?) {
        self.delivery = delivery
        self.token = token
        self.done = done
    }
}

/// Ends an attempt without a commit.
public struct AttemptEnding: Hashable, Sendable {
    /// How it ended.
    public enum Outcome: Hashable, Sendable {
        /// The function failed; again at `at` in class `retry`, no longer a suspect. One try is consumed.
        case retry(FailureRecord, at: Timestamp)
        /// The surroundings failed, or the service stops: again at `at` (nil: now), in its class; no try is
        /// consumed.
        case release(FailureRecord?, at: Timestamp?)
        /// Will not be tried again by itself. One try is consumed. `countsAgainstTrigger` raises the
        /// trigger's failures in a row.
        case dead(FailureRecord, countsAgainstTrigger: Bool)
        /// Needs nothing: `gone`, …
        case skip(reason: String)
        /// The child process that ran it alone died by a signal; counted in `crashes`; again at `at`, still
        /// suspect.
        case crashed(FailureRecord, at: Timestamp)
    }
    /// Which delivery.
    public let delivery: DeliveryID
    /// The fence.
    public let token: AttemptToken
    /// How it ended.
    public let outcome: Outcome
    /// The time now.
    public let now: Timestamp
    /// Describes an attempt's end.
    public init(delivery: DeliveryID, token: AttemptToken, outcome: Outcome, now: Timestamp) {
        self.delivery = delivery
        self.token = token
        self.outcome = outcome
        self.now = now
    }
}

/// What became of an ending.
public enum EndResult: Hashable, Sendable {
    /// The delivery's state now. `superseded` when a newer version has a delivery of its own and this one
    /// would have been ready or dead; `cancelled` when it was marked so. `failuresInARow` is the trigger's
    /// count after this.
    case ended(DeliveryState, failuresInARow: Int)
    /// The delivery is no longer leased under this token.
    case fenced(DeliveryState)
}

/// An after-action that is due.
public struct AfterAction: Hashable, Sendable {
    /// The source's bucket.
    public let bucket: BucketName
    /// The source's key.
    public let key: ObjectKey
    /// Only this version may be deleted or moved.
    public let version: ObjectVersion
    /// How often it failed.
    public internal(set) var tries: Int
    /// Describes an after-action.
    public init(bucket: BucketName, key: ObjectKey, version: ObjectVersion, tries: Int = 0) {
        self.bucket = bucket
        self.key = key
        self.version = version
        self.tries = tries
    }
}
