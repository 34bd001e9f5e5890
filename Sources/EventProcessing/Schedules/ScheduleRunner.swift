internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ServiceLifecycle

/// Makes the jobs of schedules when they are due. All it knows is in the ledger, and a job is made in one
/// transaction with the note that it was, so a stop at any moment neither repeats nor forgets a run.
final class ScheduleRunner: Service {
    /// It looks again at least so often: the clock may be set.
    private static let longestWait = Duration.seconds(60)
    /// So often while a run waits for the former job's end.
    private static let shortWait = Duration.seconds(1)

    private let core: ProcessingCore

    /// Uses what all parts share.
    init(core: ProcessingCore) { self.core = core }

    /// Works until the task is cancelled.
    func run() async {
        var watched: [String: Timestamp] = [:]
        var failures = 0
        while !Task.isCancelled {
            let now = core.clock.now
            do throws(SluiceError) {
                let wait = try await round(&watched, at: now)
                failures = 0
                core.clearProblem(about: "schedules")
                guard let wait else {
                    await core.scheduleSignal.wait()
                    continue
                }
                await core.scheduleSignal.wait(until: core.clock.uptime + wait, clock: core.clock)
            } catch {
                failures += 1
                core.heed(error)
                core.note(problem: "schedules wait: \(error.message)", about: "schedules")
                guard await core.backOff(afterFailures: failures) else { return }
            }
        }
    }

    /// One look at all schedules; returns for how long there is nothing to do, nil where there is none.
    private func round(
        _ watched: inout [String: Timestamp],
        at now: Timestamp
    ) async throws(SluiceError) -> Duration? {
        let schedules = core.configuration.schedules
        guard !schedules.isEmpty else { return nil }
        var wait = Self.longestWait
        for schedule in schedules {
            do throws(SluiceError) {
                wait = min(wait, try await serve(schedule, watched[schedule.name], at: now))
                watched[schedule.name] = now
                core.clearProblem(about: schedule.origin)
            } catch {
                guard error.code == .scheduleNote else { throw error }
                core.note(problem: "\(schedule.origin) waits: \(error.message)", about: schedule.origin)
            }
        }
        return max(wait, .zero)
    }

    /// Does all that a schedule has to do now; returns for how long there is nothing more.
    private func serve(
        _ schedule: Schedule,
        _ watched: Timestamp?,
        at now: Timestamp
    ) async throws(SluiceError) -> Duration {
        let note = ScheduleMemory.note(schedule.name)
        var memory = try await core.ledger.recall(note).map { found throws(SluiceError) in
            try NoteCoding.value(ScheduleMemory.self, found.text, of: note)
        }
        var open = try await openJobs(of: schedule)
        while true {
            switch SchedulePlan.next(schedule, memory, watched: watched, isOpen: !open.isEmpty, at: now) {
            case .keep(let next):
                tell(schedule, memory, next)
                try await core.ledger.remember(note, NoteCoding.text(next), at: now)
                memory = next
            case .make(let due, let next):
                memory = try await make(due, of: schedule, next, note, at: now)
                if let job = memory?.last, job.due == due { open.append(JobID(job.job)) }
            case .replace(let due, let next):
                for job in open {
                    _ = try await core.ledger.setJob(
                        job,
                        to: .cancelled,
                        reason: "\(schedule.origin) begins anew",
                        at: now
                    )
                }
                core.jobSignal.raise()
                memory = try await make(due, of: schedule, next, note, at: now)
                open = try await openJobs(of: schedule)
            case .rest(let until):
                if memory?.waiting.isEmpty == false, !schedule.isPaused { return Self.shortWait }
                return until.map { $0.elapsed(since: now) } ?? Self.longestWait
            }
        }
    }

    /// Jobs of a schedule that have not ended, also those that were asked for by hand.
    private func openJobs(of schedule: Schedule) async throws(SluiceError) -> [JobID] {
        try await core.ledger.openJobs().filter { job in
            (try? JobSpecification.decode(job.specification))?.origin == schedule.origin
        }.map(\.id)
    }

    /// Makes the job of a due moment, and keeps in the same transaction that it was made. What can never
    /// become a job is left out, with the reason.
    private func make(
        _ due: Timestamp,
        of schedule: Schedule,
        _ next: ScheduleMemory,
        _ note: String,
        at now: Timestamp
    ) async throws(SluiceError) -> ScheduleMemory {
        var kept = next
        kept.failure = nil
        var specification = schedule.job.specification(due: due, clock: schedule.clock)
        specification.origin = schedule.origin
        let operations = LedgerOperations(
            ledger: core.ledger,
            configuration: core.configuration,
            clock: core.clock
        )
        let job: JobRow
        do throws(SluiceError) {
            let keeping = kept
            job = try await operations.makeJob(
                specification,
                remembering: JobNote(note) { id in
                    NoteCoding.text(keeping.with(ScheduleMemory.Run(job: id.rawValue, due: due, made: now)))
                }
            )
        } catch {
            guard error.code.blame == .usage else { throw error }
            core.logger.error(
                "a schedule can make no job",
                metadata: ["schedule": "\(schedule.name)", "error": "\(error.message)"]
            )
            kept.failure = "\(error.code): \(error.message)"
            try await core.ledger.remember(note, NoteCoding.text(kept), at: now)
            return kept
        }
        core.logger.info(
            "a schedule made a job",
            metadata: ["schedule": "\(schedule.name)", "job": "\(job.id)", "due": "\(due)"]
        )
        try await core.welcome(specification)
        return kept.with(ScheduleMemory.Run(job: job.id.rawValue, due: due, made: now))
    }

    /// Says what was left out.
    private func tell(_ schedule: Schedule, _ old: ScheduleMemory?, _ new: ScheduleMemory) {
        guard let old else { return }
        let reasons = [
            ("its former job has not ended", new.skipped - old.skipped),
            ("no service ran when they were due", new.missed - old.missed),
        ]
        for (reason, count) in reasons where count > 0 {
            core.logger.notice(
                "runs of a schedule are left out",
                metadata: ["schedule": "\(schedule.name)", "runs": "\(count)", "reason": "\(reason)"]
            )
        }
    }
}

extension ScheduleMemory {
    /// The same after a job was made.
    fileprivate func with(_ run: Run) -> ScheduleMemory {
        var memory = self
        memory.last = run
        return memory
    }
}

extension ProcessingCore {
    /// A job was made: it gets its lane, if it has one, and is begun.
    func welcome(_ specification: JobSpecification) async throws(SluiceError) {
        if specification.isLane { try await updateLanes() }
        prepareSignal.raise()
        jobSignal.raise()
    }
}
