internal import EventModel
internal import GRDB

extension LedgerStore {
    private static let taskColumns =
        "job, number, stream, state, size, modified, delivery, key, version, reason, failure"

    // MARK: Adding

    /// See `Ledger.addTasks`.
    func add(
        _ tasks: [NewJobTask],
        to id: JobID,
        cursor: String?,
        isLast: Bool,
        at now: Timestamp
    ) throws(SluiceError) -> JobRow? {
        guard var job = try job(id), job.state == .preparing else { return try job(id) }
        for task in tasks {
            let state = task.skip == nil ? JobTaskState.pending : .skipped
            try sql(
                """
                INSERT OR IGNORE INTO job_task (job, number, stream, state, size, modified, key, version,
                    reason) VALUES (?,?,?,?,?,?,?,?,?)
                """
            ).bind(id.rawValue).bind(job.tally.total + 1).bind(try stream(of: task.target)).bind(state.order)
                .bind(Int64(bitPattern: task.sizeBytes)).bind(task.modified.nanoseconds)
                .bind(task.target.key.bytes).bind(task.version?.identity).bind(task.skip).run()
            if database.changesCount == 0 {
                job.tally.duplicates += 1
            } else {
                job.tally.move(task.sizeBytes, from: nil, to: state)
            }
        }
        job.cursor = cursor
        if isLast {
            job.isPrepared = true
            job.move(to: .ready, reason: nil, at: now)
        }
        keep(job)
        return job
    }

    // MARK: Beginning

    /// See `Ledger.feedJob`.
    func feed(_ id: JobID, limit: Int, at now: Timestamp) throws(SluiceError) -> JobFeed {
        var feed = JobFeed()
        feed.job = try job(id)
        guard var job = feed.job, job.state == .active || job.state == .ready else { return feed }
        if job.state == .ready {
            job.move(to: .active, reason: nil, at: now)
            keep(job)
        }
        let rows = try sql(
            """
            SELECT \(Self.taskColumns) FROM job_task INDEXED BY job_task_pending
            WHERE state = 0 AND job = ? ORDER BY number LIMIT ?
            """
        ).bind(id.rawValue).bind(max(0, limit))
        var tasks: [JobTask] = []
        while try rows.next() { tasks.append(task(rows)) }
        for task in tasks { try begin(task, &feed, at: now) }
        feed.job = memory.jobs[id.rawValue] ?? job
        return feed
    }

    private func begin(_ task: JobTask, _ feed: inout JobFeed, at now: Timestamp) throws(SluiceError) {
        var waiting = LedgerMemory.WaitingTask(
            job: task.job.rawValue,
            number: task.number,
            sizeBytes: task.sizeBytes
        )
        var target = try target(task.target)
        if target.row.isUnderWay, let latest = target.row.latest {
            // One that is told to end would take the task along.
            if try entry(latest)?.cancelReason != nil {
                feed.deferred += 1
                return
            }
            waiting.isOwed = true
            try join(waiting, latest)
            feed.begun += 1
            feed.joined += 1
            return
        }
        if try isCommittingOutput(task.target) {
            feed.deferred += 1
            return
        }
        waiting.isOwed = target.row.isDueAnyway
        guard let effect = target.row.ask(for: task), let made = try record(&target, effect, at: now) else {
            return try store(waiting, .skipped, from: .pending, reason: "unknown-version")
        }
        try join(waiting, made)
        feed.begun += 1
    }

    private func join(_ task: LedgerMemory.WaitingTask, _ delivery: DeliveryID) throws(SluiceError) {
        memory.waitingTasks[delivery.rawValue, default: []].append(task)
        let reason = task.isOwed ? JobTask.owed : nil
        try store(task, .open, from: .pending, delivery: delivery.rawValue, reason: reason)
    }

    // MARK: Ending

    /// A delivery was stored: ends the tasks that wait for it, if it ended.
    func settleTasks(of delivery: Delivery) throws(SluiceError) {
        guard memory.waitingTasks[delivery.id.rawValue] != nil else { return }
        let effect = delivery.taskEffect
        if effect == .follows {
            try follow(delivery.id, to: try target(delivery.target).row.latest)
        } else {
            try apply(effect, to: delivery.id)
        }
    }

    /// The same for tasks that were set aside while their delivery was overtaken.
    func settle(_ tasks: [LedgerMemory.WaitingTask]?, for former: DeliveryID?) throws(SluiceError) {
        guard let tasks, let former, let delivery = try entry(former)?.delivery else { return }
        memory.waitingTasks[former.rawValue] = tasks
        try settleTasks(of: delivery)
    }

    private func follow(_ delivery: DeliveryID, to latest: DeliveryID?) throws(SluiceError) {
        let ends = TaskEffect.ends(.skipped, reason: "superseded", failure: nil)
        guard let latest, latest != delivery, let next = try entry(latest)?.delivery else {
            return try apply(ends, to: delivery)
        }
        switch next.taskEffect {
        case .waits:
            guard var tasks = memory.waitingTasks.removeValue(forKey: delivery.rawValue) else { return }
            for index in tasks.indices { tasks[index].isOwed = true }
            memory.waitingTasks[latest.rawValue, default: []] += tasks
            for task in tasks {
                try store(task, .open, delivery: latest.rawValue, reason: JobTask.owed)
            }
        case .follows: try apply(ends, to: delivery)
        case let effect: try apply(effect, to: delivery)
        }
    }

    private func apply(_ effect: TaskEffect, to delivery: DeliveryID) throws(SluiceError) {
        let state: JobTaskState
        var kept: (reason: String?, failure: FailureRecord?)
        switch effect {
        case .waits, .follows: return
        case .again: (state, kept) = (.pending, (nil, nil))
        case .ends(let end, let reason, let failure): (state, kept) = (end, (reason, failure))
        }
        for task in memory.waitingTasks.removeValue(forKey: delivery.rawValue) ?? [] {
            try store(
                task,
                state,
                delivery: state == .pending ? nil : delivery.rawValue,
                reason: kept.reason,
                failure: kept.failure
            )
        }
    }

    /// Stores a task's state and counts it.
    func store(
        _ task: LedgerMemory.WaitingTask,
        _ state: JobTaskState,
        from old: JobTaskState = .open,
        delivery: Int64? = nil,
        reason: String? = nil,
        failure: FailureRecord? = nil
    ) throws(SluiceError) {
        try sql(
            """
            UPDATE job_task SET state = ?, delivery = ?, reason = ?, failure = ? WHERE job = ? AND number = ?
            """
        ).bind(state.order).bind(delivery).bind(reason).bind(failure?.stored).bind(task.job).bind(task.number)
            .run()
        guard old != state, var job = try job(JobID(task.job)) else { return }
        job.tally.move(task.sizeBytes, from: old, to: state)
        keep(job)
    }

    // MARK: Reading

    /// Reads a task's row.
    private func task(_ row: SQLStatement) -> JobTask {
        let stream = memory.streamNames[row.integer(2)] ?? .init(trigger: "", bucket: "")
        let key = ObjectKey(bytes: row.bytes(7))
        return JobTask(
            job: JobID(row.integer(0)),
            number: row.integer(1),
            target: TargetID(trigger: stream.trigger, bucket: stream.bucket, key: key),
            version: row.text(8).map(ObjectVersion.init(identity:)),
            sizeBytes: UInt64(bitPattern: row.integer(4)),
            modified: Timestamp(nanoseconds: row.integer(5)),
            state: JobTaskState.allCases.first { $0.order == row.integer(3) } ?? .pending,
            delivery: row.optionalInteger(6).map(DeliveryID.init),
            reason: row.text(9),
            failure: FailureRecord(stored: row.bytes(10))
        )
    }

    /// The next part of a page of tasks, and the number behind which the next part begins; nil at the end.
    func tasks(_ query: JobTaskQuery, limit: Int) throws(SluiceError) -> (tasks: [JobTask], next: Int64?) {
        let rows = try sql(
            "SELECT \(Self.taskColumns) FROM job_task WHERE job = ? AND number > ? ORDER BY number LIMIT ?"
        ).bind(query.job.rawValue).bind(query.after).bind(Self.taskRows)
        var (found, next, seen): ([JobTask], Int64?, Int) = ([], nil, 0)
        while try rows.next() {
            seen += 1
            let task = task(rows)
            next = task.number
            if query.states.isEmpty || query.states.contains(task.state) { found.append(task) }
            guard found.count == limit else { continue }
            rows.reset()
            return (found, next)
        }
        return (found, seen < Self.taskRows ? nil : next)
    }

    private static let taskRows = 500

    /// The next part of a page of a trigger's targets, and the key behind which the next part begins.
    func targets(
        of trigger: TriggerName,
        in bucket: BucketName,
        after: ObjectKey?,
        limit: Int
    ) throws(SluiceError) -> (rows: [TargetRow], next: ObjectKey?) {
        guard let stream = memory.streams[LedgerMemory.Stream(trigger: trigger, bucket: bucket)] else {
            return ([], nil)
        }
        // `+t.stream` keeps to the index of keys, so that a part costs what its rows cost.
        let rows = try sql(
            """
            SELECT \(LedgerSQL.targetColumns) FROM target t INDEXED BY target_key WHERE t.key >= ?
            ORDER BY t.key, t.stream
            """
        ).bind(after.map { $0.bytes + [0] } ?? [])
        var (found, next, seen): ([TargetRow], ObjectKey?, Int) = ([], nil, 0)
        while try rows.next() {
            seen += 1
            let key = ObjectKey(bytes: rows.bytes(2))
            // Rows of one key lie together, one for each trigger and lane; a part must not end among them.
            if seen > 1, key != next, seen > Self.presenceRows / 2 || found.count == limit {
                rows.reset()
                return (found, next)
            }
            next = key
            if rows.integer(1) == stream { found.append(try target(rows).row) }
        }
        return (found, nil)
    }
}
