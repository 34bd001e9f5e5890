internal import EventModel

/// Where an object or an output lies.
struct ObjectPlace: Hashable, Comparable {
    /// Its bucket.
    let bucket: BucketName
    /// Its key.
    let key: ObjectKey

    /// Orders by bucket and key.
    static func < (left: Self, right: Self) -> Bool { (left.bucket, left.key) < (right.bucket, right.key) }
}

extension PlannedOutput {
    /// Where it is to lie.
    var place: ObjectPlace { ObjectPlace(bucket: bucket, key: key) }
}

extension OutputRow {
    /// An output whose commit is under way.
    init(_ planned: PlannedOutput, of owner: TargetID, by delivery: DeliveryID) {
        self.init(
            bucket: planned.bucket,
            key: planned.key,
            owner: owner,
            delivery: delivery,
            version: nil,
            digest: planned.digest
        )
    }

    /// Where it lies.
    var place: ObjectPlace { ObjectPlace(bucket: bucket, key: key) }
}

extension AfterAction {
    /// Where its source lies.
    var place: ObjectPlace { ObjectPlace(bucket: bucket, key: key) }
}

extension TargetID {
    /// Where its source lies.
    var place: ObjectPlace { ObjectPlace(bucket: bucket, key: key) }
}

/// An output with what its commit planned.
struct OwnedOutput {
    /// What the protocol shows of it.
    var row: OutputRow
    /// What to publish; meaningful while the version is nil.
    let planned: PlannedOutput
    /// What the target published under the key before, while the version is nil: it is the target's again if
    /// the store loses the new one.
    var earlier: ObjectVersion?
}

extension PendingCommit {
    /// What is to be done for a delivery that commits, given all outputs of its target: those without a
    /// version are this commit's, all others of an earlier one, be it the same delivery's before a loss.
    init(_ delivery: Delivery, _ token: AttemptToken, owned: [OwnedOutput]) {
        self.init(
            delivery: delivery,
            token: token,
            publish: owned.filter { $0.row.version == nil }.map(\.planned),
            remove: owned.filter { $0.row.version != nil }.map(\.row)
        )
    }
}

extension TriggerRow {
    /// A trigger that is new.
    init(_ trigger: TriggerRegistration) {
        self.init(
            name: trigger.name,
            bucket: trigger.bucket,
            isConfigured: true,
            baselineComplete: false,
            pausedReason: nil,
            failuresInARow: 0
        )
    }

    /// Whether its deliveries may be leased.
    var runs: Bool { isConfigured && pausedReason == nil }

    /// Whether it watches the bucket by today's configuration.
    func isConfigured(for bucket: BucketName) -> Bool { isConfigured && self.bucket == bucket }
}

extension CounterRow {
    /// Counts deliveries of one trigger, class and state, of which this is one.
    init(like delivery: Delivery, count: Int) {
        self.init(
            trigger: delivery.target.trigger,
            deliveryClass: delivery.deliveryClass,
            state: delivery.state,
            count: Int64(count)
        )
    }

    /// Orders by trigger, class and the life of a delivery.
    package static func isBefore(_ left: CounterRow, _ right: CounterRow) -> Bool {
        (left.trigger, left.deliveryClass.rawValue, left.state.order)
            < (right.trigger, right.deliveryClass.rawValue, right.state.order)
    }
}

extension DeliveryState {
    /// Its place in the life of a delivery; also its number in stored rows, so it never changes.
    var order: Int {
        switch self {
        case .ready: 0
        case .leased: 1
        case .committing: 2
        case .done: 3
        case .dead: 4
        case .superseded: 5
        case .skipped: 6
        case .cancelled: 7
        }
    }
}
