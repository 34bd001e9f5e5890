/// The statements of the hot path and the columns that readers share.
enum LedgerSQL {
    /// Columns of a delivery with its target's key, as `LedgerStore.entry(_:)` reads them.
    static let deliveryColumns = """
        d.id, d.target, d.stream, d.state, d.class, d.suspect, d.hop, d.cause, d.size, d.event_time,
        d.created, d.updated, d.not_before, d.attempts, d.tries, d.crashes, d.token, d.boot, d.started,
        d.ended, d.outcome, d.failed, d.wants_after, d.event_type, d.lane, d.version, d.reason, d.cancel, d.failure,
        d.statistics, t.key
        """
    /// Columns of what a target's outputs were made from, as `LedgerStore.done(_:from:)` reads them.
    static let doneColumns = "t.generation, t.done_crc, t.done_size, t.done_fingerprint, t.done_version"
    /// Columns of a target, as `LedgerStore.target(_:)` reads them.
    static let targetColumns = """
        t.id, t.stream, t.key, t.revision, t.latest, t.seen, t.skipped,
        (SELECT d.state FROM delivery d WHERE d.id = t.latest), \(doneColumns)
        """
    /// Columns of an output, as `LedgerStore.output(_:)` reads them.
    static let outputColumns = """
        o.bucket, o.key, o.delivery, o.crc, o.size, o.may_replace, o.version, o.staged, o.owner,
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
    /// What a pick may lease, oldest first.
    static let ready = """
        SELECT \(deliveryColumns), \(doneColumns)
        FROM delivery d INDEXED BY delivery_ready CROSS JOIN target t ON t.id = d.target
        WHERE d.state = 0 AND d.stream = ? AND d.class = ? AND d.suspect = ? AND t.open IS NULL
        ORDER BY d.id LIMIT ?
        """
    /// A new target.
    static let insertTarget = """
        INSERT INTO target (stream, key, revision, latest, seen, skipped, generation) VALUES (?,?,?,?,?,?,0)
        RETURNING id
        """
    /// What may change of a target, but for its open delivery.
    static let updateTarget = """
        UPDATE target SET revision = ?, latest = ?, seen = ?, skipped = ?, generation = ?, done_crc = ?,
        done_size = ?, done_fingerprint = ?, done_version = ? WHERE id = ?
        """
    /// A target's open delivery.
    static let openTarget = "UPDATE target SET open = ? WHERE id = ?"
    /// One target by its name.
    static let targetByKey = "SELECT \(targetColumns) FROM target t WHERE t.key = ? AND t.stream = ?"
    /// One target by its number.
    static let targetByNumber = "SELECT \(targetColumns) FROM target t WHERE t.id = ?"
    /// One output and its owner.
    static let outputOwner = """
        SELECT \(outputColumns) FROM output o JOIN target t ON t.id = o.owner WHERE o.bucket = ? AND o.key = ?
        """
    /// Whether an output is being committed.
    static let isCommitting = "SELECT 1 FROM output WHERE bucket = ? AND key = ? AND version IS NULL"
    /// An output that is being committed.
    static let putOutput = """
        INSERT OR REPLACE INTO output (bucket, key, owner, delivery, crc, size, may_replace, version, staged)
        VALUES (?,?,?,?,?,?,?,NULL,?)
        """
    /// An output that was published.
    static let publishOutput = """
        UPDATE output SET version = ?, staged = NULL WHERE bucket = ? AND key = ? AND delivery = ?
        AND version IS NULL RETURNING 1
        """
    /// A counter.
    static let putCounter = "INSERT OR REPLACE INTO counter (stream, class, state, count) VALUES (?,?,?,?)"
    /// The sequences and the boot.
    static let putMeta =
        "UPDATE meta SET last_delivery = ?, last_token = ?, is_clean = ?, boot = ? WHERE id = 1"
}
