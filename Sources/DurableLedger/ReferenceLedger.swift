public import EventModel

/// The ledger in memory: simple, obviously right, and what the durable ones are measured against.
///
/// Also the test double: it outlives a crash of everything above it, because each call takes effect as a
/// whole before it returns (the actor never suspends within one). Looking up is walking over all rows.
public actor ReferenceLedger: Ledger {
    /// A delivery with what only the ledger knows of it.
    struct Entry {
        /// What the protocol shows of it.
        var delivery: Delivery
        /// The fence while it is open.
        var token: AttemptToken?
        /// The operator's reason, once the open attempt is to end as cancelled.
        var cancelReason: String?
        /// Whether the commit wants an after-action.
        var wantsAfterAction = false
        /// Oldest first; the last one has no end while the delivery is open.
        var attempts: [AttemptRecord] = []

        /// The open attempt is over.
        mutating func close(_ end: AttemptEnd, at moment: Timestamp?, failure: FailureRecord? = nil) {
            (token, cancelReason) = (nil, nil)
            guard var attempt = attempts.popLast() else { return }
            (attempt.ended, attempt.outcome, attempt.failure) = (moment, end.name, failure)
            attempts.append(attempt)
        }
    }

    /// Names this ledger.
    public nonisolated let id: String
    private var boot: OwnerID?
    private var isClean = true
    /// All triggers ever configured.
    var triggerRows: [TriggerName: TriggerRow] = [:]
    private var lastFailed: [TriggerName: TargetID] = [:]
    /// All targets ever seen.
    var targetRows: [TargetID: TargetRow] = [:]
    /// All deliveries that were not pruned.
    var entries: [DeliveryID: Entry] = [:]
    /// All outputs that exist or are being committed.
    var owned: [ObjectPlace: OwnedOutput] = [:]
    /// All after-actions that are not done; due at no time while a trigger is not done with the version.
    var afters: [ObjectPlace: (action: AfterAction, dueAt: Timestamp?)] = [:]
    /// All notes by name.
    var notes: [String: LedgerNote] = [:]
    /// All jobs.
    var jobRows: [JobID: JobRow] = [:]
    /// Their tasks, by number.
    var jobTasks: [JobID: [JobTask]] = [:]
    /// The partial results of jobs by task.
    var jobPartials: [JobID: [Int64: [UInt8]]] = [:]
    /// The last delivery's number.
    var lastDelivery: Int64 = 0
    private var lastToken: Int64 = 0

    /// An empty ledger.
    public init(id: String = "00000000000000000000000000000001") { self.id = id }

    // MARK: Boots and triggers

    /// Ends every lease; see `Ledger`.
    public func beginBoot(_ owner: OwnerID, at now: Timestamp) -> BootReport {
        let wasClean = isClean
        (boot, isClean) = (owner, false)
        let leased = all(in: .leased)
        for lost in leased {
            transition(lost.id) { entry, overtaking in
                entry.delivery.lose(clean: wasClean, cancelled: entry.cancelReason, overtaking, at: now)
                entry.close(.lost, at: nil)
            }
        }
        let pending = all(in: .committing).compactMap { commit($0.id) }
        return BootReport(previousWasClean: wasClean, committing: pending, endedLeases: leased.count)
    }

    /// Remembers that the boot ended cleanly.
    public func endBoot(_ owner: OwnerID, at now: Timestamp) { isClean = isClean || owner == boot }

    /// Makes the configured triggers known.
    public func registerTriggers(_ triggers: [TriggerRegistration], at now: Timestamp) -> [TriggerRow] {
        for name in triggerRows.keys { triggerRows[name]?.isConfigured = false }
        for trigger in triggers {
            if triggerRows[trigger.name]?.bucket != trigger.bucket {
                (triggerRows[trigger.name], lastFailed[trigger.name]) = (TriggerRow(trigger), nil)
            }
            triggerRows[trigger.name]?.isConfigured = true
        }
        return self.triggers()
    }

    /// From now on every object is new to the trigger.
    public func completeBaseline(_ trigger: TriggerName, at now: Timestamp) {
        triggerRows[trigger]?.baselineComplete = true
    }

    /// Pauses or resumes a trigger.
    public func setPaused(_ trigger: TriggerName, reason: String?, at now: Timestamp) {
        triggerRows[trigger]?.pausedReason = reason
        if reason == nil { forgetFailures(of: trigger) }
    }

    /// All triggers, by name.
    public func triggers() -> [TriggerRow] { triggerRows.values.sorted { $0.name < $1.name } }

    /// Forgets how often a trigger failed in a row.
    func forgetFailures(of trigger: TriggerName) {
        triggerRows[trigger]?.failuresInARow = 0
        lastFailed[trigger] = nil
    }

    // MARK: Observing

    /// The rows of these keys, by trigger.
    public func targets(in bucket: BucketName, keys: [ObjectKey]) -> [TargetRow] {
        keys.flatMap { targets(at: ObjectPlace(bucket: bucket, key: $0)) }
    }

    /// The rows of a key, by trigger.
    func targets(at place: ObjectPlace) -> [TargetRow] {
        targetRows.values.filter { $0.id.place == place }.sorted { $0.id.trigger < $1.id.trigger }
    }

    /// Records what was seen.
    public func observe(_ observations: [Observation], at now: Timestamp) -> [ObservationResult] {
        observations.map { observation in
            let target = observation.target
            var row = targetRows[target] ?? TargetRow(id: target)
            guard row.revision == observation.expectedRevision else { return .moved(row) }
            if let output = owned[target.place]?.row, output.version == nil { return .deferred }
            let effect = row.see(observation, trigger: triggerRows[target.trigger])
            return effect.map { .recorded(record(row, $0, at: now)) } ?? .unchanged
        }
    }

    /// Keeps a target's row, after what its new sighting makes of its latest delivery, and makes the new one.
    func record(_ row: TargetRow, _ effect: SightingEffect, at now: Timestamp) -> DeliveryID? {
        targetRows[row.id] = row
        if let latest = row.latest, var old = entries[latest] {
            old.delivery.overtake(effect.overtaking, at: now)
            entries[latest] = old
            targetRows[row.id]?.latestState = old.delivery.state
        }
        defer { if let former = row.latest { settleTasks(of: former) } }
        guard let origin = effect.origin else { return nil }
        lastDelivery += 1
        let id = DeliveryID(lastDelivery)
        entries[id] = Entry(delivery: Delivery(id, of: row.id, from: origin, at: now))
        targetRows[row.id]?.latest = id
        targetRows[row.id]?.latestState = .ready
        return id
    }

    // MARK: Attempts

    /// Leases what could run now.
    public func lease(_ request: LeaseRequest) -> [Lease] {
        request.picks.flatMap { pick in
            leasable(at: request.now).filter(pick.takes).prefix(max(0, pick.limit)).compactMap { found in
                lastToken += 1
                let token = AttemptToken(lastToken)
                let attempt = AttemptRecord(token: token, owner: request.owner, started: request.now)
                return transition(found.id) { entry, _ in
                    entry.delivery.lease(at: request.now)
                    entry.token = token
                    entry.attempts = (entry.attempts + [attempt]).suffix(50)
                    return Lease(delivery: entry.delivery, token: token, done: targetRows[found.target]?.done)
                }
            }
        }
    }

    /// All that could be leased now, oldest first.
    func leasable(at now: Timestamp) -> [Delivery] {
        let open = Set(entries.values.map(\.delivery).filter(\.state.isOpen).map(\.target))
        return all(in: .ready).filter { delivery in
            delivery.isLeasable(under: triggerRows[delivery.target.trigger], at: now)
                && !open.contains(delivery.target)
        }
    }

    /// Decides a commit.
    public func decide(_ decision: CommitDecision) -> DecisionResult {
        let (id, now) = (decision.delivery, decision.now)
        guard let found = held(id, decision.token, in: .leased), var row = targetRows[found.delivery.target]
        else { return .fenced(entries[id]?.delivery.state ?? .superseded) }
        if let reason = found.cancelReason {
            transition(id) { entry, _ in
                entry.delivery.move(to: .cancelled, reason: reason, at: now)
                entry.close(.cancelled, at: now)
            }
            return .fenced(.cancelled)
        }
        entries[id]?.wantsAfterAction = decision.wantsAfterAction
        if row.decide(decision, of: found.delivery) {
            targetRows[row.id] = row
            transition(id) { entry, _ in
                entry.delivery.move(to: .skipped, reason: TargetRow.sameContent, at: now)
                entry.close(.skipped, at: now)
            }
            succeed(id, with: decision.version, at: now)
            return .sameContent
        }
        let others = decision.outputs.compactMap { owned[$0.place]?.row }.filter { $0.owner != row.id }
        if let other = others.first { return .collision(other) }
        targetRows[row.id] = row
        for var planned in decision.outputs {
            planned.mayReplace = planned.mayReplace || owned[planned.place] != nil
            owned[planned.place] = OwnedOutput(
                row: OutputRow(planned, of: row.id, by: id),
                planned: planned,
                earlier: owned[planned.place]?.row.version
            )
        }
        transition(id) { entry, _ in
            entry.delivery.statistics = decision.statistics
            entry.delivery.move(to: .committing, at: now)
        }
        if let partial = decision.partial { keep(partial, of: id) }
        if decision.outputs.isEmpty, outputs({ $0.owner == row.id }).isEmpty {
            _ = complete(Completion(ofNothing: decision))
            return .done
        }
        return commit(id).map(DecisionResult.commit) ?? .fenced(.superseded)
    }

    /// What is to be published and removed.
    private func commit(_ id: DeliveryID) -> PendingCommit? {
        guard let entry = entries[id], let token = entry.token else { return nil }
        return PendingCommit(entry.delivery, token, owned: outputs { $0.owner == entry.delivery.target })
    }

    /// Completes a commit, or takes it back when outputs were lost.
    public func complete(_ completion: Completion) -> CompletionResult {
        let (id, now) = (completion.delivery, completion.now)
        guard let delivery = held(id, completion.token, in: .committing)?.delivery else {
            return .fenced(entries[id]?.delivery.state ?? .done)
        }
        owned = owned.filter { $1.row.owner != delivery.target || $1.row.version == nil }
        for output in completion.outputs {
            let place = ObjectPlace(bucket: output.bucket, key: output.info.key)
            if owned[place]?.row.delivery == id { owned[place]?.row.version = output.info.version }
        }
        if completion.loss != nil {
            for (place, output) in owned where output.row.owner == delivery.target {
                owned[place]?.row.version = output.row.version ?? output.earlier
            }
            targetRows[delivery.target]?.loseOutputs()
        }
        owned = owned.filter { $1.row.owner != delivery.target || $1.row.version != nil }
        transition(id) { entry, overtaking in
            let end = entry.delivery.complete(completion.loss, overtaking, at: now)
            entry.close(end, at: now, failure: completion.loss?.failure)
        }
        let caused = completion.caused.compactMap { caused in
            var row = targetRows[caused.target] ?? TargetRow(id: caused.target)
            return row.see(caused, by: delivery).flatMap { record(row, $0, at: now) }
        }
        if completion.loss != nil { return .lost(caused: caused) }
        succeed(id, with: targetRows[delivery.target]?.done?.version, at: now)
        return .done(caused: caused)
    }

    /// Ends an attempt without a commit.
    public func end(_ ending: AttemptEnding) -> EndResult {
        let (id, outcome, now) = (ending.delivery, ending.outcome, ending.now)
        guard let target = held(id, ending.token, in: .leased)?.delivery.target else {
            return .fenced(entries[id]?.delivery.state ?? .superseded)
        }
        let end = transition(id) { entry, overtaking in
            let end = entry.delivery.end(outcome, cancelled: entry.cancelReason, overtaking, at: now)
            entry.close(end, at: now, failure: end == .cancelled ? nil : outcome.failure)
            return end
        }
        if end != .cancelled, outcome.countsAgainstTrigger, lastFailed[target.trigger] != target {
            triggerRows[target.trigger]?.failuresInARow += 1
            lastFailed[target.trigger] = target
        }
        if end == .skipped { settle(target.place, at: now) }
        let failures = triggerRows[target.trigger]?.failuresInARow ?? 0
        return .ended(entries[id]?.delivery.state ?? .superseded, failuresInARow: failures)
    }

    /// A delivery that is still held under its fence.
    private func held(_ id: DeliveryID, _ token: AttemptToken, in state: DeliveryState) -> Entry? {
        entries[id].flatMap { $0.delivery.state == state && $0.token == token ? $0 : nil }
    }

    /// Changes a delivery, by a pure transition that is told how the target ran ahead; nil if it is unknown.
    @discardableResult
    func transition<Answer>(_ id: DeliveryID, _ change: (inout Entry, Overtaking) -> Answer) -> Answer? {
        guard var entry = entries[id] else { return nil }
        let target = entry.delivery.target
        let answer = change(&entry, targetRows[target]?.overtaking(id) ?? .newer)
        entries[id] = entry
        if targetRows[target]?.latest == id { targetRows[target]?.latestState = entry.delivery.state }
        settleTasks(of: id)
        return answer
    }
}
