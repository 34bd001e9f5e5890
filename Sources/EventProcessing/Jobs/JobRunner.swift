internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ServiceLifecycle

/// Carries jobs from their specification to their report: finds their tasks, begins them below live traffic,
/// and ends the job when all have ended. All it knows is in the ledger, so it goes on after any stop.
final class JobRunner: Service {
    /// Tasks that jobs may have open at a time: enough to keep the workers busy between two rounds, few
    /// enough that a pause or a more urgent job is soon heeded.
    static let window = 512
    /// A round takes so long at least, so that many ends of deliveries make one.
    private static let round = Duration.milliseconds(20)
    /// A round is made at least so often while there are jobs: moments that a job waits for come by
    /// themselves.
    private static let longestWait = Duration.seconds(1)

    /// Tasks that one transaction begins: everybody else waits for it.
    private static let fedAtOnce = 128
    private static let recentJobs = 20

    /// What all parts share.
    let core: ProcessingCore
    /// Threads that merge and write.
    let pool = BlockingPool(name: "job", limit: 2)

    /// Uses what all parts share.
    init(core: ProcessingCore) { self.core = core }

    /// Works until the task is cancelled.
    func run() async {
        var memory = JobRounds()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.prepareAgainAndAgain() }
            var failures = 0
            await recallRecent(&memory)
            while !Task.isCancelled {
                do throws(SluiceError) {
                    let isIdle = try await round(&memory).isIdle
                    failures = 0
                    core.clearProblem(about: "jobs")
                    if isIdle {
                        await core.jobSignal.wait()
                    } else {
                        try? await core.clock.sleep(for: Self.round)
                        await core.jobSignal.wait(
                            until: core.clock.uptime + Self.longestWait,
                            clock: core.clock
                        )
                    }
                } catch {
                    failures += 1
                    core.heed(error)
                    core.note(problem: "jobs wait: \(error.message)", about: "jobs")
                    guard await core.backOff(afterFailures: failures) else { return }
                }
            }
            group.cancelAll()
        }
    }

    /// One that ended just before the last stop may have no report yet.
    func recallRecent(_ memory: inout JobRounds) async {
        if let recent = try? await core.ledger.jobs(before: nil, limit: Self.recentJobs) {
            memory.recall(recent.map(\.id))
        }
    }

    // MARK: Preparing

    private func prepareAgainAndAgain() async {
        while !Task.isCancelled {
            do throws(SluiceError) {
                let jobs = try await core.ledger.openJobs().filter { $0.state == .preparing }
                if jobs.isEmpty {
                    await core.prepareSignal.wait()
                    continue
                }
                try await prepare(jobs)
            } catch {
                core.heed(error)
                guard await core.backOff(afterFailures: 1) else { return }
            }
        }
    }

    /// Prepares one job after another; one whose store cannot be used holds up no other. Throws the last of
    /// such reasons.
    func prepare(_ jobs: [JobRow]) async throws(SluiceError) {
        var failure: SluiceError?
        for job in jobs {
            do throws(SluiceError) {
                try await prepare(job)
            } catch {
                failure = error
            }
            core.jobSignal.raise()
        }
        if let failure { throw failure }
    }

    /// Finds the tasks of a job; what stands in the way of that for good fails the job.
    private func prepare(_ job: JobRow) async throws(SluiceError) {
        do throws(SluiceError) {
            let specification = try JobSpecification.decode(job.specification)
            let configuration = core.configuration
            let rules = try JobRules(specification, configuration, lane: JobLane.name(job.id))
            let finder = JobFinder(
                rules,
                ledger: core.ledger,
                configuration: configuration,
                pool: pool,
                cursor: job.cursor
            )
            while !Task.isCancelled {
                let page = try await finder.next()
                let now = try await core.ledger.addTasks(
                    page?.tasks ?? [],
                    to: job.id,
                    cursor: page?.cursor ?? job.cursor,
                    isLast: page == nil,
                    at: core.clock.now
                )
                // Paused, cancelled, or all found.
                guard let now, now.state == .preparing else { break }
            }
            core.clearProblem(about: "job \(job.id)")
        } catch {
            guard error.code.blame != .outage, error.code.blame != .transient else {
                core.note(problem: "job \(job.id) waits: \(error.message)", about: "job \(job.id)")
                throw error
            }
            try await fail(job, error)
        }
    }

    // MARK: Rounds

    /// What one look at all jobs came to.
    struct Round {
        /// Whether there is nothing to do until something changes.
        var isIdle = true
        /// Tasks that were begun, and jobs that ended.
        var progress = 0
        /// Whether a job waits for its rate alone.
        var isThrottled = false
    }

    /// One look at all jobs.
    func round(_ memory: inout JobRounds) async throws(SluiceError) -> Round {
        var round = Round()
        let jobs = try await core.ledger.openJobs()
        for id in memory.left(by: jobs) {
            do throws(SluiceError) {
                guard memory.mayTry(id, at: core.clock.uptime) else {
                    memory.recall([id])
                    continue
                }
                try await report(ended: id)
                worked(id, &memory)
            } catch {
                memory.recall([id])
                putOff(id, error, &memory)
            }
        }
        var open = jobs.reduce(0) { $0 + Int($1.tally.open) }
        // The most urgent first; of equals the oldest.
        for job in jobs.sorted(by: { ($1.priority, $0.id) < ($0.priority, $1.id) }) {
            guard job.state == .ready || job.state == .active, memory.mayTry(job.id, at: core.clock.uptime)
            else { continue }
            do throws(SluiceError) {
                try await step(job, &memory, &round, &open)
                worked(job.id, &memory)
            } catch {
                putOff(job.id, error, &memory)
            }
        }
        round.isIdle = !memory.hasPutOff && jobs.allSatisfy { $0.state == .paused || $0.state == .preparing }
        return round
    }

    /// What one job met keeps up no other: it is tried again after a while.
    private func putOff(_ job: JobID, _ error: SluiceError, _ memory: inout JobRounds) {
        core.heed(error)
        core.note(problem: "job \(job) waits: \(error.message)", about: "job \(job)")
        memory.putOff(job, at: core.clock.uptime)
    }

    private func worked(_ job: JobID, _ memory: inout JobRounds) {
        if memory.worked(job) { core.clearProblem(about: "job \(job)") }
    }

    /// Carries one job on: merges, ends or begins.
    private func step(
        _ job: JobRow,
        _ memory: inout JobRounds,
        _ round: inout Round,
        _ open: inout Int
    ) async throws(SluiceError) {
        let specification: JobSpecification
        do throws(SluiceError) {
            specification = try JobSpecification.decode(job.specification)
        } catch {
            return try await fail(job, error)
        }
        var hasEnded = try await reduce(job, specification, &memory)
        if !hasEnded { hasEnded = try await end(job, specification) }
        if hasEnded {
            round.progress += 1
            return
        }
        if let until = specification.until, until <= core.clock.now {
            let reason = "its time is over"
            _ = try await core.ledger.setJob(job.id, to: .paused, reason: reason, at: core.clock.now)
            return
        }
        let room = memory.room(
            for: job,
            specification.ratePerSecond,
            window: Self.window - open,
            at: core.clock.uptime
        )
        if room == 0, open < Self.window, job.tally.pending > 0 { round.isThrottled = true }
        guard room > 0, job.tally.pending > 0 || job.state == .ready else { return }
        var left = room
        while left > 0 {
            let limit = min(left, Self.fedAtOnce)
            let feed = try await core.ledger.feedJob(job.id, limit: limit, at: core.clock.now)
            memory.fed(job.id, feed.begun)
            open += feed.begun
            round.progress += feed.begun
            if feed.begun > 0 { core.dispatchSignal.raise() }
            left = feed.begun < limit ? 0 : left - feed.begun
        }
    }
}
