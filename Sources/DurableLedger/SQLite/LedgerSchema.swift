internal import EventModel
internal import GRDB

/// The tables, and how an older file becomes today's.
enum LedgerSchema {
    /// What `PRAGMA user_version` says of a file of today.
    static let version = Int64(steps.count)
    /// `SLUC`: what `PRAGMA application_id` says, so that no other program's file is taken for a ledger.
    static let applicationID: Int64 = 0x534C_5543

    /// Brings the file up to date, all or nothing (trap D15); a newer one is refused, and so is a foreign
    /// one. `last` is the schema to stop at.
    static func migrate(
        _ database: Database,
        newLedger: String,
        upTo last: Int64 = version
    ) throws(SluiceError) {
        let found = try integer(database, "PRAGMA user_version")
        let application = try integer(database, "PRAGMA application_id")
        guard found <= version else {
            throw SluiceError(
                .ledgerTooNew,
                "The ledger has schema \(found); this program knows schemas up to \(version).",
                hint: "Start the newer version of the program, or restore the backup made before the upgrade."
            )
        }
        let isOurs = found > 0 && application == applicationID
        var isEmpty = found == 0 && application == 0
        if isEmpty { isEmpty = try integer(database, "SELECT count(*) FROM sqlite_schema") == 0 }
        guard isOurs || isEmpty else {
            throw SluiceError(
                .ledgerUnavailable,
                "The ledger's file belongs to another program.",
                hint: "Choose another state directory."
            )
        }
        if found >= last { return }
        try run(database, "BEGIN IMMEDIATE")
        do throws(SluiceError) {
            for step in steps[Int(found)..<Int(last)] {
                for statement in step { try run(database, statement) }
            }
            if found == 0 {
                try SQLStatement(database, "INSERT INTO meta VALUES (1, ?, 0, 0, 1, NULL)").bind(newLedger)
                    .run()
                try run(database, "PRAGMA application_id = \(applicationID)")
            }
            try run(database, "PRAGMA user_version = \(last)")
            try run(database, "COMMIT")
        } catch {
            if database.isInsideTransaction { try run(database, "ROLLBACK") }
            throw error
        }
    }

    /// Runs one statement.
    static func run(_ database: Database, _ sql: String) throws(SluiceError) {
        try SQLStatement(database, sql).run()
    }

    /// The one integer that a statement answers.
    static func integer(_ database: Database, _ sql: String) throws(SluiceError) -> Int64 {
        try SQLStatement(database, sql).first { row in row.integer(0) } ?? 0
    }

    /// What each schema adds to the one before; a step that was released never changes.
    private static let steps = [tables, notes, jobs, partials]

    /// Schema 2: notes of the service to itself.
    private static let notes = [
        "CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID"
    ]

    /// Schema 3: jobs and their tasks.
    ///
    /// States are `JobState.order` and `JobTaskState.order`; 1 is an open task.
    private static let jobs = [
        """
        CREATE TABLE job (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, priority INTEGER NOT NULL,
            is_prepared INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
            pending INTEGER NOT NULL, open INTEGER NOT NULL, succeeded INTEGER NOT NULL,
            failed INTEGER NOT NULL, skipped INTEGER NOT NULL, cancelled INTEGER NOT NULL,
            bytes INTEGER NOT NULL, ended_bytes INTEGER NOT NULL, duplicates INTEGER NOT NULL,
            specification TEXT NOT NULL, reason TEXT, cursor TEXT)
        """,
        "CREATE INDEX job_open ON job (state) WHERE state < 4",
        """
        CREATE TABLE job_task (job INTEGER NOT NULL, number INTEGER NOT NULL, stream INTEGER NOT NULL,
            state INTEGER NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, delivery INTEGER,
            key BLOB NOT NULL, version TEXT, reason TEXT, failure BLOB, partial BLOB,
            PRIMARY KEY (job, number)) WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX job_task_target ON job_task (job, key, stream)",
        "CREATE INDEX job_task_pending ON job_task (job, number) WHERE state = 0",
        "CREATE INDEX job_task_open ON job_task (delivery) WHERE state = 1",
    ]

    /// Schema 4: partial results of jobs; task 0 is what was merged.
    private static let partials = [
        "ALTER TABLE job_task DROP COLUMN partial",
        "ALTER TABLE job ADD COLUMN partial_bytes INTEGER NOT NULL DEFAULT 0",
        """
        CREATE TABLE job_partial (job INTEGER NOT NULL, task INTEGER NOT NULL, bytes BLOB NOT NULL,
            PRIMARY KEY (job, task))
        """,
    ]

    /// Schema 1.
    ///
    /// Names that repeat (buckets, triggers, boots, fingerprints) are stored once. Moments are nanoseconds. A
    /// delivery's state is `DeliveryState.order`, or 8 while it is ready and waits for `not_before`. The row
    /// of a delivery also holds its newest attempt; older ones move to `attempt`. A target holds its newest
    /// delivery, so that superseding looks at one row. An output is being committed while it is `staged`;
    /// `version` is then the one that its target published before, if any.
    private static let tables = [
        """
        CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), ledger TEXT NOT NULL,
            last_delivery INTEGER NOT NULL, last_token INTEGER NOT NULL, is_clean INTEGER NOT NULL,
            boot INTEGER)
        """,
        """
        CREATE TABLE boot (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, started INTEGER,
            ended INTEGER)
        """,
        "CREATE TABLE bucket (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "CREATE TABLE fingerprint (id INTEGER PRIMARY KEY, hex TEXT NOT NULL UNIQUE)",
        """
        CREATE TABLE stream (id INTEGER PRIMARY KEY, trigger TEXT NOT NULL, bucket INTEGER NOT NULL,
            UNIQUE (trigger, bucket))
        """,
        """
        CREATE TABLE configured_trigger (name TEXT PRIMARY KEY, bucket INTEGER NOT NULL,
            is_configured INTEGER NOT NULL, baseline_complete INTEGER NOT NULL, paused TEXT,
            failures INTEGER NOT NULL, last_failed INTEGER) WITHOUT ROWID
        """,
        """
        CREATE TABLE target (id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL,
            latest INTEGER, generation INTEGER NOT NULL, done_crc INTEGER, done_size INTEGER,
            done_fingerprint INTEGER, key BLOB NOT NULL, seen TEXT, done_version TEXT, skipped TEXT)
        """,
        "CREATE UNIQUE INDEX target_key ON target (key, stream)",
        """
        CREATE TABLE delivery (id INTEGER PRIMARY KEY, target INTEGER NOT NULL, stream INTEGER NOT NULL,
            state INTEGER NOT NULL, class INTEGER NOT NULL, suspect INTEGER NOT NULL, hop INTEGER NOT NULL,
            cause INTEGER, size INTEGER NOT NULL, event_time INTEGER NOT NULL, created INTEGER NOT NULL,
            updated INTEGER NOT NULL, not_before INTEGER, attempts INTEGER NOT NULL, tries INTEGER NOT NULL,
            crashes INTEGER NOT NULL, token INTEGER, boot INTEGER, started INTEGER, ended INTEGER,
            outcome INTEGER, failed INTEGER NOT NULL, wants_after INTEGER NOT NULL, event_type TEXT,
            lane TEXT, version TEXT NOT NULL, reason TEXT, cancel TEXT, failure BLOB, statistics BLOB)
        """,
        "CREATE INDEX delivery_target ON delivery (target, id)",
        "CREATE INDEX delivery_ready ON delivery (stream, class, suspect, id) WHERE state = 0",
        "CREATE INDEX delivery_waiting ON delivery (not_before) WHERE state = 8",
        "CREATE INDEX delivery_notable ON delivery (state, id) WHERE state IN (1, 2, 4)",
        """
        CREATE TABLE attempt (delivery INTEGER NOT NULL, token INTEGER NOT NULL, boot INTEGER NOT NULL,
            started INTEGER NOT NULL, ended INTEGER, outcome INTEGER, failure BLOB,
            PRIMARY KEY (delivery, token)) WITHOUT ROWID
        """,
        """
        CREATE TABLE output (bucket INTEGER NOT NULL, key BLOB NOT NULL, owner INTEGER NOT NULL,
            delivery INTEGER NOT NULL, crc INTEGER NOT NULL, size INTEGER NOT NULL,
            may_replace INTEGER NOT NULL, version TEXT, staged TEXT, PRIMARY KEY (bucket, key)) WITHOUT ROWID
        """,
        "CREATE INDEX output_owner ON output (owner, delivery)",
        """
        CREATE TABLE counter (stream INTEGER NOT NULL, class INTEGER NOT NULL, state INTEGER NOT NULL,
            count INTEGER NOT NULL, PRIMARY KEY (stream, class, state)) WITHOUT ROWID
        """,
        """
        CREATE TABLE after_action (bucket INTEGER NOT NULL, key BLOB NOT NULL, version TEXT NOT NULL,
            tries INTEGER NOT NULL, due INTEGER, failure BLOB, PRIMARY KEY (bucket, key)) WITHOUT ROWID
        """,
        "CREATE INDEX after_action_due ON after_action (due) WHERE due IS NOT NULL",
    ]
}
