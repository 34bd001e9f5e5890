public import DurableLedger
public import EventModel
internal import Execution

/// What operators can ask about schedules.
public protocol ScheduleOperations: Sendable {
    /// All schedules of the configuration, in its order.
    func schedules() async throws(SluiceError) -> [ScheduleStatus]
    /// Makes the job of a schedule now, whatever its plan. Throws `schedule.unknown`.
    func runSchedule(_ name: String) async throws(SluiceError) -> JobRow
}

/// A schedule, and what came of it.
public struct ScheduleStatus: Sendable {
    /// What the configuration says.
    public let schedule: Schedule
    /// When the next run begins; nil when it is paused.
    public let next: Timestamp?
    /// How many runs wait for the former job's end.
    public let waiting: Int
    /// When the last job was made, and when it was due.
    public let last: (made: Timestamp, due: Timestamp)?
    /// The last job; nil where there was none yet, or it is forgotten.
    public let job: JobRow?
    /// Runs that were left out because the former job had not ended.
    public let skipped: Int64
    /// The latest of them.
    public let lastSkipped: Timestamp?
    /// Runs that were due while no service ran, and were left out.
    public let missed: Int64
    /// Why the last run could make no job.
    public let failure: String?

    /// A schedule of which nothing came yet.
    public init(_ schedule: Schedule, next: Timestamp?, job: JobRow? = nil) {
        self.init(
            schedule,
            next: next,
            ScheduleMemory(timing: "", handled: Timestamp(nanoseconds: 0)),
            nil,
            job
        )
    }

    /// Describes a schedule.
    init(
        _ schedule: Schedule,
        next: Timestamp?,
        _ memory: ScheduleMemory,
        _ last: ScheduleMemory.Run?,
        _ job: JobRow?
    ) {
        self.schedule = schedule
        self.next = next
        waiting = memory.waiting.count
        self.last = last.map { ($0.made, $0.due) }
        self.job = job
        skipped = memory.skipped
        lastSkipped = memory.lastSkipped
        missed = memory.missed
        failure = memory.failure
    }
}

extension LedgerOperations {
    /// All schedules of the configuration.
    public func schedules() async throws(SluiceError) -> [ScheduleStatus] {
        var found: [ScheduleStatus] = []
        for schedule in configuration?.schedules ?? [] {
            let memory = try await note(ScheduleMemory.self, ScheduleMemory.note(schedule.name))
            let byHand = try await note(ScheduleMemory.Run.self, ScheduleMemory.handNote(schedule.name))
            let last = [memory?.last, byHand].compactMap { $0 }.max { $0.made < $1.made }
            var job: JobRow?
            if let last { job = try await ledger.job(JobID(last.job)) }
            let next = SchedulePlan.begin(schedule, memory, at: clock.now)
            let kept = memory ?? ScheduleMemory(timing: schedule.timing, handled: clock.now)
            found.append(ScheduleStatus(schedule, next: next, kept, last, job))
        }
        return found
    }

    private func note<Value: Decodable>(
        _ type: Value.Type,
        _ name: String
    ) async throws(SluiceError) -> Value? {
        try await ledger.recall(name).map { note throws(SluiceError) in
            try NoteCoding.value(type, note.text, of: name)
        }
    }

    /// Makes the job of a schedule now; it begins with the next start of the service.
    public func runSchedule(_ name: String) async throws(SluiceError) -> JobRow {
        let now = clock.now
        let schedule = try schedule(name)
        var specification = schedule.job.specification(due: now, clock: schedule.clock)
        specification.origin = schedule.origin
        return try await makeJob(
            specification,
            remembering: JobNote(ScheduleMemory.handNote(name)) { id in
                NoteCoding.text(ScheduleMemory.Run(job: id.rawValue, due: now, made: now))
            }
        )
    }

    /// The schedule of a name.
    func schedule(_ name: String) throws(SluiceError) -> Schedule {
        if let schedule = configuration?.schedules.first(where: { $0.name == name }) { return schedule }
        throw SluiceError(
            .scheduleUnknown,
            "No schedule is called '\(name)'.",
            hint: "`sluice schedules` lists them."
        )
    }
}

extension EventProcessor {
    /// All schedules of the configuration.
    public func schedules() async throws(SluiceError) -> [ScheduleStatus] { try await atRest.schedules() }

    /// Makes the job of a schedule now, and begins to find its objects.
    public func runSchedule(_ name: String) async throws(SluiceError) -> JobRow {
        let job = try await atRest.runSchedule(name)
        try await core.welcome(try JobSpecification.decode(job.specification))
        return job
    }
}
