internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import TriggerRules

/// Leases what is ready and runs it (DESIGN 5, step 4); sleeps until something is enqueued, ends or becomes
/// due.
final class Dispatcher: Service {
    /// How long `run` goes on.
    enum Mode: Sendable {
        /// Until `stop`.
        case service
        /// Until nothing runs and nothing is due.
        case untilIdle
    }

    private struct Moment {
        let now: Timestamp
        let uptime: Duration
    }

    private let core: ProcessingCore
    private let executor: AttemptExecutor
    private let state = Mutex(DispatchState())
    /// Sources of deliveries that are still at work: until they are through, nothing counts as idle.
    private let sources = Mutex(0)

    /// Uses what all parts share.
    init(core: ProcessingCore, intake: Intake, suspects: (any SuspectRunner)?) {
        self.core = core
        executor = AttemptExecutor(core: core, intake: intake, suspects: suspects)
    }

    /// Runs until `stop`, and until what was leased then has ended.
    func run() async throws { try await run(.service) }

    /// Runs in either mode. With `untilIdle` a failing ledger throws; as a service it is waited out, if it
    /// can be.
    func run(_ mode: Mode) async throws(SluiceError) {
        // One round has no time to wait, and where one object alone meets an outage, others must get theirs.
        if mode == .untilIdle { state.withLock { $0.gate.immediateProbes = RoundTroubles.mostTries } }
        let failure = await withDiscardingTaskGroup { group -> SluiceError? in
            var failures = 0
            while true {
                // What becomes due after this moment is not yet asked for, so it must wake the next sleep.
                let asked = Moment(now: core.clock.now, uptime: core.clock.uptime)
                state.withLock { $0.forgetEmpty(at: asked.uptime) }
                var hasLeft = false
                do throws(SluiceError) {
                    hasLeft = try await leaseAll { attempt in group.addTask { await self.execute(attempt) } }
                    failures = 0
                    core.clearProblem(about: "ledger")
                } catch {
                    failures += 1
                    core.heed(error)
                    core.note(problem: "the ledger does not answer: \(error.message)", about: "ledger")
                    if mode == .untilIdle { return error }
                }
                if let failure = core.ledgerFailure {
                    // Nothing that runs can be recorded any more.
                    stop()
                    giveUpAll()
                    group.cancelAll()
                    return failure
                }
                if failures > 0 {
                    if await !core.backOff(afterFailures: failures) { return nil }
                    continue
                }
                let (isOver, wake) = state.withLock { state in
                    let isIdle = state.active.isEmpty
                    let isDrained = mode == .untilIdle && sources.withLock { $0 == 0 }
                    return (isIdle && (state.isStopping || isDrained), state.firstOverdue)
                }
                if isOver || Task.isCancelled { return nil }
                await sleep(hasLeft: hasLeft, overdue: wake, since: asked)
                giveUpOverdue()
            }
        }
        if let failure { throw failure }
    }

    /// A scan begins: there may be more to do than what is ready.
    func holdIdle() { sources.withLock { $0 += 1 } }

    /// A scan is over.
    func releaseIdle() {
        sources.withLock { $0 -= 1 }
        core.dispatchSignal.raise()
    }

    /// Leases nothing more; `run` returns when what runs has ended.
    func stop() {
        state.withLock { $0.isStopping = true }
        core.dispatchSignal.raise()
    }

    /// Tells the attempts of these deliveries (nil: all) to end.
    func cancel(_ deliveries: [DeliveryID]?) {
        let attempts = state.withLock { state in
            state.active.values.filter { deliveries?.contains($0.lease.delivery.id) ?? true }
        }
        for attempt in attempts { attempt.cancel() }
    }

    /// Goes on without the answers of what still runs; their deliveries are released without a try.
    func giveUpAll() {
        let attempts = state.withLock { Array($0.active.values) }
        for attempt in attempts {
            attempt.giveUp(SluiceError(.cancelled, "The service stops and waits no longer."))
        }
    }

    /// Whether `stop` was called.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// How many attempts are in flight.
    var activeCount: Int { state.withLock { $0.active.count } }

    /// Deliveries in flight that were made for jobs.
    var jobDeliveries: [DeliveryID] {
        state.withLock {
            $0.active.values.map(\.lease.delivery).filter { $0.deliveryClass == .job }.map(\.id)
        }
    }

    /// What keeps triggers from being served, for the status.
    var outages: [TriggerName: FailureRecord] { state.withLock { $0.gate.failures } }

    /// Leases until there is no place or nothing more to lease. Returns whether deliveries are ready that
    /// could not be leased now, so that a timer must wake the dispatcher.
    private func leaseAll(_ begin: (ActiveAttempt) -> Void) async throws(SluiceError) -> Bool {
        while true {
            // Attempts that are just ending end first, so that one transaction leases for all their places.
            await Task.yield()
            let configuration = core.configuration
            guard state.withLock({ $0.free(workers: workers(configuration)) }) > 0 else { return false }
            let counters = try await core.ledger.counters()
            let picks = state.withLock {
                $0.picks(
                    counters: counters,
                    configuration: configuration,
                    workers: workers(configuration),
                    paused: core.paused,
                    at: core.clock.uptime
                )
            }
            guard !picks.isEmpty else { return counters.contains { $0.state == .ready && $0.count > 0 } }
            let request = LeaseRequest(owner: core.owner, picks: picks, now: core.clock.now)
            let leases = try await core.ledger.lease(request)
            state.withLock { $0.leased(leases, for: picks) }
            for lease in leases { await self.begin(lease, configuration, begin) }
        }
    }

    /// A reload may ask for more workers than there are threads; what waited for one would wait on its own
    /// deadline.
    private func workers(_ configuration: ProcessingConfiguration) -> Int {
        min(configuration.workers, core.pool.limit)
    }

    private func begin(
        _ lease: Lease,
        _ configuration: ProcessingConfiguration,
        _ begin: (ActiveAttempt) -> Void
    ) async {
        guard let trigger = configuration.trigger(lease.delivery.target.trigger) else {
            // Leased by a snapshot that does not have it any more.
            let ending = AttemptEnding(
                delivery: lease.delivery.id,
                token: lease.token,
                outcome: .release(nil, at: nil),
                now: core.clock.now
            )
            _ = await core.persist { () throws(SluiceError) in try await core.ledger.end(ending) }
            return
        }
        let control = AttemptControl(clock: core.clock, timeout: trigger.timeout)
        let attempt = ActiveAttempt(
            lease: lease,
            trigger: trigger,
            configuration: configuration,
            control: control
        )
        state.withLock { $0.began(attempt) }
        begin(attempt)
    }

    private func execute(_ attempt: ActiveAttempt) async {
        let report = await executor.execute(attempt) {
            self.state.withLock { $0.ranThrough(attempt) }
            // A place is free though the commit goes on.
            core.dispatchSignal.raise()
        }
        let trigger = attempt.trigger.name
        let random = core.random.fraction()
        let uptime = core.clock.uptime
        let change = state.withLock { state -> Bool? in
            state.ended(attempt)
            switch report.surroundings {
            case .fine: return state.gate.passed(trigger) ? false : nil
            case .outage(let failure):
                return state.gate.failed(trigger, failure, random: random, at: uptime) ? true : nil
            case .unknown:
                state.gate.told(nothingOf: trigger)
                return nil
            }
        }
        if let change { tell(outage: change, of: attempt, report.surroundings) }
        core.dispatchSignal.raise()
        core.jobSignal.raise()
    }

    private func tell(
        outage hasBegun: Bool,
        of attempt: ActiveAttempt,
        _ surroundings: AttemptReport.Surroundings
    ) {
        let trigger = attempt.trigger
        let subject = "trigger \(trigger.name)"
        guard hasBegun, case .outage(let failure) = surroundings else {
            core.clearProblem(about: subject)
            core.tell(
                "recovered",
                bucket: trigger.bucket,
                trigger: trigger.name,
                "the surroundings work again"
            )
            return
        }
        core.note(problem: "\(subject) waits: \(failure.message)", about: subject)
        core.tell(
            "outage",
            bucket: trigger.bucket,
            trigger: trigger.name,
            "\(failure.code): \(failure.message)"
        )
        core.logger.warning(
            "trigger waits for its surroundings",
            metadata: [
                "trigger": "\(trigger.name)", "code": "\(failure.code)", "error": "\(failure.message)",
            ]
        )
    }

    private func sleep(hasLeft: Bool, overdue: Duration?, since asked: Moment) async {
        var wakes = [overdue]
        if hasLeft {
            wakes.append(state.withLock { $0.gate.nextProbe(after: asked.uptime) })
            // What cannot be read now is asked again at the next wake-up.
            if let backlog = try? await core.ledger.backlog(at: asked.now), let due = backlog.nextDue {
                wakes.append(core.clock.uptime + max(.zero, due.elapsed(since: core.clock.now)))
            }
        }
        await core.dispatchSignal.wait(until: wakes.compactMap(\.self).min(), clock: core.clock)
    }

    private func giveUpOverdue() {
        let uptime = core.clock.uptime
        for attempt in state.withLock({ $0.overdue(at: uptime) }) {
            attempt.giveUp(
                SluiceError(
                    .deadlineExceeded,
                    "The function did not end at its deadline and was given up.",
                    hint: "Raise `timeout:` of trigger '\(attempt.trigger.name)' if the object is that large."
                )
            )
        }
    }
}
