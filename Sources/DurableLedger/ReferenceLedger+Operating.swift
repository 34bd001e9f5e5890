public import EventModel

extension ReferenceLedger {
    // MARK: After

    /// What follows when a delivery's outputs are up to date with a version.
    func succeed(_ id: DeliveryID, with version: ObjectVersion?, at now: Timestamp) {
        guard let entry = entries[id], let version else { return }
        let (target, place) = (entry.delivery.target, entry.delivery.target.place)
        forgetFailures(of: target.trigger)
        guard entry.wantsAfterAction else { return }
        if afters[place]?.action.version != version {
            let action = AfterAction(bucket: target.bucket, key: target.key, version: version)
            afters[place] = (action, dueAt: nil)
        }
        settle(place, at: now)
    }

    /// Makes an after-action due once every configured trigger is done with the version.
    func settle(_ place: ObjectPlace, at now: Timestamp) {
        guard let (action, dueAt) = afters[place], dueAt == nil else { return }
        let isDelayed = targets(at: place).contains {
            $0.delaysAfterAction(for: action.version, trigger: triggerRows[$0.id.trigger])
        }
        if !isDelayed { afters[place]?.dueAt = now }
    }

    /// After-actions that are due, oldest first.
    public func dueAfterActions(in bucket: BucketName?, limit: Int, at now: Timestamp) -> [AfterAction] {
        let due = afters.values.compactMap { action, due in due.map { (action: action, due: $0) } }
            .filter { $0.due <= now && bucket ?? $0.action.bucket == $0.action.bucket }
            .sorted { ($0.due, $0.action.place) < ($1.due, $1.action.place) }
        return due.prefix(max(0, limit)).map(\.action)
    }

    /// Forgets an after-action that is done, or tries it again.
    public func finishAfterAction(
        _ action: AfterAction,
        error: FailureRecord?,
        retryAt: Timestamp?,
        at now: Timestamp
    ) {
        guard var next = afters[action.place], next.action.version == action.version else { return }
        next.action.tries += 1
        next.dueAt = retryAt ?? now
        afters[action.place] = error == nil ? nil : next
    }

    // MARK: Notes

    /// Keeps a text under a name.
    public func remember(_ name: String, _ text: String, at now: Timestamp) {
        notes[name] = LedgerNote(text: text, at: now)
    }

    /// The note under a name.
    public func recall(_ name: String) -> LedgerNote? { notes[name] }

    // MARK: Operators

    /// Makes dead or cancelled deliveries ready.
    public func retry(_ deliveries: [DeliveryID], at now: Timestamp) -> [DeliveryID] {
        deliveries.filter { id in transition(id) { $0.delivery.retry($1, at: now) } ?? false }
    }

    /// Ends deliveries, or marks their attempts.
    public func cancel(_ deliveries: [DeliveryID], reason: String, at now: Timestamp) -> [DeliveryID] {
        deliveries.filter { id in
            let end = transition(id) { entry, _ in
                let end = entry.delivery.cancel(reason: reason, at: now)
                if end == .mark { entry.cancelReason = reason }
                return end
            }
            return end == .mark || end == .changed
        }
    }

    /// Forgets finished deliveries.
    public func prune(keeping: Int, limit: Int) -> Int {
        let old = entries.keys.sorted().prefix { $0.rawValue <= lastDelivery - Int64(keeping) }
        let pruned = old.prefix(max(0, limit)).filter { id in
            guard let delivery = entries[id]?.delivery, delivery.state.isFinished else { return false }
            return targetRows[delivery.target]?.latest != id && outputs { $0.delivery == id }.isEmpty
        }
        for id in pruned { entries[id] = nil }
        return pruned.count
    }

    // MARK: Reading

    /// One page of the keys that configured triggers have as present.
    public func presentKeys(in bucket: BucketName, after: ObjectKey?, limit: Int) -> [ObjectKey] {
        let rows = targetRows.values.filter { $0.seen != nil && $0.id.bucket == bucket }
        let present = rows.filter { triggerRows[$0.id.trigger]?.isConfigured(for: bucket) == true }
        let keys = Set(present.map(\.id.key)).filter { key in after.map { $0 < key } ?? true }
        return Array(keys.sorted().prefix(min(max(limit, 1), 1000)))
    }

    /// One page of deliveries, newest first.
    public func deliveries(_ query: DeliveryQuery) -> [Delivery] {
        let found = entries.values.map(\.delivery).filter(query.matches).sorted { $0.id > $1.id }
        return Array(found.prefix(min(max(query.limit, 1), 1000)))
    }

    /// One delivery with its attempts and outputs.
    public func history(of delivery: DeliveryID) -> DeliveryHistory? {
        let made = outputs { $0.delivery == delivery }.map(\.row)
        return entries[delivery].map { entry in
            DeliveryHistory(delivery: entry.delivery, attempts: entry.attempts, outputs: made)
        }
    }

    /// Who owns an output key.
    public func output(in bucket: BucketName, key: ObjectKey) -> OutputRow? {
        owned[ObjectPlace(bucket: bucket, key: key)]?.row
    }

    /// A target's outputs, by bucket and key.
    public func outputs(of target: TargetID) -> [OutputRow] { outputs { $0.owner == target }.map(\.row) }

    /// The outputs that match, by bucket and key.
    func outputs(_ matches: (OutputRow) -> Bool) -> [OwnedOutput] {
        owned.values.filter { matches($0.row) }.sorted { $0.row.place < $1.row.place }
    }

    /// The deliveries of a state, oldest first.
    func all(in state: DeliveryState) -> [Delivery] {
        entries.values.map(\.delivery).filter { $0.state == state }.sorted { $0.id < $1.id }
    }

    /// Deliveries by trigger, class and state.
    public func counters() -> [CounterRow] {
        Dictionary(grouping: entries.values.map(\.delivery)) { CounterRow(like: $0, count: 0) }.values
            .compactMap { group in group.first.map { CounterRow(like: $0, count: group.count) } }
            .sorted(by: CounterRow.isBefore)
    }

    /// What waits.
    public func backlog(at now: Timestamp) -> Backlog {
        let waiting = all(in: .ready).compactMap(\.notBefore).filter { $0 > now }
        return Backlog(nextDue: waiting.min(), oldestReady: leasable(at: now).map(\.created).min())
    }

    /// Proves what the rows promise each other.
    public func verify() -> [String] {
        let late = (all(in: .ready) + all(in: .dead)).filter { targetRows[$0.target]?.latest != $0.id }
        let open = Dictionary(grouping: all(in: .leased) + all(in: .committing), by: \.target)
        let torn = outputs { $0.version == nil && entries[$0.delivery]?.delivery.state != .committing }
        return late.map { "Delivery \($0.id) is \($0.state) and not its target's latest." }
            + open.filter { $1.count > 1 }.map { "More than one attempt of \($0.key.key) is open." }
            + torn.map { "Output \($0.row.key) and its delivery disagree." }
    }
}
