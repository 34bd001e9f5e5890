internal import DurableLedger
internal import EventModel

extension CrashingLedger {
    func createJob(
        _ specification: String,
        priority: Int,
        remembering note: JobNote?,
        at now: Timestamp
    ) async throws(SluiceError) -> JobRow {
        try await around("createJob") { () throws(SluiceError) in
            await inner.createJob(specification, priority: priority, remembering: note, at: now)
        }
    }
    func addTasks(
        _ tasks: [NewJobTask],
        to job: JobID,
        cursor: String?,
        isLast: Bool,
        at now: Timestamp
    ) async throws(SluiceError) -> JobRow? {
        try await around("addTasks") { () throws(SluiceError) in
            await inner.addTasks(tasks, to: job, cursor: cursor, isLast: isLast, at: now)
        }
    }
    func feedJob(_ job: JobID, limit: Int, at now: Timestamp) async throws(SluiceError) -> JobFeed {
        try await around("feedJob") { () throws(SluiceError) in
            await inner.feedJob(job, limit: limit, at: now)
        }
    }
    func setJob(
        _ job: JobID,
        to state: JobState,
        reason: String?,
        at now: Timestamp
    ) async throws(SluiceError) -> JobChange {
        try await around("setJob") { () throws(SluiceError) in
            await inner.setJob(job, to: state, reason: reason, at: now)
        }
    }
    func setPriority(
        of job: JobID,
        to priority: Int,
        at now: Timestamp
    ) async throws(SluiceError) -> JobRow? {
        try await around("setPriority") { () throws(SluiceError) in
            await inner.setPriority(of: job, to: priority, at: now)
        }
    }
    func jobs(before: JobID?, limit: Int) async throws(SluiceError) -> [JobRow] {
        try crash.pass("jobs")
        return await inner.jobs(before: before, limit: limit)
    }
    func openJobs() async throws(SluiceError) -> [JobRow] {
        try crash.pass("openJobs")
        return await inner.openJobs()
    }
    func job(_ id: JobID) async throws(SluiceError) -> JobRow? {
        try crash.pass("job")
        return await inner.job(id)
    }
    func tasks(_ query: JobTaskQuery) async throws(SluiceError) -> [JobTask] {
        try crash.pass("tasks")
        return await inner.tasks(query)
    }
    func partials(
        of job: JobID,
        after: Int64?,
        bytes: Int
    ) async throws(SluiceError) -> [JobPartial] {
        try crash.pass("partials")
        return await inner.partials(of: job, after: after, bytes: bytes)
    }
    func mergePartials(
        of job: JobID,
        _ tasks: [Int64],
        into bytes: [UInt8]
    ) async throws(SluiceError) {
        try await around("mergePartials") { () throws(SluiceError) in
            await inner.mergePartials(of: job, tasks, into: bytes)
        }
    }
    func forgetPartials(of job: JobID, limit: Int) async throws(SluiceError) -> Int {
        try await around("forgetPartials") { () throws(SluiceError) in
            await inner.forgetPartials(of: job, limit: limit)
        }
    }
    func pruneJobs(keeping: Int, before: Timestamp, limit: Int) async throws(SluiceError) -> Int {
        try await around("pruneJobs") { () throws(SluiceError) in
            await inner.pruneJobs(keeping: keeping, before: before, limit: limit)
        }
    }
    func targets(
        of trigger: TriggerName,
        in bucket: BucketName,
        after: ObjectKey?,
        limit: Int
    ) async throws(SluiceError) -> [TargetRow] {
        try crash.pass("targets of a trigger")
        return await inner.targets(of: trigger, in: bucket, after: after, limit: limit)
    }
}
