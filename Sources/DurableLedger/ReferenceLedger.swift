public import EventModel

/// The ledger in memory: simple, obviously right, and what the durable ones are measured against.
///
/// Also the test double: it outlives a crash of everything above it, because each call takes effect as a
/// whole before it returns (the actor never suspends within one).
public actor ReferenceLedger: Ledger {
    /// A delivery with what only the ledger knows of it.
    struct Entry {
        var delivery: Delivery
        var token: AttemptToken?
        var cancelReason: String?
        var wantsAfterAction = false
        var attempts: [AttemptRecord] = []
    }
    /// Where an object lies.
    struct Place: Hashable {
        let bucket: BucketName
        let key: ObjectKey
    }
    /// An output with what its commit planned.
    struct Output {
        var row: OutputRow
        var planned: PlannedOutput
    }
    /// An after-action; due at no time while a trigger is not done with the version.
    struct After {
        let version: ObjectVersion
        var tries = 0
        var dueAt: Timestamp?
    }

    /// Names this ledger.
    public nonisolated let id: String
    private var currentBoot: OwnerID?
    private var lastBootWasClean = true
    /// All triggers ever configured.
    var rows: [TriggerName: TriggerRow] = [:]
    private var lastFailed: [TriggerName: TargetID] = [:]
    /// All targets ever seen.
    var targetRows: [TargetID: TargetRow] = [:]
    /// All deliveries that were not pruned.
    var entries: [DeliveryID: Entry] = [:]
    /// All outputs that exist or are being committed.
    var outputs: [Place: Output] = [:]
    /// All after-actions that are not done.
    var afters: [Place: After] = [:]
    /// The last number of a delivery.
    var lastDelivery: Int64 = 0
    private var lastToken: Int64 = 0

    /// An empty ledger.
    public init(id: String = "00000000000000000000000000000001") { self.id = id }

    // MARK: Boots

    /// Ends every lease; see `Ledger`.
    public func beginBoot(_ owner: OwnerID, at now: Timestamp) -> BootReport {
        let wasClean = lastBootWasClean
        (currentBoot, lastBootWasClean) = (owner, false)
        let leased = entries.values.filter { $0.delivery.state == .leased }
        for var entry in leased {
            entry.delivery.lose(
                clean: wasClean,
                cancelled: entry.cancelReason,
                overtaking(entry.delivery),
                at: now
            )
            close(&entry, .lost, ended: nil)
        }
        let pending = entries.values.filter { $0.delivery.state == .committing }.sorted {
            $0.delivery.id < $1.delivery.id
        }
        return BootReport(
            previousWasClean: wasClean,
            committing: pending.map(commit),
            endedLeases: leased.count
        )
    }

    /// Remembers that the boot ended cleanly.
    public func endBoot(_ owner: OwnerID, at now: Timestamp) {
        if owner == currentBoot { lastBootWasClean = true }
    }

    // MARK: Triggers

    /// Makes the configured triggers known.
    public func registerTriggers(_ triggers: [TriggerRegistration], at now: Timestamp) -> [TriggerRow] {
        for name in rows.keys { rows[name]?.isConfigured = false }
        for trigger in triggers {
            if rows[trigger.name]?.bucket == trigger.bucket {
                rows[trigger.name]?.isConfigured = true
            } else {
                rows[trigger.name] = TriggerRow(
                    name: trigger.name,
                    bucket: trigger.bucket,
                    isConfigured: true,
                    baselineComplete: false,
                    pausedReason: nil,
                    failuresInARow: 0
                )
                lastFailed[trigger.name] = nil
            }
        }
        return self.triggers()
    }

    /// From now on every object is new to the trigger.
    public func completeBaseline(_ trigger: TriggerName, at now: Timestamp) {
        rows[trigger]?.baselineComplete = true
    }

    /// Pauses or resumes a trigger.
    public func setPaused(_ trigger: TriggerName, reason: String?, at now: Timestamp) {
        rows[trigger]?.pausedReason = reason
        if reason == nil { forgetFailures(of: trigger) }
    }

    /// All triggers, by name.
    public func triggers() -> [TriggerRow] { rows.values.sorted { $0.name < $1.name } }

    // MARK: Observing

    /// The rows of these keys, by trigger.
    public func targets(in bucket: BucketName, keys: [ObjectKey]) -> [TargetRow] {
        keys.flatMap { key in targets(at: Place(bucket: bucket, key: key)) }
    }

    /// Records what was seen.
    public func observe(_ observations: [Observation], at now: Timestamp) -> [ObservationResult] {
        observations.map { observe($0, at: now) }
    }

    private func observe(_ observation: Observation, at now: Timestamp) -> ObservationResult {
        let target = observation.target
        let old = targetRows[target] ?? TargetRow(id: target, revision: 0, seen: nil)
        guard old.revision == observation.expectedRevision else { return .moved(view(old)) }
        if let output = outputs[Place(bucket: target.bucket, key: target.key)], output.row.version == nil {
            return .deferred
        }
        var row = old
        row.seen = observation.object?.version
        row.skippedReason = nil
        row.revision += 1
        switch observation.sighting(row: targetRows[target], baselineComplete: isBaselineComplete(target)) {
        case .unchanged: return .unchanged
        case .gone: store(row, overtaking: .gone, at: now)
        case .skip(let reason):
            row.skippedReason = reason
            store(row, overtaking: .newer, at: now)
        case .deliver(let deliveryClass):
            guard let object = observation.object else { preconditionFailure("Only an object is delivered.") }
            return .recorded(
                deliver(row, object, observation.eventType, deliveryClass, hop: 0, cause: nil, at: now)
            )
        }
        return .recorded(nil)
    }

    private func isBaselineComplete(_ target: TargetID) -> Bool {
        rows[target.trigger].map { $0.bucket == target.bucket && $0.baselineComplete } ?? false
    }

    /// Keeps a target's row, after what its new sighting makes of its latest delivery.
    func store(_ row: TargetRow, overtaking: Overtaking, at now: Timestamp) {
        if let latest = row.latest { entries[latest]?.delivery.overtake(overtaking, at: now) }
        targetRows[row.id] = row
    }

    /// Keeps a target's row and makes a delivery of what was seen.
    func deliver(
        _ row: TargetRow,
        _ object: ObjectInfo,
        _ eventType: EventType,
        _ deliveryClass: DeliveryClass,
        hop: Int,
        cause: DeliveryID?,
        at now: Timestamp
    ) -> DeliveryID {
        var row = row
        store(row, overtaking: .newer, at: now)
        lastDelivery += 1
        row.latest = DeliveryID(lastDelivery)
        targetRows[row.id] = row
        let delivery = Delivery(
            id: DeliveryID(lastDelivery),
            target: row.id,
            version: object.version,
            sizeBytes: object.sizeBytes,
            eventType: eventType,
            eventTime: object.modified,
            lane: .main,
            deliveryClass: deliveryClass,
            hop: hop,
            cause: cause,
            state: .ready,
            created: now,
            updated: now
        )
        entries[delivery.id] = Entry(delivery: delivery)
        return delivery.id
    }

    /// The next fence.
    func nextToken() -> AttemptToken {
        lastToken += 1
        return AttemptToken(lastToken)
    }

    /// Counts a failure for good, once for the same target in a row.
    func countFailure(of target: TargetID) {
        guard lastFailed[target.trigger] != target else { return }
        rows[target.trigger]?.failuresInARow += 1
        lastFailed[target.trigger] = target
    }

    /// A success of the trigger.
    func forgetFailures(of trigger: TriggerName) {
        rows[trigger]?.failuresInARow = 0
        lastFailed[trigger] = nil
    }
}
