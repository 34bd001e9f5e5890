internal import EventModel
internal import GRDB

extension LedgerStore {
    // MARK: Deliveries

    /// The delivery's number of a state in its row: 8 is ready and waiting.
    static let waiting: Int64 = 8

    private static let states = DeliveryState.allCases.sorted { $0.order < $1.order }

    /// A state by its number in a row.
    static func state(_ number: Int64) -> DeliveryState {
        states.indices.contains(Int(number)) ? states[Int(number)] : .ready
    }

    /// A delivery's row, from memory while it is open.
    func entry(_ id: DeliveryID) throws(SluiceError) -> LedgerEntry? {
        if let open = memory.open[id.rawValue] { return open }
        let entry = try sql.delivery.bind(id.rawValue).first { row throws(SluiceError) in try self.entry(row)
        }
        if let entry, entry.delivery.state.isOpen { memory.open[id.rawValue] = entry }
        return entry
    }

    /// Reads a delivery's row; see `LedgerSQL.deliveryColumns`.
    func entry(_ row: SQLStatement) throws(SluiceError) -> LedgerEntry {
        guard let stream = memory.streamNames[row.integer(2)] else {
            throw SluiceError(
                .ledgerUnavailable,
                "The ledger's file is damaged: delivery \(row.integer(0)) belongs to no trigger.",
                hint: LedgerFailure.damageHint
            )
        }
        let delivery = Delivery(
            id: DeliveryID(row.integer(0)),
            target: TargetID(
                trigger: stream.trigger,
                bucket: stream.bucket,
                key: ObjectKey(bytes: row.bytes(30))
            ),
            version: ObjectVersion(identity: row.text(25) ?? ""),
            sizeBytes: UInt64(bitPattern: row.integer(8)),
            eventType: row.text(23).map(EventType.init) ?? .createdPut,
            eventTime: Timestamp(nanoseconds: row.integer(9)),
            lane: row.text(24).map(Lane.job) ?? .main,
            deliveryClass: DeliveryClass(rawValue: Int(row.integer(4))) ?? .live,
            hop: Int(row.integer(6)),
            cause: row.optionalInteger(7).map(DeliveryID.init),
            state: Self.state(row.integer(3)),
            reason: row.text(26),
            failure: FailureRecord(stored: row.bytes(28)),
            tries: Int(row.integer(14)),
            attempts: Int(row.integer(13)),
            crashes: Int(row.integer(15)),
            isSuspect: row.integer(5) != 0,
            created: Timestamp(nanoseconds: row.integer(10)),
            updated: Timestamp(nanoseconds: row.integer(11)),
            notBefore: row.moment(12),
            statistics: DeliveryStatistics(stored: row.bytes(29))
        )
        return LedgerEntry(
            delivery: delivery,
            target: row.integer(1),
            stream: row.integer(2),
            token: row.optionalInteger(16),
            boot: row.optionalInteger(17),
            started: row.moment(18),
            ended: row.moment(19),
            outcome: AttemptEnd(rawValue: Int(row.integer(20))),
            failed: row.integer(21) != 0,
            cancelReason: row.text(27),
            wantsAfterAction: row.integer(22) != 0
        )
    }

    /// Stores a delivery's row, new when `old` is nil, and counts it.
    func save(_ entry: LedgerEntry, old: Delivery?) throws(SluiceError) {
        let delivery = entry.delivery
        let statement = old == nil ? sql.insertDelivery : sql.updateDelivery
        if old == nil {
            statement.bind(delivery.id.rawValue).bind(entry.target).bind(entry.stream).bind(delivery.hop)
                .bind(delivery.cause?.rawValue).bind(Int64(bitPattern: delivery.sizeBytes))
                .bind(delivery.eventTime.nanoseconds).bind(delivery.created.nanoseconds)
                .bind(delivery.eventType == .createdPut ? nil : delivery.eventType.name)
            if case .job(let name) = delivery.lane {
                statement.bind(name)
            } else {
                statement.bind(nil as String?)
            }
            statement.bind(delivery.version.identity)
        }
        let waits = delivery.state == .ready && delivery.notBefore != nil
        statement.bind(waits ? Self.waiting : Int64(delivery.state.order)).bind(
            delivery.deliveryClass.rawValue
        )
        .bind(delivery.isSuspect).bind(delivery.updated.nanoseconds).bind(delivery.notBefore)
        .bind(delivery.attempts).bind(delivery.tries).bind(delivery.crashes)
        .bind(entry.token).bind(entry.boot).bind(entry.started).bind(entry.ended)
        .bind(entry.outcome.map { Int64($0.rawValue) }).bind(entry.failed).bind(entry.wantsAfterAction)
        .bind(delivery.reason).bind(entry.cancelReason).bind(delivery.failure?.stored)
        .bind(delivery.statistics?.stored)
        if old != nil { statement.bind(delivery.id.rawValue) }
        try statement.run()
        memory.count(delivery.id.rawValue, entry.stream, from: old, to: delivery)
        memory.open[delivery.id.rawValue] = delivery.state.isOpen ? entry : nil
        if waits, let due = delivery.notBefore, due < memory.earliestWaiting ?? .init(nanoseconds: .max) {
            memory.earliestWaiting = due
        }
        try settleTasks(of: delivery)
    }

    /// Stores the decision to commit.
    func saveDecision(_ entry: LedgerEntry, old: Delivery) throws(SluiceError) {
        let delivery = entry.delivery
        try sql.decideDelivery.bind(delivery.updated.nanoseconds).bind(entry.wantsAfterAction)
            .bind(delivery.statistics?.stored).bind(delivery.id.rawValue).run()
        memory.count(delivery.id.rawValue, entry.stream, from: old, to: delivery)
        memory.open[delivery.id.rawValue] = entry
    }

    /// Stores the end of a commit.
    func saveCompletion(_ entry: LedgerEntry, old: Delivery) throws(SluiceError) {
        let delivery = entry.delivery
        try sql.completeDelivery.bind(delivery.updated.nanoseconds).bind(delivery.id.rawValue).run()
        memory.count(delivery.id.rawValue, entry.stream, from: old, to: delivery)
        memory.open[delivery.id.rawValue] = nil
        memory.openTargets[entry.target] = nil
        try settleTasks(of: delivery)
    }

    // MARK: Targets

    /// A target's row, or one of no number and revision 0.
    func target(_ id: TargetID) throws(SluiceError) -> StoredTarget {
        let stream = try stream(of: id)
        let found = try sql.targetByKey.bind(id.key.bytes).bind(stream).first { row throws(SluiceError) in
            try self.target(row)
        }
        return found
            ?? StoredTarget(number: nil, stream: stream, row: TargetRow(id: id))
    }

    /// A target's row by its number.
    func target(number: Int64) throws(SluiceError) -> StoredTarget {
        if let open = memory.openTargets[number] { return open }
        let found = try sql.targetByNumber.bind(number).first { row throws(SluiceError) in
            try self.target(row)
        }
        guard let found else {
            throw SluiceError(
                .ledgerUnavailable,
                "The ledger's file is damaged: target \(number) is missing.",
                hint: LedgerFailure.damageHint
            )
        }
        return found
    }

    /// Reads a target's row from a column on; see `LedgerSQL.targetColumns`.
    func target(_ row: SQLStatement, from first: CInt = 0) throws(SluiceError) -> StoredTarget {
        let stream = memory.streamNames[row.integer(first + 1)] ?? .init(trigger: "", bucket: "")
        let key = ObjectKey(bytes: row.bytes(first + 2))
        let target = TargetRow(
            id: TargetID(trigger: stream.trigger, bucket: stream.bucket, key: key),
            revision: row.integer(first + 3),
            seen: row.text(first + 5).map(ObjectVersion.init(identity:)),
            latest: row.optionalInteger(first + 4).map(DeliveryID.init),
            latestState: row.optionalInteger(first + 7).map(Self.state),
            skippedReason: row.text(first + 6),
            done: try done(row, from: first + 8)
        )
        return StoredTarget(number: row.integer(first), stream: row.integer(first + 1), row: target)
    }

    /// Reads what outputs were made from; see `LedgerSQL.doneColumns`.
    func done(_ row: SQLStatement, from column: CInt) throws(SluiceError) -> DoneRecord? {
        guard row.integer(column) > 0 else { return nil }
        let crc64 = row.optionalInteger(column + 1).map(UInt64.init(bitPattern:))
        let sizeBytes = UInt64(bitPattern: row.integer(column + 2))
        return DoneRecord(
            version: ObjectVersion(identity: row.text(column + 4) ?? ""),
            digest: crc64.map { ContentDigest(crc64: $0, sizeBytes: sizeBytes) },
            fingerprint: try fingerprint(row.integer(column + 3)),
            generation: row.integer(column)
        )
    }

    /// Stores a target's row; a new one gets its number.
    func save(_ target: inout StoredTarget) throws(SluiceError) {
        let row = target.row
        guard let number = target.number else {
            try sql.insertTarget.bind(target.stream).bind(row.id.key.bytes).bind(row.revision)
                .bind(row.latest?.rawValue).bind(row.seen?.identity).bind(row.skippedReason).run()
            return target.number = database.lastInsertedRowID
        }
        if memory.openTargets[number] != nil { memory.openTargets[number] = target }
        var fingerprint: Int64?
        if let done = row.done { fingerprint = try self.number(of: done.fingerprint) }
        try sql.updateTarget.bind(row.revision).bind(row.latest?.rawValue).bind(row.seen?.identity)
            .bind(row.skippedReason).bind(row.done?.generation ?? 0)
            .bind(row.done?.digest.map { Int64(bitPattern: $0.crc64) })
            .bind(row.done?.digest.map { Int64(bitPattern: $0.sizeBytes) }).bind(fingerprint)
            .bind(row.done?.version.identity).bind(number).run()
    }

    // MARK: Outputs

    /// Reads an output's row; see `LedgerSQL.outputColumns`.
    func output(_ row: SQLStatement) -> OwnedOutput {
        let stream = memory.streamNames[row.integer(8)] ?? .init(trigger: "", bucket: "")
        let bucket = memory.bucketNames[row.integer(0)] ?? ""
        let key = ObjectKey(bytes: row.bytes(1))
        let digest = ContentDigest(
            crc64: UInt64(bitPattern: row.integer(3)),
            sizeBytes: UInt64(bitPattern: row.integer(4))
        )
        let staged = row.text(7)
        let version = row.text(6).map(ObjectVersion.init(identity:))
        let output = OutputRow(
            bucket: bucket,
            key: key,
            owner: TargetID(
                trigger: stream.trigger,
                bucket: stream.bucket,
                key: ObjectKey(bytes: row.bytes(9))
            ),
            delivery: DeliveryID(row.integer(2)),
            version: staged == nil ? version : nil,
            digest: digest
        )
        let planned = PlannedOutput(
            bucket: bucket,
            key: key,
            staged: staged ?? "",
            digest: digest,
            mayReplace: row.integer(5) != 0
        )
        return OwnedOutput(row: output, planned: planned, earlier: staged == nil ? nil : version)
    }

    /// Some outputs of a target, of those that come after `last` by delivery, bucket and key.
    func outputs(
        ofTarget number: Int64,
        delivery: DeliveryID?,
        after last: OutputRow?,
        limit: Int64
    ) throws(SluiceError) -> [OutputRow] {
        let bucket = try last.map { row throws(SluiceError) in try self.number(of: row.bucket) }
        let rows = try sql(
            """
            SELECT \(LedgerSQL.outputColumns) FROM output o INDEXED BY output_owner
            JOIN target t ON t.id = o.owner
            WHERE o.owner = ? AND (o.delivery, o.bucket, o.key) > (?, ?, ?) AND o.delivery <= ?
            ORDER BY o.delivery, o.bucket, o.key LIMIT ?
            """
        ).bind(number).bind(last?.delivery.rawValue ?? delivery?.rawValue ?? 0).bind(bucket ?? 0)
            .bind(last?.key.bytes ?? []).bind(delivery?.rawValue ?? .max).bind(limit)
        var outputs: [OutputRow] = []
        while try rows.next() { outputs.append(output(rows).row) }
        return outputs
    }

    /// All outputs of a target, by bucket and key.
    func outputs(ofTarget number: Int64) throws(SluiceError) -> [OwnedOutput] {
        let rows = try sql(
            """
            SELECT \(LedgerSQL.outputColumns) FROM output o JOIN target t ON t.id = o.owner WHERE o.owner = ?
            """
        ).bind(number)
        var outputs: [OwnedOutput] = []
        while try rows.next() { outputs.append(output(rows)) }
        return outputs.sorted { $0.row.place < $1.row.place }
    }
}
