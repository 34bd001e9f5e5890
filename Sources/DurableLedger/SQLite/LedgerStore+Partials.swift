internal import EventModel
internal import GRDB

extension LedgerStore {
    private static let putPartial = "INSERT OR REPLACE INTO job_partial (job, task, bytes) VALUES (?,?,?)"

    /// Keeps what a delivery adds to the results of the jobs that wait for it.
    func keep(_ partial: [UInt8], of delivery: DeliveryID) throws(SluiceError) {
        for task in memory.waitingTasks[delivery.rawValue] ?? [] {
            guard var job = try job(JobID(task.job)) else { continue }
            job.tally.partialBytes -= try partialBytes(task.job, task.number)
            try sql(Self.putPartial).bind(task.job).bind(task.number).bind(partial).run()
            job.tally.partialBytes += UInt64(partial.count)
            keep(job)
        }
    }

    private func partialBytes(_ job: Int64, _ task: Int64) throws(SluiceError) -> UInt64 {
        let bytes = try sql("SELECT length(bytes) FROM job_partial WHERE job = ? AND task = ?").bind(job)
            .bind(task).first { row in row.integer(0) }
        return UInt64(bytes ?? 0)
    }

    /// See `Ledger.partials`.
    func partials(of job: JobID, after: Int64?, bytes: Int) throws(SluiceError) -> [JobPartial] {
        let rows = try sql(
            """
            SELECT p.task, p.bytes FROM job_partial p WHERE p.job = ?1 AND p.task > ?2 AND (p.task = 0 OR
                EXISTS (SELECT 1 FROM job_task t WHERE t.job = ?1 AND t.number = p.task AND t.state = ?3))
            ORDER BY p.task
            """
        ).bind(job.rawValue).bind(after ?? -1).bind(JobTaskState.succeeded.order)
        var found: [JobPartial] = []
        var rest = bytes
        while rest > 0, try rows.next() {
            let partial = JobPartial(task: rows.integer(0), bytes: rows.bytes(1))
            found.append(partial)
            rest -= partial.bytes.count
        }
        rows.reset()
        return found
    }

    /// See `Ledger.mergePartials`.
    func mergePartials(of id: JobID, _ tasks: [Int64], into bytes: [UInt8]) throws(SluiceError) {
        guard var job = try job(id) else { return }
        for task in tasks where task != JobPartial.merged {
            job.tally.partialBytes -= try partialBytes(id.rawValue, task)
            try sql("DELETE FROM job_partial WHERE job = ? AND task = ?").bind(id.rawValue).bind(task).run()
        }
        try sql(Self.putPartial).bind(id.rawValue).bind(JobPartial.merged).bind(bytes).run()
        keep(job)
    }

    /// See `Ledger.forgetPartials`.
    func forgetPartials(of id: JobID, limit: Int) throws(SluiceError) -> Int {
        try sql(
            """
            DELETE FROM job_partial WHERE rowid IN
                (SELECT rowid FROM job_partial WHERE job = ? LIMIT ?)
            """
        ).bind(id.rawValue).bind(max(0, limit)).run()
        let forgotten = database.changesCount
        if forgotten < limit, var job = try job(id), job.tally.partialBytes > 0 {
            job.tally.partialBytes = 0
            keep(job)
        }
        return forgotten
    }
}
