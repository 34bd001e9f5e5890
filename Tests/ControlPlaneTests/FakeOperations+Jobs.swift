internal import DurableLedger
internal import EventModel
internal import EventProcessing

extension FakeOperations {
    static func job(_ id: JobID, state: JobState = .active) -> JobRow {
        var tally = JobTally()
        (tally.pending, tally.succeeded, tally.failed, tally.bytes) = (3, 6, 1, 1000)
        return JobRow(
            id: id,
            specification: #"{"conditions":[],"buckets":[],"globs":[],"maxFailures":{"percent":50},"#
                + #""prefixes":[],"priority":2,"triggers":["web"]}"#,
            priority: 2,
            state: state,
            isPrepared: true,
            tally: tally,
            created: time,
            updated: time
        )
    }

    func plan(_ specification: JobSpecification) async throws(SluiceError) -> JobPlan {
        var plan = JobPlan()
        plan.objects = Int64(specification.triggers.count)
        plan.passed = ["up-to-date": 4]
        return plan
    }

    func startJob(_ specification: JobSpecification) async throws(SluiceError) -> JobRow {
        guard specification.triggers == ["web"] else {
            throw SluiceError(.processingUnknownTrigger, "No trigger is called so.")
        }
        return Self.job(JobID(1), state: .preparing)
    }

    func jobs(before: JobID?, limit: Int) async throws(SluiceError) -> [JobRow] {
        let all = [Self.job(JobID(2)), Self.job(JobID(1))]
        return Array(all.filter { job in before.map { job.id < $0 } ?? true }.prefix(limit))
    }

    func job(_ id: JobID) async throws(SluiceError) -> JobRow? { id.rawValue <= 2 ? Self.job(id) : nil }

    func tasks(_ query: JobTaskQuery) async throws(SluiceError) -> [JobTask] {
        let task = JobTask(
            job: query.job,
            number: 1,
            target: TargetID(trigger: "web", bucket: "inbox", key: Self.source),
            version: nil,
            sizeBytes: 10,
            modified: Self.time,
            state: .failed,
            delivery: DeliveryID(7),
            failure: FailureRecord(code: "codec.truncated", message: "It ends too early.")
        )
        let isTaken = query.after < 1 && (query.states.isEmpty || query.states.contains(.failed))
        return isTaken ? [task] : []
    }

    func change(_ job: JobID, _ change: JobWish, reason: String?) async throws(SluiceError) -> JobRow {
        guard job.rawValue <= 2 else { throw SluiceError(.jobUnknown, "There is no job \(job).") }
        guard change != .resume else { throw SluiceError(.jobState, "Job \(job) is active.") }
        return Self.job(job, state: change == .pause ? .paused : .cancelled)
    }

    func setPriority(of job: JobID, to priority: Int) async throws(SluiceError) -> JobRow { Self.job(job) }
}

extension FakeOperations {
    func schedules() async throws(SluiceError) -> [ScheduleStatus] {
        guard let cron = try? CronExpression("30 3 * * *") else { return [] }
        let job = ScheduledJob(JobSpecification())
        let schedule = Schedule(name: "nightly", cron: cron, overlap: .queue, job: job)
        return [ScheduleStatus(schedule, next: Self.time, job: Self.job(JobID(2)))]
    }

    func runSchedule(_ name: String) async throws(SluiceError) -> JobRow {
        guard name == "web" else { throw SluiceError(.scheduleUnknown, "No schedule is called so.") }
        return Self.job(JobID(1), state: .preparing)
    }
}
