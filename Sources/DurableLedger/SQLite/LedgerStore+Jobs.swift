internal import EventModel

extension LedgerStore {
    private static let jobColumns = """
        id, state, priority, is_prepared, created, updated, pending, open, succeeded, failed, skipped,
        cancelled, bytes, ended_bytes, duplicates, specification, reason, cursor, partial_bytes
        """

    // MARK: Rows

    /// Loads jobs that have not ended, and what their tasks wait for.
    func loadJobs() throws(SluiceError) {
        // A file that was opened at an older schema (`Options.schema`) has none.
        let table = try sql("SELECT 1 FROM sqlite_schema WHERE name = 'job'").first { _ in true }
        guard table != nil else { return }
        let tasks = try sql("SELECT delivery, job, number, size, reason FROM job_task WHERE state = 1")
        while try tasks.next() {
            let task = LedgerMemory.WaitingTask(
                job: tasks.integer(1),
                number: tasks.integer(2),
                sizeBytes: UInt64(bitPattern: tasks.integer(3)),
                isOwed: tasks.text(4) == JobTask.owed
            )
            memory.waitingTasks[tasks.integer(0), default: []].append(task)
        }
        let rows = try sql("SELECT \(Self.jobColumns) FROM job WHERE state < 4 OR open > 0")
        while try rows.next() { memory.jobs[rows.integer(0)] = Self.job(rows) }
    }

    /// Writes what the memory knows better than the rows; forgets jobs that are over.
    func flushJobs() throws(SluiceError) {
        for number in memory.dirtyJobs {
            guard let job = memory.jobs[number] else { continue }
            let tally = job.tally
            try sql(
                """
                UPDATE job SET state = ?, priority = ?, is_prepared = ?, updated = ?, pending = ?, open = ?,
                    succeeded = ?, failed = ?, skipped = ?, cancelled = ?, bytes = ?, ended_bytes = ?,
                    duplicates = ?, reason = ?, cursor = ?, partial_bytes = ? WHERE id = ?
                """
            ).bind(job.state.order).bind(job.priority).bind(job.isPrepared).bind(job.updated.nanoseconds)
                .bind(tally.pending).bind(tally.open).bind(tally.succeeded).bind(tally.failed)
                .bind(tally.skipped).bind(tally.cancelled).bind(Int64(bitPattern: tally.bytes))
                .bind(Int64(bitPattern: tally.endedBytes)).bind(tally.duplicates).bind(job.reason)
                .bind(job.cursor).bind(Int64(bitPattern: tally.partialBytes)).bind(number).run()
            if job.state.isFinished, tally.open == 0 { memory.jobs[number] = nil }
        }
        memory.dirtyJobs = []
    }

    private static func job(_ row: SQLStatement) -> JobRow {
        var tally = JobTally()
        (tally.pending, tally.open) = (row.integer(6), row.integer(7))
        (tally.succeeded, tally.failed) = (row.integer(8), row.integer(9))
        (tally.skipped, tally.cancelled) = (row.integer(10), row.integer(11))
        tally.bytes = UInt64(bitPattern: row.integer(12))
        tally.endedBytes = UInt64(bitPattern: row.integer(13))
        tally.duplicates = row.integer(14)
        tally.partialBytes = UInt64(bitPattern: row.integer(18))
        return JobRow(
            id: JobID(row.integer(0)),
            specification: row.text(15) ?? "",
            priority: Int(row.integer(2)),
            state: JobState.allCases.first { $0.order == row.integer(1) } ?? .failed,
            reason: row.text(16),
            cursor: row.text(17),
            isPrepared: row.integer(3) != 0,
            tally: tally,
            created: Timestamp(nanoseconds: row.integer(4)),
            updated: Timestamp(nanoseconds: row.integer(5))
        )
    }

    // MARK: Operations

    /// See `Ledger.createJob`.
    func createJob(_ specification: String, priority: Int, at now: Timestamp) throws(SluiceError) -> JobRow {
        let statement = try sql(
            """
            INSERT INTO job (state, priority, is_prepared, created, updated, pending, open, succeeded, failed,
                skipped, cancelled, bytes, ended_bytes, duplicates, specification)
            VALUES (0, ?, 0, ?2, ?2, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?3) RETURNING id
            """
        ).bind(priority).bind(now).bind(specification)
        let number = try inserted(statement)
        let job = JobRow(JobID(number), specification: specification, priority: priority, at: now)
        memory.jobs[number] = job
        return job
    }

    /// See `Ledger.setJob`.
    func setJob(
        _ id: JobID,
        to state: JobState,
        reason: String?,
        at now: Timestamp
    ) throws(SluiceError) -> JobChange {
        guard var job = try job(id) else { return .unknown }
        guard job.mayBecome(state) else { return .refused(job) }
        job.move(to: state, reason: reason, at: now)
        keep(job)
        if state.withdraws { try withdraw(job, at: now) }
        return .changed(memory.jobs[id.rawValue] ?? job)
    }

    /// See `Ledger.setPriority`.
    func setPriority(of id: JobID, to priority: Int) throws(SluiceError) -> JobRow? {
        guard var job = memory.jobs[id.rawValue], !job.state.isFinished else { return try job(id) }
        job.priority = priority
        keep(job)
        return job
    }

    /// Stores a job that has not ended with the next flush.
    func keep(_ job: JobRow) {
        memory.jobs[job.id.rawValue] = job
        memory.dirtyJobs.insert(job.id.rawValue)
    }

    /// Withdraws what a job has ready; see `Ledger.setJob`.
    private func withdraw(_ job: JobRow, at now: Timestamp) throws(SluiceError) {
        let number = job.id.rawValue
        let reason = "job \(job.id) \(job.state == .paused ? "paused" : "ended")"
        for (delivery, tasks) in memory.waitingTasks.sorted(by: { $0.key < $1.key }) {
            guard let task = tasks.first(where: { $0.job == number }),
                var entry = try entry(DeliveryID(delivery))
            else { continue }
            let old = entry.delivery
            let isShared = tasks.contains { $0.job != number }
            switch old.withdrawal(isShared: isShared, isOwed: task.isOwed) {
            case .cancel:
                try forget(task, of: delivery, as: job.state == .paused ? .pending : .cancelled, reason)
                _ = entry.delivery.cancel(reason: reason, at: now)
                try save(entry, old: old)
            case .mark where job.state != .paused:
                entry.cancelReason = reason
                try save(entry, old: old)
            case .leave where job.state != .paused && !(old.deliveryClass == .job && old.state.isOpen):
                try forget(task, of: delivery, as: .cancelled, reason)
            case .mark, .leave: continue
            }
        }
    }

    /// A task waits for its delivery no more.
    private func forget(
        _ task: LedgerMemory.WaitingTask,
        of delivery: Int64,
        as state: JobTaskState,
        _ reason: String
    ) throws(SluiceError) {
        let rest = (memory.waitingTasks[delivery] ?? []).filter { $0 != task }
        memory.waitingTasks[delivery] = rest.isEmpty ? nil : rest
        let isPending = state == .pending
        try store(
            task,
            state,
            delivery: isPending ? nil : delivery,
            reason: isPending ? nil : reason,
            failure: nil
        )
    }

    // MARK: Reading

    /// See `Ledger.job`.
    func job(_ id: JobID) throws(SluiceError) -> JobRow? {
        if let job = memory.jobs[id.rawValue] { return job }
        return try sql("SELECT \(Self.jobColumns) FROM job WHERE id = ?").bind(id.rawValue).first(Self.job)
    }

    /// See `Ledger.jobs`.
    func jobs(before: JobID?, limit: Int) throws(SluiceError) -> [JobRow] {
        let rows = try sql("SELECT \(Self.jobColumns) FROM job WHERE id < ? ORDER BY id DESC LIMIT ?")
            .bind(before?.rawValue ?? .max).bind(min(max(limit, 1), 1000))
        var found: [JobRow] = []
        while try rows.next() { found.append(memory.jobs[rows.integer(0)] ?? Self.job(rows)) }
        return found
    }

    /// See `Ledger.openJobs`.
    func openJobs() -> [JobRow] {
        memory.jobs.values.filter { !$0.state.isFinished }.sorted { $0.id < $1.id }
    }
}
