internal import EventModel

extension LedgerStore {
    /// How many attempts of a delivery are kept.
    static let keptAttempts = 50
    /// How many deliveries whose time has come are made leasable per call.
    private static let promotedAtOnce = 256

    // MARK: Leasing

    /// See `Ledger.lease`.
    func lease(_ request: LeaseRequest) throws(SluiceError) -> [Lease] {
        _ = try promote(at: request.now)
        let boot = try number(of: request.owner)
        var leases: [Lease] = []
        for pick in request.picks where pick.limit > 0 {
            guard let stream = runningStream(of: pick.trigger) else { continue }
            var found = try ready(stream, pick)
            // What is due of this trigger may lie behind many that are due of others.
            while found.count < pick.limit, try promote(at: request.now) { found = try ready(stream, pick) }
            for (entry, target) in found {
                leases.append(try lease(entry, target, boot, at: request.now))
            }
        }
        return leases
    }

    /// The stream of a trigger that may run.
    func runningStream(of trigger: TriggerName) -> Int64? {
        guard let row = memory.triggers[trigger]?.row, row.runs else { return nil }
        return memory.streams[LedgerMemory.Stream(trigger: trigger, bucket: row.bucket)]
    }

    /// What a pick may lease: passes over targets that are open, which are as many as attempts are in flight.
    private func ready(
        _ stream: Int64,
        _ pick: LeaseRequest.Pick
    ) throws(SluiceError) -> [(entry: LedgerEntry, target: StoredTarget)] {
        let rows = sql.ready.bind(stream).bind(pick.deliveryClass.rawValue).bind(pick.suspects)
        var found: [(entry: LedgerEntry, target: StoredTarget)] = []
        while try rows.next() {
            guard memory.openTargets[rows.integer(1)] == nil else { continue }
            found.append((try entry(rows), try target(rows, from: 31)))
            guard found.count == pick.limit else { continue }
            rows.reset()
            break
        }
        return found
    }

    private func lease(
        _ found: LedgerEntry,
        _ target: StoredTarget,
        _ boot: Int64,
        at now: Timestamp
    ) throws(SluiceError) -> Lease {
        var entry = found
        if let token = entry.token { try keepAttempt(of: entry, token) }
        memory.lastToken += 1
        memory.isMetaDirty = true
        entry.delivery.lease(at: now)
        (entry.token, entry.boot, entry.started) = (memory.lastToken, boot, now)
        (entry.ended, entry.outcome, entry.failed) = (nil, nil, false)
        entry.wantsAfterAction = false
        try save(entry, old: found.delivery)
        memory.openTargets[entry.target] = target
        return Lease(delivery: entry.delivery, token: AttemptToken(memory.lastToken), done: target.row.done)
    }

    /// Moves a delivery's former attempt out of its row.
    private func keepAttempt(of entry: LedgerEntry, _ token: Int64) throws(SluiceError) {
        let delivery = entry.delivery.id.rawValue
        try sql(
            """
            INSERT INTO attempt (delivery, token, boot, started, ended, outcome, failure) VALUES
                (?,?,?,?,?,?,?)
            """
        ).bind(delivery).bind(token).bind(entry.boot).bind(entry.started).bind(entry.ended)
            .bind(entry.outcome.map { Int64($0.rawValue) })
            .bind(entry.failed ? entry.delivery.failure?.stored : nil).run()
        guard entry.delivery.attempts >= Self.keptAttempts else { return }
        try sql(
            """
            DELETE FROM attempt WHERE delivery = ?1 AND token <=
                (SELECT token FROM attempt WHERE delivery = ?1 ORDER BY token DESC LIMIT 1 OFFSET
                    \(Self.keptAttempts - 1))
            """
        ).bind(delivery).run()
    }

    /// Makes deliveries leasable whose time has come, the first ones; false when there are none.
    private func promote(at now: Timestamp) throws(SluiceError) -> Bool {
        guard let earliest = memory.earliestWaiting, earliest <= now else { return false }
        try sql(
            """
            UPDATE delivery SET state = 0 WHERE id IN (SELECT id FROM delivery INDEXED BY delivery_waiting
                WHERE state = 8 AND not_before <= ? ORDER BY not_before LIMIT \(Self.promotedAtOnce))
            """
        ).bind(now).run()
        memory.earliestWaiting = try earliestWaiting()
        return true
    }

    /// When the next waiting delivery becomes due.
    func earliestWaiting() throws(SluiceError) -> Timestamp? {
        try sql("SELECT min(not_before) FROM delivery INDEXED BY delivery_waiting WHERE state = 8").first {
            row in
            row.moment(0)
        } ?? nil
    }

    // MARK: Ending

    /// See `Ledger.end`.
    func end(_ ending: AttemptEnding) throws(SluiceError) -> EndResult {
        guard var entry = try entry(ending.delivery) else { return .fenced(.superseded) }
        guard entry.delivery.state == .leased, entry.token == ending.token.rawValue else {
            return .fenced(entry.delivery.state)
        }
        let old = entry.delivery
        let overtaking = try target(number: entry.target).row.overtaking(old.id)
        let end = entry.delivery.end(
            ending.outcome,
            cancelled: entry.cancelReason,
            overtaking,
            at: ending.now
        )
        entry.close(end, at: ending.now, failed: end != .cancelled && ending.outcome.failure != nil)
        try release(entry, old: old)
        let trigger = old.target.trigger
        if end != .cancelled, ending.outcome.countsAgainstTrigger,
            memory.triggers[trigger]?.lastFailed != entry.target
        {
            try change(trigger) { trigger in
                trigger.row.failuresInARow += 1
                trigger.lastFailed = entry.target
            }
        }
        if end == .skipped { try settle(old.target, at: ending.now) }
        return .ended(
            entry.delivery.state,
            failuresInARow: memory.triggers[trigger]?.row.failuresInARow ?? 0
        )
    }

    /// Stores a delivery whose attempt is over.
    func release(_ entry: LedgerEntry, old: Delivery) throws(SluiceError) {
        try save(entry, old: old)
        memory.openTargets[entry.target] = nil
    }

    // MARK: Operators

    /// See `Ledger.retry`.
    func retry(_ deliveries: [DeliveryID], at now: Timestamp) throws(SluiceError) -> [DeliveryID] {
        var ready: [DeliveryID] = []
        for id in deliveries {
            guard var entry = try entry(id) else { continue }
            let old = entry.delivery
            let overtaking = try target(number: entry.target).row.overtaking(id)
            if entry.delivery.retry(overtaking, at: now) { ready.append(id) }
            if entry.delivery != old { try save(entry, old: old) }
        }
        return ready
    }

    /// See `Ledger.cancel`.
    func cancel(
        _ deliveries: [DeliveryID],
        reason: String,
        at now: Timestamp
    ) throws(SluiceError) -> [DeliveryID] {
        var changed: [DeliveryID] = []
        for id in deliveries {
            guard var entry = try entry(id) else { continue }
            let old = entry.delivery
            switch entry.delivery.cancel(reason: reason, at: now) {
            case .refused: continue
            case .changed: break
            case .mark: entry.cancelReason = reason
            }
            try save(entry, old: old)
            changed.append(id)
        }
        return changed
    }

    /// See `Ledger.prune`; goes on where the last call ended.
    func prune(keeping: Int, limit: Int) throws(SluiceError) -> Int {
        let rows = try sql(
            """
            SELECT d.id, t.latest, EXISTS (SELECT 1 FROM output o WHERE o.owner = d.target AND o.delivery =
                d.id)
            FROM delivery d JOIN target t ON t.id = d.target WHERE d.id > ? AND d.id <= ? ORDER BY d.id LIMIT
                ?
            """
        ).bind(memory.pruneCursor).bind(memory.lastDelivery - Int64(keeping)).bind(max(0, limit))
        var candidates: [Int64] = []
        var seen = 0
        while try rows.next() {
            seen += 1
            memory.pruneCursor = rows.integer(0)
            let isNeeded = rows.optionalInteger(1) == rows.integer(0) || rows.integer(2) != 0
            if !isNeeded { candidates.append(rows.integer(0)) }
        }
        if seen < limit { memory.pruneCursor = 0 }
        var count = 0
        for id in candidates {
            guard let entry = try entry(DeliveryID(id)), entry.delivery.state.isFinished else { continue }
            try sql("DELETE FROM attempt WHERE delivery = ?").bind(id).run()
            try sql("DELETE FROM delivery WHERE id = ?").bind(id).run()
            memory.count(id, entry.stream, from: entry.delivery, to: nil)
            count += 1
        }
        return count
    }
}
