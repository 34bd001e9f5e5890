internal import EventModel

extension LedgerStore {
    /// How many rows one slice of a long read looks at; keeps each well under 5 ms.
    static let sliceRows: Int64 = 2_000
    /// How many deliveries one slice of a long read answers.
    static let sliceAnswers = 200
    /// How many outputs one slice of a long read answers.
    static let sliceOutputs: Int64 = 500

    // MARK: Deliveries

    /// Part of a page of deliveries, and where the next part begins; nil when there is none.
    struct Slice {
        /// Newest first.
        var deliveries: [Delivery] = []
        /// The cursor of the next part.
        var next: DeliveryID?
    }

    /// The next part of the page, older than `before`, at most `limit`.
    func slice(_ query: DeliveryQuery, before: DeliveryID, limit: Int) throws(SluiceError) -> Slice {
        let limit = min(limit, Self.sliceAnswers)
        if query.key != nil { return try slice(ofKey: query, before: before, limit: limit) }
        let notable = query.states.allSatisfy { $0.isOpen || $0 == .dead }
        if !query.states.isEmpty, notable { return try slice(ofNotable: query, before: before, limit: limit) }
        let lowest = max(0, before.rawValue - Self.sliceRows)
        let rows = try sql(
            """
            SELECT \(LedgerSQL.deliveryColumns) FROM delivery d CROSS JOIN target t ON t.id = d.target
            WHERE d.id < ? AND d.id >= ? AND (? >> d.state) & 1 ORDER BY d.id DESC
            """
        ).bind(before.rawValue).bind(lowest).bind(Self.mask(query.states))
        var slice = Slice(next: lowest > 1 ? DeliveryID(lowest) : nil)
        while try rows.next() {
            guard matches(query, stream: rows.integer(2)) else { continue }
            slice.deliveries.append(try entry(rows).delivery)
            guard slice.deliveries.count == limit else { continue }
            slice.next = slice.deliveries.last?.id
            rows.reset()
            break
        }
        return slice
    }

    /// States as bits of their numbers in rows; none means all.
    private static func mask(_ states: Set<DeliveryState>) -> Int64 {
        if states.isEmpty { return 0x1FF }
        return states.reduce(0) { mask, state in
            mask | 1 << Int64(state.order) | (state == .ready ? 1 << waiting : 0)
        }
    }

    private func matches(_ query: DeliveryQuery, stream: Int64) -> Bool {
        guard let stream = memory.streamNames[stream] else { return false }
        return (query.trigger ?? stream.trigger) == stream.trigger
            && (query.bucket ?? stream.bucket) == stream.bucket
    }

    /// Open and dead deliveries have an index of their own.
    private func slice(
        ofNotable query: DeliveryQuery,
        before: DeliveryID,
        limit: Int
    ) throws(SluiceError) -> Slice {
        let rows = try sql(
            """
            SELECT \(LedgerSQL.deliveryColumns) FROM delivery d INDEXED BY delivery_notable
            CROSS JOIN target t ON t.id = d.target
            WHERE d.state IN (1, 2, 4) AND d.state = ? AND d.id < ? ORDER BY d.id DESC LIMIT \(Self.sliceRows)
            """
        )
        return try merge(limit) { found throws(SluiceError) in
            for state in query.states {
                var count = 0
                rows.bind(state.order).bind(before.rawValue)
                while try rows.next() {
                    count += 1
                    guard matches(query, stream: rows.integer(2)) else {
                        found.next = count == Self.sliceRows ? max(found.next, rows.integer(0)) : found.next
                        continue
                    }
                    found.deliveries.append(try entry(rows).delivery)
                    guard found.deliveries.count.isMultiple(of: limit) else { continue }
                    found.next = max(found.next, rows.integer(0))
                    rows.reset()
                    break
                }
            }
        }
    }

    /// What several index walks found, and the highest number at which one of them stopped before its end.
    private struct Found {
        var deliveries: [Delivery] = []
        var next: Int64 = 0
    }

    /// Joins several walks, each newest first: what lies below the place where one stopped belongs to the
    /// next slice.
    private func merge(
        _ limit: Int,
        _ walk: (inout Found) throws(SluiceError) -> Void
    ) throws(SluiceError) -> Slice {
        var found = Found()
        try walk(&found)
        let complete = found.deliveries.filter { $0.id.rawValue >= found.next }.sorted { $0.id > $1.id }
        var slice = Slice(deliveries: Array(complete.prefix(limit)), next: nil)
        if complete.count > limit {
            slice.next = slice.deliveries.last?.id
        } else if found.next > 1 {
            slice.next = DeliveryID(found.next)
        }
        return slice
    }

    private func slice(
        ofKey query: DeliveryQuery,
        before: DeliveryID,
        limit: Int
    ) throws(SluiceError) -> Slice {
        let targets = try sql("SELECT id, stream FROM target WHERE key = ?").bind(query.key?.bytes)
        var numbers: [Int64] = []
        while try targets.next() {
            if matches(query, stream: targets.integer(1)) { numbers.append(targets.integer(0)) }
        }
        let rows = try sql(
            """
            SELECT \(LedgerSQL.deliveryColumns) FROM delivery d INDEXED BY delivery_target
            CROSS JOIN target t ON t.id = d.target WHERE d.target = ? AND d.id < ? ORDER BY d.id DESC LIMIT ?
            """
        )
        return try merge(limit) { found throws(SluiceError) in
            for number in numbers {
                var count = 0
                rows.bind(number).bind(before.rawValue).bind(limit)
                while try rows.next() {
                    count += 1
                    if count == limit { found.next = max(found.next, rows.integer(0)) }
                    let delivery = try entry(rows).delivery
                    if query.matches(delivery) { found.deliveries.append(delivery) }
                }
            }
        }
    }

    /// See `Ledger.history`; without its outputs, which belong to the target of this number.
    func history(of id: DeliveryID) throws(SluiceError) -> (history: DeliveryHistory, target: Int64)? {
        guard let entry = try entry(id) else { return nil }
        let rows = try sql(
            """
            SELECT token, boot, started, ended, outcome, failure FROM attempt WHERE delivery = ? ORDER BY
                token
            """
        ).bind(id.rawValue)
        var attempts: [AttemptRecord] = []
        while try rows.next() {
            attempts.append(
                AttemptRecord(
                    token: AttemptToken(rows.integer(0)),
                    owner: try owner(rows.integer(1)),
                    started: Timestamp(nanoseconds: rows.integer(2)),
                    ended: rows.moment(3),
                    outcome: AttemptEnd(rawValue: Int(rows.integer(4)))?.name,
                    failure: FailureRecord(stored: rows.bytes(5))
                )
            )
        }
        if let token = entry.token, let boot = entry.boot, let started = entry.started {
            attempts.append(
                AttemptRecord(
                    token: AttemptToken(token),
                    owner: try owner(boot),
                    started: started,
                    ended: entry.ended,
                    outcome: entry.outcome?.name,
                    failure: entry.failed ? entry.delivery.failure : nil
                )
            )
        }
        let history = DeliveryHistory(
            delivery: entry.delivery,
            attempts: attempts.suffix(Self.keptAttempts),
            outputs: []
        )
        return (history, entry.target)
    }

    // MARK: Outputs

    /// See `Ledger.output`.
    func output(in bucket: BucketName, key: ObjectKey) throws(SluiceError) -> OutputRow? {
        guard let bucket = memory.buckets[bucket] else { return nil }
        return try sql(LedgerSQL.output).bind(bucket).bind(key.bytes).first { row in self.output(row).row }
    }

    /// A target's number.
    func number(of target: TargetID) throws(SluiceError) -> Int64? {
        guard let stream = memory.streams[.init(trigger: target.trigger, bucket: target.bucket)] else {
            return nil
        }
        return try sql("SELECT id FROM target WHERE key = ? AND stream = ?").bind(target.key.bytes)
            .bind(stream)
            .first { row in row.integer(0) }
    }

    // MARK: Counts

    /// See `Ledger.counters`.
    func counters() -> [CounterRow] { LedgerCounters(memory).rows }

    /// See `Ledger.backlog`: one look into the index per trigger, class and kind.
    func backlog(at now: Timestamp) throws(SluiceError) -> Backlog {
        let next =
            try sql(
                """
                SELECT min(not_before) FROM delivery INDEXED BY delivery_waiting WHERE state = 8 AND
                    not_before > ?
                """
            )
            .bind(now).first { row in row.moment(0) } ?? nil
        var oldest: [Timestamp] = []
        let ready = try sql(
            """
            SELECT created, target FROM delivery INDEXED BY delivery_ready
            WHERE state = 0 AND stream = ? AND class = ? AND suspect = ? ORDER BY id
            """
        )
        var running: Set<Int64> = []
        for name in memory.triggers.keys {
            guard let stream = runningStream(of: name) else { continue }
            running.insert(stream)
            for deliveryClass in DeliveryClass.allCases {
                for suspect in [false, true] {
                    ready.bind(stream).bind(deliveryClass.rawValue).bind(suspect)
                    if let created = try firstClosed(ready) { oldest.append(created) }
                }
            }
        }
        let due = try sql(
            """
            SELECT created, target, stream FROM delivery INDEXED BY delivery_waiting
            WHERE state = 8 AND not_before <= ? ORDER BY not_before LIMIT 256
            """
        ).bind(now)
        while try due.next() {
            guard running.contains(due.integer(2)), memory.openTargets[due.integer(1)] == nil else {
                continue
            }
            oldest.append(Timestamp(nanoseconds: due.integer(0)))
        }
        return Backlog(nextDue: next, oldestReady: oldest.min())
    }

    /// When the first delivery was made whose target is not open.
    private func firstClosed(_ rows: SQLStatement) throws(SluiceError) -> Timestamp? {
        while try rows.next() {
            guard memory.openTargets[rows.integer(1)] == nil else { continue }
            defer { rows.reset() }
            return rows.moment(0)
        }
        return nil
    }
}
