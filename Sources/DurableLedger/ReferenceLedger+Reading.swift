public import EventModel

extension ReferenceLedger {
    // MARK: After

    /// After-actions that are due, oldest first.
    public func dueAfterActions(limit: Int, at now: Timestamp) -> [AfterAction] {
        let due = afters.filter { ($0.value.dueAt ?? .init(nanoseconds: .max)) <= now }.sorted {
            left,
            right in
            guard let first = left.value.dueAt, let second = right.value.dueAt, first == second else {
                return left.value.dueAt ?? now < right.value.dueAt ?? now
            }
            return (left.key.bucket, left.key.key) < (right.key.bucket, right.key.key)
        }
        return due.prefix(max(0, limit)).map {
            AfterAction(
                bucket: $0.key.bucket,
                key: $0.key.key,
                version: $0.value.version,
                tries: $0.value.tries
            )
        }
    }

    /// Forgets an after-action that is done, or tries it again.
    public func finishAfterAction(
        _ action: AfterAction,
        error: FailureRecord?,
        retryAt: Timestamp?,
        at now: Timestamp
    ) {
        let place = Place(bucket: action.bucket, key: action.key)
        guard afters[place]?.version == action.version else { return }
        if error == nil { return afters[place] = nil }
        afters[place]?.tries += 1
        afters[place]?.dueAt = retryAt ?? now
    }

    /// Keeps that a version's after-action is wanted, and makes it due if nothing else waits.
    func wantAfterAction(_ entry: Entry, _ version: ObjectVersion, at now: Timestamp) {
        guard entry.wantsAfterAction else { return }
        let place = Place(bucket: entry.delivery.target.bucket, key: entry.delivery.target.key)
        if afters[place]?.version != version { afters[place] = After(version: version) }
        settle(entry.delivery.target, at: now)
    }

    /// Makes an after-action due once every configured trigger is done with the version.
    func settle(_ target: TargetID, at now: Timestamp) {
        let place = Place(bucket: target.bucket, key: target.key)
        guard let after = afters[place], after.dueAt == nil else { return }
        let waiting = targets(at: place).filter { row in
            let trigger = rows[row.id.trigger]
            let isConfigured = trigger?.isConfigured == true && trigger?.bucket == target.bucket
            return isConfigured && !row.isSettled(for: after.version)
        }
        if waiting.isEmpty { afters[place]?.dueAt = now }
    }

    // MARK: Operators

    /// Makes dead or cancelled deliveries ready.
    public func retry(_ deliveries: [DeliveryID], at now: Timestamp) -> [DeliveryID] {
        deliveries.filter { id in
            guard let delivery = entries[id]?.delivery else { return false }
            return entries[id]?.delivery.retry(overtaking(delivery), at: now) ?? false
        }
    }

    /// Ends deliveries, or marks their attempts.
    public func cancel(_ deliveries: [DeliveryID], reason: String, at now: Timestamp) -> [DeliveryID] {
        deliveries.filter { id in
            switch entries[id]?.delivery.cancel(reason: reason, at: now) {
            case .changed: return true
            case .mark:
                entries[id]?.cancelReason = reason
                return true
            case .refused, nil: return false
            }
        }
    }

    /// Forgets finished deliveries.
    public func prune(keeping: Int, limit: Int) -> Int {
        let makers = Set(outputs.values.map(\.row.delivery))
        let candidates = entries.keys.sorted().prefix { $0.rawValue <= lastDelivery - Int64(keeping) }
        let old = candidates.prefix(max(0, limit)).filter { id in
            guard let delivery = entries[id]?.delivery, delivery.state.isFinished else { return false }
            return targetRows[delivery.target]?.latest != id && !makers.contains(id)
        }
        for id in old { entries[id] = nil }
        return old.count
    }

    // MARK: Reading

    /// One page of the keys that configured triggers have as present.
    public func presentKeys(in bucket: BucketName, after: ObjectKey?, limit: Int) -> [ObjectKey] {
        let present = targetRows.values.filter { row in
            let trigger = rows[row.id.trigger]
            let isConfigured = trigger?.isConfigured == true && trigger?.bucket == bucket
            return isConfigured && row.id.bucket == bucket && row.seen != nil
        }
        let keys = Set(present.map(\.id.key)).filter { key in after.map { $0 < key } ?? true }
        return Array(keys.sorted().prefix(min(max(limit, 1), 1000)))
    }

    /// One page of deliveries, newest first.
    public func deliveries(_ query: DeliveryQuery) -> [Delivery] {
        let found = entries.values.map(\.delivery).filter(query.matches)
        return Array(found.sorted { $0.id > $1.id }.prefix(min(max(query.limit, 1), 1000)))
    }

    /// One delivery with its attempts and outputs.
    public func history(of delivery: DeliveryID) -> DeliveryHistory? {
        guard let entry = entries[delivery] else { return nil }
        let made = ownedOutputs(of: entry.delivery.target).map(\.row).filter { $0.delivery == delivery }
        return DeliveryHistory(delivery: entry.delivery, attempts: entry.attempts, outputs: made)
    }

    /// Who owns an output key.
    public func output(in bucket: BucketName, key: ObjectKey) -> OutputRow? {
        outputs[Place(bucket: bucket, key: key)]?.row
    }

    /// A target's outputs, by bucket and key.
    public func outputs(of target: TargetID) -> [OutputRow] { ownedOutputs(of: target).map(\.row) }

    /// Deliveries by trigger, class and state.
    public func counters() -> [CounterRow] {
        Dictionary(grouping: entries.values.map(\.delivery)) {
            CounterRow(trigger: $0.target.trigger, deliveryClass: $0.deliveryClass, state: $0.state, count: 0)
        }.map {
            CounterRow(
                trigger: $0.trigger,
                deliveryClass: $0.deliveryClass,
                state: $0.state,
                count: Int64($1.count)
            )
        }
        .sorted(by: CounterRow.isBefore)
    }

    /// What waits.
    public func backlog(at now: Timestamp) -> Backlog {
        let times = entries.values.map(\.delivery).filter { $0.state == .ready }.compactMap(\.notBefore)
        return Backlog(
            nextDue: times.filter { $0 > now }.min(),
            oldestReady: leasable(at: now).map(\.created).min()
        )
    }

    /// Proves what the rows promise each other.
    public func verify() -> [String] {
        var problems: [String] = []
        for delivery in entries.values.map(\.delivery) {
            let row = targetRows[delivery.target]
            if delivery.state == .ready || delivery.state == .dead, row?.latest != delivery.id {
                problems.append("Delivery \(delivery.id) is \(delivery.state) and not its target's latest.")
            }
            let open = entries.values.filter {
                $0.delivery.target == delivery.target && $0.delivery.state.isOpen
            }
            if open.count > 1 {
                problems.append("Delivery \(delivery.id)'s target has more than one open attempt.")
            }
        }
        for output in outputs.values.map(\.row) {
            let isCommitting = entries[output.delivery]?.delivery.state == .committing
            if isCommitting != (output.version == nil) {
                problems.append(
                    "Output \(output.bucket):\(output.key) and its delivery \(output.delivery) disagree."
                )
            }
        }
        return problems.sorted()
    }

    // MARK: Looking up

    /// All outputs of a target, by bucket and key.
    func ownedOutputs(of target: TargetID) -> [Output] {
        outputs.values.filter { $0.row.owner == target }.sorted { OutputRow.isBefore($0.row, $1.row) }
    }

    /// All rows of a key, by trigger.
    func targets(at place: Place) -> [TargetRow] {
        targetRows.values.filter { $0.id.bucket == place.bucket && $0.id.key == place.key }
            .sorted { $0.id.trigger < $1.id.trigger }.map(view)
    }

    /// A row with its latest delivery's state.
    func view(_ row: TargetRow) -> TargetRow {
        var row = row
        row.latestState = row.latest.flatMap { entries[$0]?.delivery.state }
        return row
    }
}
