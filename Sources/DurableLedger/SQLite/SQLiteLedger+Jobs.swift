public import EventModel

extension SQLiteLedger {
    /// Makes a job.
    public func createJob(
        _ specification: String,
        priority: Int,
        remembering note: JobNote?,
        at now: Timestamp
    ) async throws(SluiceError) -> JobRow {
        try await committer.write { store throws(SluiceError) in
            let job = try store.createJob(specification, priority: priority, at: now)
            if let note { try store.remember(note.name, note.text(job.id), at: now) }
            return job
        }
    }

    /// Adds tasks to a job that is preparing.
    public func addTasks(
        _ tasks: [NewJobTask],
        to job: JobID,
        cursor: String?,
        isLast: Bool,
        at now: Timestamp
    ) async throws(SluiceError) -> JobRow? {
        try await committer.write { store throws(SluiceError) in
            try store.add(tasks, to: job, cursor: cursor, isLast: isLast, at: now)
        }
    }

    /// Begins pending tasks.
    public func feedJob(_ job: JobID, limit: Int, at now: Timestamp) async throws(SluiceError) -> JobFeed {
        try await committer.write { store throws(SluiceError) in try store.feed(job, limit: limit, at: now) }
    }

    /// Changes a job's state.
    public func setJob(
        _ job: JobID,
        to state: JobState,
        reason: String?,
        at now: Timestamp
    ) async throws(SluiceError) -> JobChange {
        try await committer.write { store throws(SluiceError) in
            try store.setJob(job, to: state, reason: reason, at: now)
        }
    }

    /// Changes a job's priority.
    public func setPriority(
        of job: JobID,
        to priority: Int,
        at now: Timestamp
    ) async throws(SluiceError) -> JobRow? {
        try await committer.write { store throws(SluiceError) in try store.setPriority(of: job, to: priority)
        }
    }

    /// One page of jobs, newest first.
    public func jobs(before: JobID?, limit: Int) async throws(SluiceError) -> [JobRow] {
        try await committer.read { store throws(SluiceError) in try store.jobs(before: before, limit: limit) }
    }

    /// Jobs that have not ended.
    public func openJobs() async throws(SluiceError) -> [JobRow] {
        try await committer.read { store in store.openJobs() }
    }

    /// One job.
    public func job(_ id: JobID) async throws(SluiceError) -> JobRow? {
        try await committer.read { store throws(SluiceError) in try store.job(id) }
    }

    /// One page of a job's tasks; read in slices, each of a moment of its own.
    public func tasks(_ query: JobTaskQuery) async throws(SluiceError) -> [JobTask] {
        let limit = min(max(query.limit, 1), 1000)
        var found: [JobTask] = []
        var slice = query
        while found.count < limit {
            let (part, count) = (slice, limit - found.count)
            let (tasks, next) = try await committer.read { store throws(SluiceError) in
                try store.tasks(part, limit: count)
            }
            found += tasks
            guard let next else { break }
            slice.after = next
        }
        return found
    }

    /// The partial results of a job.
    public func partials(
        of job: JobID,
        after: Int64?,
        bytes: Int
    ) async throws(SluiceError) -> [JobPartial] {
        try await committer.read { store throws(SluiceError) in
            try store.partials(of: job, after: after, bytes: bytes)
        }
    }

    /// Puts what was merged in the place of what it was merged from.
    public func mergePartials(
        of job: JobID,
        _ tasks: [Int64],
        into bytes: [UInt8]
    ) async throws(SluiceError) {
        try await committer.write { store throws(SluiceError) in
            try store.mergePartials(of: job, tasks, into: bytes)
        }
    }

    /// Forgets partial results of a job.
    public func forgetPartials(of job: JobID, limit: Int) async throws(SluiceError) -> Int {
        try await committer.write { store throws(SluiceError) in
            try store.forgetPartials(of: job, limit: limit)
        }
    }

    /// Forgets jobs that ended long ago.
    public func pruneJobs(keeping: Int, before: Timestamp, limit: Int) async throws(SluiceError) -> Int {
        try await committer.write { store throws(SluiceError) in
            try store.pruneJobs(keeping: keeping, before: before, limit: limit)
        }
    }

    /// One page of a trigger's targets; read in slices, each of a moment of its own.
    public func targets(
        of trigger: TriggerName,
        in bucket: BucketName,
        after: ObjectKey?,
        limit: Int
    ) async throws(SluiceError) -> [TargetRow] {
        let limit = min(max(limit, 1), 1000)
        var found: [TargetRow] = []
        var cursor = after
        while found.count < limit {
            let (after, count) = (cursor, limit - found.count)
            let (rows, next) = try await committer.read { store throws(SluiceError) in
                try store.targets(of: trigger, in: bucket, after: after, limit: count)
            }
            found += rows
            guard let next else { break }
            cursor = next
        }
        return found
    }
}
