internal import EventModel

/// What the committer keeps in memory of the tables: small, always equal to the rows within the running
/// transaction.
///
/// A value, so that a group that is rolled back puts back the copy taken before it.
struct LedgerMemory {
    /// One counter: deliveries of a stream, class and state.
    struct CounterKey: Hashable {
        /// The stream's number.
        let stream: Int64
        /// `DeliveryClass.rawValue`.
        let deliveryClass: Int
        /// `DeliveryState.order`.
        let state: Int
    }
    /// One (trigger, bucket); a trigger whose bucket was changed has several.
    struct Stream: Hashable {
        /// The trigger.
        let trigger: TriggerName
        /// The bucket of its targets.
        let bucket: BucketName
    }
    /// A trigger's row, and the target that failed for good last.
    struct Trigger {
        /// What the protocol shows of it.
        var row: TriggerRow
        /// The target's number; nil after a success.
        var lastFailed: Int64?
    }
    /// A proof of the counters that is under way: what the rows up to `cursor` come to, kept true by every
    /// change.
    struct Proof {
        /// Deliveries counted so far.
        var counts: [CounterKey: Int64] = [:]
        /// The last delivery's number that was counted.
        var cursor: Int64 = 0
    }

    /// A task that waits for a delivery.
    struct WaitingTask: Hashable {
        /// Its job.
        let job: Int64
        /// Its number.
        let number: Int64
        /// Its object's length.
        let sizeBytes: UInt64
        /// See `JobTask.isOwed`.
        var isOwed = false
    }

    /// The last number of a delivery.
    var lastDelivery: Int64 = 0
    /// The last number of a token.
    var lastToken: Int64 = 0
    /// Whether the last boot, or this one, ended cleanly.
    var isClean = true
    /// Whether one of the three above is not yet in the row.
    var isMetaDirty = false
    /// All counters.
    var counters: [CounterKey: Int64] = [:]
    /// Counters that are not yet in their rows.
    var dirtyCounters: Set<CounterKey> = []
    /// All triggers ever configured.
    var triggers: [TriggerName: Trigger] = [:]
    /// Numbers of streams.
    var streams: [Stream: Int64] = [:]
    /// Streams by number.
    var streamNames: [Int64: Stream] = [:]
    /// Numbers of buckets.
    var buckets: [BucketName: Int64] = [:]
    /// Buckets by number.
    var bucketNames: [Int64: BucketName] = [:]
    /// Numbers of fingerprints that were used since the start.
    var fingerprints: [Fingerprint: Int64] = [:]
    /// Fingerprints by number.
    var fingerprintNames: [Int64: Fingerprint] = [:]
    /// Numbers of boots that were used since the start.
    var boots: [OwnerID: Int64] = [:]
    /// Boots by number.
    var bootNames: [Int64: OwnerID] = [:]
    /// The boot that runs now.
    var currentBoot: OwnerID?
    /// No delivery becomes due before this moment; nil when none waits.
    var earliestWaiting: Timestamp?
    /// Open deliveries, as their rows are; as many as there are attempts in flight.
    var open: [Int64: LedgerEntry] = [:]
    /// Targets of open deliveries, as their rows are (without the state of their latest delivery); nothing
    /// else of theirs is leased.
    var openTargets: [Int64: StoredTarget] = [:]
    /// How many outputs are being committed; while there are none, no observation needs to look for one.
    var committingOutputs = 0
    /// Jobs that have not ended, and those that have while tasks of theirs are open.
    var jobs: [Int64: JobRow] = [:]
    /// Jobs that are not yet in their rows.
    var dirtyJobs: Set<Int64> = []
    /// Open tasks by the delivery that they wait for; as many as jobs have begun and not ended.
    var waitingTasks: [Int64: [WaitingTask]] = [:]
    /// Where pruning goes on.
    var pruneCursor: Int64 = 0
    /// Proofs under way, by number.
    var proofs: [Int: Proof] = [:]

    /// Counts a delivery's change of state or class; nil is "no row".
    mutating func count(_ delivery: Int64, _ stream: Int64, from old: Delivery?, to new: Delivery?) {
        let from = old.map { Self.key(stream, $0) }
        let to = new.map { Self.key(stream, $0) }
        guard from != to else { return }
        if let from { add(-1, to: from) }
        if let to { add(1, to: to) }
        for (number, proof) in proofs where delivery <= proof.cursor {
            if let from { proofs[number]?.counts[from, default: 0] -= 1 }
            if let to { proofs[number]?.counts[to, default: 0] += 1 }
        }
    }

    private mutating func add(_ count: Int64, to key: CounterKey) {
        counters[key, default: 0] += count
        dirtyCounters.insert(key)
    }

    private static func key(_ stream: Int64, _ delivery: Delivery) -> CounterKey {
        CounterKey(
            stream: stream,
            deliveryClass: delivery.deliveryClass.rawValue,
            state: delivery.state.order
        )
    }
}

/// A delivery's row: the delivery and its newest attempt.
struct LedgerEntry {
    /// The delivery.
    var delivery: Delivery
    /// Its target's number.
    let target: Int64
    /// Its stream's number.
    let stream: Int64
    /// The newest attempt's token; nil before the first.
    var token: Int64?
    /// The boot that ran it.
    var boot: Int64?
    /// When it was leased.
    var started: Timestamp?
    /// When it ended.
    var ended: Timestamp?
    /// How it ended.
    var outcome: AttemptEnd?
    /// Whether `delivery.failure` is this attempt's.
    var failed = false
    /// The operator's reason, once the open attempt is to end as cancelled.
    var cancelReason: String?
    /// Whether the commit wants an after-action.
    var wantsAfterAction = false
    /// How many outputs its decision planned, when this process decided it and it replaces none; not stored.
    var freshOutputs: Int?

    /// The attempt is over.
    mutating func close(_ end: AttemptEnd, at moment: Timestamp?, failed: Bool = false) {
        outcome = end
        ended = moment
        self.failed = failed
        cancelReason = nil
    }
}

/// A target's row with its number (nil while there is no row) and what only the ledger knows of it.
struct StoredTarget {
    /// Its number.
    var number: Int64?
    /// Its stream.
    let stream: Int64
    /// What the protocol shows of it.
    var row: TargetRow
}
