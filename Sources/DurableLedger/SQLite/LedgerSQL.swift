/// The statements of the hot path and the columns that readers share.
enum LedgerSQL {
    /// Columns of a delivery with its target's key, as `LedgerStore.entry(_:)` reads them.
    static let deliveryColumns = """
        d.id, d.target, d.stream, d.state, d.class, d.suspect, d.hop, d.cause, d.size, d.event_time,
        d.created, d.updated, d.not_before, d.attempts, d.tries, d.crashes, d.token, d.boot, d.started,
        d.ended, d.outcome, d.failed, d.wants_after, d.event_type, d.lane, d.version, d.reason, d.cancel,
        d.failure, d.statistics, t.key
        """
    /// Columns of what a target's outputs were made from, as `LedgerStore.done(_:from:)` reads them.
    static let doneColumns = "t.generation, t.done_crc, t.done_size, t.done_fingerprint, t.done_version"
    /// Columns of a target, as `LedgerStore.target(_:from:)` reads them, with its latest delivery's state or
    /// NULL.
    static func targetColumns(state: String) -> String {
        "t.id, t.stream, t.key, t.revision, t.latest, t.seen, t.skipped, \(state), \(doneColumns)"
    }
    /// Columns of a target with the state of its latest delivery.
    static let targetColumns = targetColumns(state: "(SELECT d.state FROM delivery d WHERE d.id = t.latest)")
    /// Columns of an output, as `LedgerStore.output(_:)` reads them.
    static let outputColumns = """
        o.bucket, o.key, o.delivery, o.crc, o.size, o.may_replace, o.version, o.staged,
        t.stream, t.key
        """

    /// Begins a transaction, taking the write lock at once (trap D03).
    static let begin = "BEGIN IMMEDIATE"
    /// Ends it on stable storage.
    static let commit = "COMMIT"
    /// A new delivery.
    static let insertDelivery = """
        INSERT INTO delivery (id, target, stream, hop, cause, size, event_time, created, event_type,
            lane, version, state, class, suspect, updated, not_before, attempts, tries, crashes, token, boot,
            started, ended, outcome, failed, wants_after, reason, cancel, failure, statistics)
        VALUES (?,?,?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
        """
    /// What may change of a delivery.
    static let updateDelivery = """
        UPDATE delivery SET state = ?, class = ?, suspect = ?, updated = ?, not_before = ?, attempts = ?,
            tries = ?, crashes = ?, token = ?, boot = ?, started = ?, ended = ?, outcome = ?, failed = ?,
            wants_after = ?, reason = ?, cancel = ?, failure = ?, statistics = ? WHERE id = ?
        """
    /// One delivery.
    static let delivery =
        "SELECT \(deliveryColumns) FROM delivery d JOIN target t ON t.id = d.target WHERE d.id = ?"
    /// What is ready of a stream, class and kind, oldest first, with its target.
    static let ready = """
        SELECT \(deliveryColumns), \(targetColumns(state: "NULL"))
        FROM delivery d INDEXED BY delivery_ready CROSS JOIN target t ON t.id = d.target
        WHERE d.state = 0 AND d.stream = ? AND d.class = ? AND d.suspect = ? ORDER BY d.id
        """
    /// What the decision changes of a delivery.
    static let decideDelivery = """
        UPDATE delivery SET state = 2, updated = ?, wants_after = ?, reason = NULL, statistics = ?
        WHERE id = ?
        """
    /// What the end of a commit changes of a delivery.
    static let completeDelivery = """
        UPDATE delivery SET state = 3, updated = ?1, ended = ?1, outcome = 1, failed = 0, reason = NULL
        WHERE id = ?2
        """
    /// A new target.
    static let insertTarget = """
        INSERT INTO target (stream, key, revision, latest, seen, skipped, generation) VALUES (?,?,?,?,?,?,0)
        """
    /// What may change of a target, but for its open delivery.
    static let updateTarget = """
        UPDATE target SET revision = ?, latest = ?, seen = ?, skipped = ?, generation = ?, done_crc = ?,
        done_size = ?, done_fingerprint = ?, done_version = ? WHERE id = ?
        """
    /// One target by its name.
    static let targetByKey = "SELECT \(targetColumns) FROM target t WHERE t.key = ? AND t.stream = ?"
    /// One target by its number.
    static let targetByNumber = "SELECT \(targetColumns) FROM target t WHERE t.id = ?"
    /// Who owns an output.
    static let outputOwner = "SELECT owner FROM output WHERE bucket = ? AND key = ?"
    /// One output with its owner's name.
    static let output = """
        SELECT \(outputColumns) FROM output o JOIN target t ON t.id = o.owner WHERE o.bucket = ? AND o.key = ?
        """
    /// Whether an output is being committed.
    static let isCommitting = "SELECT 1 FROM output WHERE bucket = ? AND key = ? AND staged IS NOT NULL"
    /// An output that is being committed, with the version that it is to replace.
    static let putOutput = """
        INSERT OR REPLACE INTO output (bucket, key, owner, delivery, crc, size, may_replace, version, staged)
        VALUES (?,?,?,?,?,?,?,?,?)
        """
    /// An output that was published.
    static let publishOutput = """
        UPDATE output SET version = ?, staged = NULL WHERE bucket = ? AND key = ? AND delivery = ?
            AND staged IS NOT NULL
        """
    /// A counter.
    static let putCounter = "INSERT OR REPLACE INTO counter (stream, class, state, count) VALUES (?,?,?,?)"
    /// The sequences and the boot.
    static let putMeta =
        "UPDATE meta SET last_delivery = ?, last_token = ?, is_clean = ?, boot = ? WHERE id = 1"
}
