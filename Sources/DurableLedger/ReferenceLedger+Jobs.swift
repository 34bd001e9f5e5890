public import EventModel

extension ReferenceLedger {
    /// A task waits for a delivery, or has its place among a job's.
    struct TaskPlace: Hashable {
        /// Its job.
        let job: JobID
        /// Its position among the job's tasks, from 0.
        let index: Int
    }

    // MARK: Making

    /// Makes a job.
    public func createJob(
        _ specification: String,
        priority: Int,
        remembering note: JobNote?,
        at now: Timestamp
    ) -> JobRow {
        let id = JobID((jobRows.keys.max()?.rawValue ?? 0) + 1)
        let job = JobRow(id, specification: specification, priority: priority, at: now)
        (jobRows[id], jobTasks[id]) = (job, [])
        if let note { remember(note.name, note.text(id), at: now) }
        return job
    }

    /// Adds tasks to a job that is preparing.
    public func addTasks(
        _ tasks: [NewJobTask],
        to id: JobID,
        cursor: String?,
        isLast: Bool,
        at now: Timestamp
    ) -> JobRow? {
        guard var job = jobRows[id], job.state == .preparing else { return jobRows[id] }
        for new in tasks {
            var list = jobTasks[id] ?? []
            if list.contains(where: { $0.target == new.target }) {
                job.tally.duplicates += 1
                continue
            }
            let task = JobTask(
                job: id,
                number: Int64(list.count) + 1,
                target: new.target,
                version: new.version,
                sizeBytes: new.sizeBytes,
                modified: new.modified,
                state: new.skip == nil ? .pending : .skipped,
                reason: new.skip
            )
            list.append(task)
            jobTasks[id] = list
            job.tally.move(task.sizeBytes, from: nil, to: task.state)
        }
        job.cursor = cursor
        if isLast {
            job.isPrepared = true
            job.move(to: .ready, reason: nil, at: now)
        }
        jobRows[id] = job
        return job
    }

    /// Begins pending tasks.
    public func feedJob(_ id: JobID, limit: Int, at now: Timestamp) -> JobFeed {
        var feed = JobFeed()
        feed.job = jobRows[id]
        guard let job = feed.job, job.state == .active || job.state == .ready else { return feed }
        if job.state == .ready { jobRows[id]?.move(to: .active, reason: nil, at: now) }
        let pending = (jobTasks[id] ?? []).filter { $0.state == .pending }.prefix(max(0, limit))
        for task in pending {
            let place = TaskPlace(job: id, index: Int(task.number) - 1)
            var row = targetRows[task.target] ?? TargetRow(id: task.target)
            if row.isUnderWay, let latest = row.latest {
                change(place) { $0.join(latest) }
                feed.begun += 1
                feed.joined += 1
            } else if let output = owned[task.target.place]?.row, output.version == nil {
                feed.deferred += 1
            } else if let effect = row.ask(for: task), let made = record(row, effect, at: now) {
                change(place) { $0.join(made) }
                feed.begun += 1
            } else {
                change(place) { $0.end(.skipped, reason: "unknown-version") }
            }
        }
        feed.job = jobRows[id]
        return feed
    }

    // MARK: Ending

    /// Changes a task and counts it.
    private func change(_ place: TaskPlace, _ body: (inout JobTask) -> Void) {
        guard var task = jobTasks[place.job]?[place.index] else { return }
        let old = task.state
        body(&task)
        jobTasks[place.job]?[place.index] = task
        if old != task.state { jobRows[place.job]?.tally.move(task.sizeBytes, from: old, to: task.state) }
    }

    /// The open tasks that wait for a delivery.
    private func waiting(for delivery: DeliveryID) -> [TaskPlace] {
        jobTasks.values.flatMap { $0 }.filter { $0.state == .open && $0.delivery == delivery }
            .map { TaskPlace(job: $0.job, index: Int($0.number) - 1) }
    }

    /// A delivery changed, and perhaps its target: ends the tasks that wait for it, if it ended.
    func settleTasks(of id: DeliveryID) {
        let places = waiting(for: id)
        guard !places.isEmpty, let delivery = entries[id]?.delivery else { return }
        var effect = delivery.taskEffect
        if effect == .follows {
            let latest = targetRows[delivery.target]?.latest
            effect = .ends(.skipped, reason: "superseded", failure: nil)
            if let latest, latest != id, let next = entries[latest]?.delivery, next.state != .superseded {
                effect = next.taskEffect
                if effect == .waits { for place in places { change(place) { $0.join(latest) } } }
            }
        }
        for place in places {
            switch effect {
            case .waits, .follows: break
            case .again: change(place) { $0.rewind() }
            case .ends(let state, let reason, let failure):
                change(place) { $0.end(state, reason: reason, failure: failure) }
            }
        }
    }

    /// Changes a job's state.
    public func setJob(
        _ id: JobID,
        to state: JobState,
        reason: String?,
        at now: Timestamp
    ) -> JobChange {
        guard let job = jobRows[id] else { return .unknown }
        guard job.mayBecome(state) else { return .refused(job) }
        jobRows[id]?.move(to: state, reason: reason, at: now)
        if state.withdraws { withdraw(id, state, at: now) }
        return jobRows[id].map(JobChange.changed) ?? .unknown
    }

    private func withdraw(_ id: JobID, _ state: JobState, at now: Timestamp) {
        let reason = "job \(id) \(state == .paused ? "paused" : "ended")"
        let open = (jobTasks[id] ?? []).filter { $0.state == .open }
        for task in open.sorted(by: { $0.delivery ?? DeliveryID(0) < $1.delivery ?? DeliveryID(0) }) {
            guard let number = task.delivery, let delivery = entries[number]?.delivery else { continue }
            let place = TaskPlace(job: id, index: Int(task.number) - 1)
            switch delivery.withdrawal(isShared: waiting(for: number).contains { $0.job != id }) {
            case .cancel:
                change(place) { task in
                    if state == .paused { task.rewind() } else { task.end(.cancelled, reason: reason) }
                }
                transition(number) { entry, _ in _ = entry.delivery.cancel(reason: reason, at: now) }
            case .mark where state != .paused:
                transition(number) { entry, _ in entry.cancelReason = reason }
            case .leave where state != .paused && !(delivery.deliveryClass == .job && delivery.state.isOpen):
                change(place) { $0.end(.cancelled, reason: reason) }
            case .mark, .leave: continue
            }
        }
    }

    /// Changes a job's priority.
    public func setPriority(of id: JobID, to priority: Int, at now: Timestamp) -> JobRow? {
        if jobRows[id]?.state.isFinished == false { jobRows[id]?.priority = priority }
        return jobRows[id]
    }

    // MARK: Partial results

    /// Keeps what a delivery adds to the results of the jobs that wait for it.
    func keep(_ partial: [UInt8], of delivery: DeliveryID) {
        for place in waiting(for: delivery) {
            let number = Int64(place.index) + 1
            let earlier = jobPartials[place.job, default: [:]].updateValue(partial, forKey: number)
            jobRows[place.job]?.tally.partialBytes -= UInt64(earlier?.count ?? 0)
            jobRows[place.job]?.tally.partialBytes += UInt64(partial.count)
        }
    }

    /// The partial results of a job.
    public func partials(of job: JobID, after: Int64?, bytes: Int) -> [JobPartial] {
        let tasks = jobTasks[job] ?? []
        let partials = (jobPartials[job] ?? [:]).filter { task, _ in
            task > after ?? -1
                && (task == JobPartial.merged
                    || tasks.contains { $0.number == task && $0.state == .succeeded })
        }
        var found: [JobPartial] = []
        var rest = bytes
        for (task, bytes) in partials.sorted(by: { $0.key < $1.key }) where rest > 0 {
            found.append(JobPartial(task: task, bytes: bytes))
            rest -= bytes.count
        }
        return found
    }

    /// Puts what was merged in the place of what it was merged from.
    public func mergePartials(of job: JobID, _ tasks: [Int64], into bytes: [UInt8]) {
        guard jobRows[job] != nil else { return }
        for task in tasks where task != JobPartial.merged {
            let removed = jobPartials[job]?.removeValue(forKey: task)
            jobRows[job]?.tally.partialBytes -= UInt64(removed?.count ?? 0)
        }
        jobPartials[job, default: [:]][JobPartial.merged] = bytes
    }

    /// Forgets partial results of a job.
    public func forgetPartials(of job: JobID, limit: Int) -> Int {
        let tasks = (jobPartials[job] ?? [:]).keys.sorted().prefix(max(0, limit))
        for task in tasks { jobPartials[job]?[task] = nil }
        if tasks.count < limit { jobRows[job]?.tally.partialBytes = 0 }
        return tasks.count
    }

    // MARK: Reading

    /// One page of jobs, newest first.
    public func jobs(before: JobID?, limit: Int) -> [JobRow] {
        let found = jobRows.values.filter { job in before.map { job.id < $0 } ?? true }
        return Array(found.sorted { $0.id > $1.id }.prefix(min(max(limit, 1), 1000)))
    }

    /// Jobs that have not ended.
    public func openJobs() -> [JobRow] {
        jobRows.values.filter { !$0.state.isFinished }.sorted { $0.id < $1.id }
    }

    /// One job.
    public func job(_ id: JobID) -> JobRow? { jobRows[id] }

    /// One page of a job's tasks, by number.
    public func tasks(_ query: JobTaskQuery) -> [JobTask] {
        let found = (jobTasks[query.job] ?? []).filter { task in
            task.number > query.after && (query.states.isEmpty || query.states.contains(task.state))
        }
        return Array(found.prefix(min(max(query.limit, 1), 1000)))
    }

    /// One page of a trigger's targets, by key.
    public func targets(
        of trigger: TriggerName,
        in bucket: BucketName,
        after: ObjectKey?,
        limit: Int
    ) -> [TargetRow] {
        let found = targetRows.values.filter { row in
            row.id.trigger == trigger && row.id.bucket == bucket && after.map { $0 < row.id.key } ?? true
        }
        return Array(found.sorted { $0.id.key < $1.id.key }.prefix(min(max(limit, 1), 1000)))
    }
}
