internal import EventModel
internal import GRDB

/// The tables, as the committer thread sees them: every operation of the ledger, each within the running
/// transaction.
///
/// Lives on the committer thread only. Its extensions hold the operations; the decisions are those of
/// Transitions.
final class LedgerStore {
    /// The one connection.
    let database: Database
    /// Its statements.
    let sql: LedgerStatements
    /// What is kept in memory.
    var memory = LedgerMemory()
    /// Names this ledger.
    let id: String

    /// Loads the small tables; O(1) in the number of deliveries and targets (trap Q19).
    init(_ database: Database) throws(SluiceError) {
        self.database = database
        sql = try LedgerStatements(database)
        id = try sql("SELECT ledger FROM meta").first { row in row.text(0) ?? "" } ?? ""
        try load()
    }

    /// Fills the memory from the tables.
    func load() throws(SluiceError) {
        var memory = LedgerMemory()
        let boot = try sql("SELECT last_delivery, last_token, is_clean, boot FROM meta").first { row in
            (memory.lastDelivery, memory.lastToken) = (row.integer(0), row.integer(1))
            memory.isClean = row.integer(2) != 0
            return row.optionalInteger(3)
        }
        let buckets = try sql("SELECT id, name FROM bucket")
        while try buckets.next() {
            let name = BucketName(buckets.text(1) ?? "")
            memory.buckets[name] = buckets.integer(0)
            memory.bucketNames[buckets.integer(0)] = name
        }
        let streams = try sql("SELECT id, trigger, bucket FROM stream")
        while try streams.next() {
            guard let bucket = memory.bucketNames[streams.integer(2)] else { continue }
            let stream = LedgerMemory.Stream(trigger: TriggerName(streams.text(1) ?? ""), bucket: bucket)
            memory.streams[stream] = streams.integer(0)
            memory.streamNames[streams.integer(0)] = stream
        }
        let counters = try sql("SELECT stream, class, state, count FROM counter")
        while try counters.next() {
            let key = LedgerMemory.CounterKey(
                stream: counters.integer(0),
                deliveryClass: Int(counters.integer(1)),
                state: Int(counters.integer(2))
            )
            memory.counters[key] = counters.integer(3)
        }
        self.memory = memory
        if let boot = boot ?? nil { self.memory.currentBoot = try owner(boot) }
        try loadTriggers()
        self.memory.earliestWaiting = try earliestWaiting()
        self.memory.committingOutputs = Int(try committingOutputs())
        for entry in try openEntries(.leased) + openEntries(.committing) {
            let target = try target(number: entry.target)
            self.memory.open[entry.delivery.id.rawValue] = entry
            self.memory.openTargets[entry.target] = target
        }
        try loadJobs()
    }

    private func committingOutputs() throws(SluiceError) -> Int64 {
        let count = try sql(
            """
            SELECT count(*) FROM delivery d JOIN output o ON o.owner = d.target AND o.delivery = d.id
            WHERE d.state IN (1, 2, 4) AND d.state = 2 AND o.staged IS NOT NULL
            """
        ).first { row in row.integer(0) }
        return count ?? 0
    }

    private func loadTriggers() throws(SluiceError) {
        let rows = try sql(
            """
            SELECT name, bucket, is_configured, baseline_complete, paused, failures, last_failed FROM
                configured_trigger
            """
        )
        while try rows.next() {
            guard let bucket = memory.bucketNames[rows.integer(1)] else { continue }
            let row = TriggerRow(
                name: TriggerName(rows.text(0) ?? ""),
                bucket: bucket,
                isConfigured: rows.integer(2) != 0,
                baselineComplete: rows.integer(3) != 0,
                pausedReason: rows.text(4),
                failuresInARow: Int(rows.integer(5))
            )
            memory.triggers[row.name] = LedgerMemory.Trigger(row: row, lastFailed: rows.optionalInteger(6))
        }
    }

    /// Writes what the memory knows better than the rows; once per transaction, before its commit.
    func flush() throws(SluiceError) {
        for key in memory.dirtyCounters {
            try sql.putCounter.bind(key.stream).bind(key.deliveryClass).bind(key.state)
                .bind(memory.counters[key] ?? 0).run()
        }
        memory.dirtyCounters = []
        try flushJobs()
        guard memory.isMetaDirty else { return }
        var boot: Int64?
        if let owner = memory.currentBoot { boot = try number(of: owner) }
        try sql.putMeta.bind(memory.lastDelivery).bind(memory.lastToken).bind(memory.isClean).bind(boot).run()
        memory.isMetaDirty = false
    }

    // MARK: Names

    /// A bucket's number.
    func number(of bucket: BucketName) throws(SluiceError) -> Int64 {
        if let number = memory.buckets[bucket] { return number }
        let number = try insert("INSERT INTO bucket (name) VALUES (?) RETURNING id", bucket.rawValue)
        memory.buckets[bucket] = number
        memory.bucketNames[number] = bucket
        return number
    }

    /// A stream's number.
    func stream(of target: TargetID) throws(SluiceError) -> Int64 {
        let stream = LedgerMemory.Stream(trigger: target.trigger, bucket: target.bucket)
        if let number = memory.streams[stream] { return number }
        let bucket = try number(of: target.bucket)
        let statement = try sql("INSERT INTO stream (trigger, bucket) VALUES (?, ?) RETURNING id")
        statement.bind(target.trigger.rawValue).bind(bucket)
        let number = try inserted(statement)
        memory.streams[stream] = number
        memory.streamNames[number] = stream
        return number
    }

    /// A fingerprint's number.
    func number(of fingerprint: Fingerprint) throws(SluiceError) -> Int64 {
        if let number = memory.fingerprints[fingerprint] { return number }
        let number = try number(
            of: fingerprint.hex,
            select: "SELECT id FROM fingerprint WHERE hex = ?",
            insert: "INSERT INTO fingerprint (hex) VALUES (?) RETURNING id"
        )
        memory.fingerprints[fingerprint] = number
        memory.fingerprintNames[number] = fingerprint
        return number
    }

    /// A fingerprint by its number.
    func fingerprint(_ number: Int64) throws(SluiceError) -> Fingerprint {
        if let known = memory.fingerprintNames[number] { return known }
        let hex = try sql("SELECT hex FROM fingerprint WHERE id = ?").bind(number).first { row in
            row.text(0) ?? ""
        }
        let fingerprint = Fingerprint(hex: hex ?? "")
        memory.fingerprintNames[number] = fingerprint
        return fingerprint
    }

    /// The number of a text that a table keeps once; a new text gets the next number.
    private func number(of text: String, select: String, insert: String) throws(SluiceError) -> Int64 {
        let known = try sql(select).bind(text).first { row in row.integer(0) }
        if let known { return known }
        return try self.insert(insert, text)
    }

    /// A boot's number.
    func number(of owner: OwnerID) throws(SluiceError) -> Int64 {
        if let number = memory.boots[owner] { return number }
        let number = try number(
            of: owner.boot,
            select: "SELECT id FROM boot WHERE name = ?",
            insert: "INSERT INTO boot (name) VALUES (?) RETURNING id"
        )
        memory.boots[owner] = number
        memory.bootNames[number] = owner
        return number
    }

    /// A boot by its number.
    func owner(_ number: Int64) throws(SluiceError) -> OwnerID {
        if let known = memory.bootNames[number] { return known }
        let name = try sql("SELECT name FROM boot WHERE id = ?").bind(number).first { row in row.text(0) ?? ""
        }
        let owner = OwnerID(boot: name ?? "")
        memory.bootNames[number] = owner
        return owner
    }

    private func insert(_ statement: String, _ text: String) throws(SluiceError) -> Int64 {
        let statement = try sql(statement)
        statement.bind(text)
        return try inserted(statement)
    }

    /// Runs an insertion that returns the number of its row.
    func inserted(_ statement: SQLStatement) throws(SluiceError) -> Int64 {
        var number: Int64 = 0
        while try statement.next() { number = statement.integer(0) }
        return number
    }
}
