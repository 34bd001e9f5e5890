internal import EventModel
internal import GRDB

extension LedgerStore {
    /// See `Ledger.pruneJobs`.
    func pruneJobs(keeping: Int, before: Timestamp, limit: Int) throws(SluiceError) -> Int {
        var rest = limit
        while rest > 0, let job = try prunableJob(keeping: max(1, keeping), before: before) {
            rest -= try prune(job, limit: rest)
        }
        return max(0, limit - rest)
    }

    /// The oldest job that may go. One that changed in this transaction is in memory, and waits for the next.
    private func prunableJob(keeping: Int, before: Timestamp) throws(SluiceError) -> JobID? {
        let rows = try sql(
            """
            SELECT id FROM job WHERE state >= 4 AND open = 0 AND updated < ? AND id <
                (SELECT min(id) FROM (SELECT id FROM job ORDER BY id DESC LIMIT ?)) ORDER BY id
            """
        ).bind(before).bind(keeping)
        defer { rows.reset() }
        while try rows.next() {
            if memory.jobs[rows.integer(0)] == nil { return JobID(rows.integer(0)) }
        }
        return nil
    }

    /// Forgets up to `limit` tasks of a job, and the job after the last; returns how many of both.
    private func prune(_ job: JobID, limit: Int) throws(SluiceError) -> Int {
        let rows = try sql("SELECT number, stream, key FROM job_task WHERE job = ? ORDER BY number LIMIT ?")
            .bind(job.rawValue).bind(limit)
        var tasks: [(number: Int64, stream: Int64, key: [UInt8])] = []
        while try rows.next() { tasks.append((rows.integer(0), rows.integer(1), rows.bytes(2))) }
        for task in tasks {
            if let stream = memory.streamNames[task.stream], job.owns(stream.trigger) {
                try forgetTarget(task.stream, task.key)
            }
            try sql("DELETE FROM job_partial WHERE job = ? AND task = ?").bind(job.rawValue)
                .bind(task.number).run()
            try sql("DELETE FROM job_task WHERE job = ? AND number = ?").bind(job.rawValue).bind(task.number)
                .run()
        }
        guard tasks.count < limit else { return tasks.count }
        try forget(job)
        return tasks.count + 1
    }

    /// Forgets a target of a lane with its deliveries, unless one may go on or an output of its exists.
    private func forgetTarget(_ stream: Int64, _ key: [UInt8]) throws(SluiceError) {
        let target = try sql("SELECT id FROM target WHERE key = ? AND stream = ?").bind(key).bind(stream)
            .first { row in row.integer(0) }
        guard let target else { return }
        let output = try sql("SELECT 1 FROM output WHERE owner = ? LIMIT 1").bind(target).first { _ in true }
        guard output == nil else { return }
        let rows = try sql("SELECT id FROM delivery WHERE target = ? ORDER BY id").bind(target)
        var numbers: [Int64] = []
        while try rows.next() { numbers.append(rows.integer(0)) }
        var deliveries: [(number: Int64, delivery: Delivery)] = []
        for number in numbers {
            guard let delivery = try entry(DeliveryID(number))?.delivery else { continue }
            guard delivery.state.isFinished || delivery.state == .dead else { return }
            deliveries.append((number, delivery))
        }
        for (number, delivery) in deliveries {
            try sql("DELETE FROM attempt WHERE delivery = ?").bind(number).run()
            try sql("DELETE FROM delivery WHERE id = ?").bind(number).run()
            memory.count(number, stream, from: delivery, to: nil)
        }
        try sql("DELETE FROM target WHERE id = ?").bind(target).run()
    }

    /// Forgets a job without tasks, and what was kept for it alone.
    private func forget(_ job: JobID) throws(SluiceError) {
        try sql("DELETE FROM job_partial WHERE job = ?").bind(job.rawValue).run()
        // Behind a space comes an exclamation mark.
        try sql("DELETE FROM note WHERE name >= ? AND name < ?").bind("\(job.noteName) ")
            .bind("\(job.noteName)!").run()
        for (name, trigger) in memory.triggers where job.owns(name) && !trigger.row.isConfigured {
            try sql("DELETE FROM configured_trigger WHERE name = ?").bind(name.rawValue).run()
            memory.triggers[name] = nil
        }
        for (number, stream) in memory.streamNames where job.owns(stream.trigger) {
            let keys = memory.counters.keys.filter { $0.stream == number }
            // Targets of a lane come from its tasks and have deliveries, so without these there are none.
            guard keys.allSatisfy({ memory.counters[$0] == 0 }) else { continue }
            try sql("DELETE FROM counter WHERE stream = ?").bind(number).run()
            try sql("DELETE FROM stream WHERE id = ?").bind(number).run()
            for key in keys {
                memory.counters[key] = nil
                memory.dirtyCounters.remove(key)
            }
            memory.streamNames[number] = nil
            memory.streams[stream] = nil
        }
        try sql("DELETE FROM job WHERE id = ?").bind(job.rawValue).run()
        memory.dirtyJobs.remove(job.rawValue)
    }
}
