internal import EventModel

extension LedgerStore {
    // MARK: Boots

    /// See `Ledger.beginBoot`; looks at open deliveries only (trap Q19).
    func beginBoot(_ owner: OwnerID, at now: Timestamp) throws(SluiceError) -> BootReport {
        let wasClean = memory.isClean
        let boot = try number(of: owner)
        try sql("UPDATE boot SET started = ?, ended = NULL WHERE id = ?").bind(now).bind(boot).run()
        memory.currentBoot = owner
        memory.isClean = false
        memory.isMetaDirty = true
        let leased = try openEntries(.leased)
        for var entry in leased {
            let old = entry.delivery
            let overtaking = try target(number: entry.target).row.overtaking(old.id)
            entry.delivery.lose(clean: wasClean, cancelled: entry.cancelReason, overtaking, at: now)
            entry.close(.lost, at: nil)
            try release(entry, old: old)
        }
        var pending: [PendingCommit] = []
        for entry in try openEntries(.committing) { pending.append(try commit(entry)) }
        return BootReport(previousWasClean: wasClean, committing: pending, endedLeases: leased.count)
    }

    /// See `Ledger.endBoot`.
    func endBoot(_ owner: OwnerID, at now: Timestamp) throws(SluiceError) {
        guard owner == memory.currentBoot else { return }
        try sql("UPDATE boot SET ended = ? WHERE name = ?").bind(now).bind(owner.boot).run()
        memory.isClean = true
        memory.isMetaDirty = true
    }

    /// All deliveries of an open state, by number.
    func openEntries(_ state: DeliveryState) throws(SluiceError) -> [LedgerEntry] {
        let rows = try sql(
            """
            SELECT \(LedgerSQL.deliveryColumns) FROM delivery d JOIN target t ON t.id = d.target
            WHERE d.state IN (1, 2, 4) AND d.state = ? ORDER BY d.id
            """
        ).bind(state.order)
        var entries: [LedgerEntry] = []
        while try rows.next() { entries.append(try entry(rows)) }
        return entries
    }

    // MARK: Triggers

    /// See `Ledger.registerTriggers`.
    func registerTriggers(_ triggers: [TriggerRegistration]) throws(SluiceError) -> [TriggerRow] {
        let names = Set(triggers.map(\.name))
        for name in memory.triggers.keys where !names.contains(name) {
            try change(name) { $0.row.isConfigured = false }
        }
        for trigger in triggers {
            if memory.triggers[trigger.name]?.row.bucket == trigger.bucket {
                try change(trigger.name) { $0.row.isConfigured = true }
                continue
            }
            memory.triggers[trigger.name] = LedgerMemory.Trigger(row: TriggerRow(trigger))
            try change(trigger.name) { _ in }
        }
        return self.triggers()
    }

    /// All triggers, by name.
    func triggers() -> [TriggerRow] { memory.triggers.values.map(\.row).sorted { $0.name < $1.name } }

    /// Changes a trigger and stores its row; one that is not known stays so.
    func change(_ name: TriggerName, _ body: (inout LedgerMemory.Trigger) -> Void) throws(SluiceError) {
        guard var trigger = memory.triggers[name] else { return }
        body(&trigger)
        memory.triggers[name] = trigger
        let bucket = try number(of: trigger.row.bucket)
        try sql(
            """
            INSERT OR REPLACE INTO configured_trigger (name, bucket, is_configured, baseline_complete,
                paused, failures,
                last_failed) VALUES (?,?,?,?,?,?,?)
            """
        ).bind(name.rawValue).bind(bucket).bind(trigger.row.isConfigured).bind(trigger.row.baselineComplete)
            .bind(trigger.row.pausedReason).bind(trigger.row.failuresInARow).bind(trigger.lastFailed).run()
    }

    /// A success of the trigger.
    func forgetFailures(of name: TriggerName) throws(SluiceError) {
        guard let trigger = memory.triggers[name] else { return }
        guard trigger.row.failuresInARow > 0 || trigger.lastFailed != nil else { return }
        try change(name) { trigger in
            trigger.row.failuresInARow = 0
            trigger.lastFailed = nil
        }
    }

    // MARK: Observing

    /// The rows of a key in a bucket, by trigger.
    func targets(in bucket: BucketName, key: ObjectKey) throws(SluiceError) -> [StoredTarget] {
        let rows = try sql("SELECT \(LedgerSQL.targetColumns) FROM target t WHERE t.key = ?").bind(
            key.bytes
        )
        var found: [StoredTarget] = []
        while try rows.next() {
            guard memory.streamNames[rows.integer(1)]?.bucket == bucket else { continue }
            found.append(try target(rows))
        }
        return found.sorted { $0.row.id.trigger < $1.row.id.trigger }
    }

    /// See `Observation`.
    func observe(_ observation: Observation, at now: Timestamp) throws(SluiceError) -> ObservationResult {
        var target = try target(observation.target)
        guard target.row.revision == observation.expectedRevision else { return .moved(target.row) }
        if try isCommittingOutput(observation.target) { return .deferred }
        let trigger = memory.triggers[observation.target.trigger]?.row
        guard let effect = target.row.see(observation, trigger: trigger) else { return .unchanged }
        return .recorded(try record(&target, effect, at: now))
    }

    /// Whether an object is an output that is being committed.
    func isCommittingOutput(_ target: TargetID) throws(SluiceError) -> Bool {
        guard memory.committingOutputs > 0, let bucket = memory.buckets[target.bucket] else { return false }
        return try sql.isCommitting.bind(bucket).bind(target.key.bytes).first { _ in true } ?? false
    }

    /// Stores a target's row after what its new sighting makes of its latest delivery, and makes the new
    /// one.
    func record(
        _ target: inout StoredTarget,
        _ effect: SightingEffect,
        at now: Timestamp
    ) throws(SluiceError) -> DeliveryID? {
        let former = target.row.latest
        // What waits for the former delivery is told once the target's row says what took its place.
        let waiting = former.flatMap { memory.waitingTasks.removeValue(forKey: $0.rawValue) }
        try overtake(target, effect.overtaking, at: now)
        guard let origin = effect.origin else {
            try save(&target)
            try settle(waiting, for: former)
            return nil
        }
        memory.lastDelivery += 1
        memory.isMetaDirty = true
        let id = DeliveryID(memory.lastDelivery)
        target.row.latest = id
        target.row.latestState = .ready
        try save(&target)
        let delivery = Delivery(id, of: target.row.id, from: origin, at: now)
        try save(LedgerEntry(delivery: delivery, target: target.number ?? 0, stream: target.stream), old: nil)
        try settle(waiting, for: former)
        return id
    }

    private func overtake(
        _ target: StoredTarget,
        _ overtaking: Overtaking,
        at now: Timestamp
    ) throws(SluiceError) {
        guard let latest = target.row.latest, let state = target.row.latestState else { return }
        guard state == .ready || state == .dead, var entry = try entry(latest) else { return }
        let old = entry.delivery
        entry.delivery.overtake(overtaking, at: now)
        if entry.delivery != old { try save(entry, old: old) }
    }
}
