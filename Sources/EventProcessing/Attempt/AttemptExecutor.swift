internal import DurableLedger
internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import Logging
internal import ObjectStorage
internal import TriggerRules

/// Takes one lease from its run to its end in the ledger.
struct AttemptExecutor: Sendable {
    /// So many permanent failures of different objects in a row pause a trigger (DESIGN 5, step 8).
    static let mostFailuresInARow = 20
    /// So many children may die over one object.
    static let mostCrashes = 3

    /// What all parts share.
    let core: ProcessingCore
    /// Records what is seen.
    let intake: Intake
    /// Runs suspects each in a child process; nil runs them like all others.
    let suspects: (any SuspectRunner)?

    /// Runs and ends an attempt; `onRunEnded` is called once when the function needs its place no more.
    func execute(_ attempt: ActiveAttempt, onRunEnded: () -> Void) async -> AttemptReport {
        let began = core.clock.uptime
        core.tell("leased", attempt.lease.delivery.target, delivery: attempt.lease.delivery.id)
        let outcome = await run(attempt)
        onRunEnded()
        switch outcome {
        case .staged(var run):
            run.statistics.duration = core.clock.uptime - began
            return await commit(run, attempt, began: began)
        case .gone:
            return await follow(attempt, .storageNotFound, "was not found")
        case .unwanted:
            return await end(attempt, .skip(reason: "not-matching"))
        case .changed:
            return await follow(attempt, .storageVersionChanged, "changed while it was read")
        case .failed(let error):
            return await fail(attempt, error)
        case .crashed(let failure):
            return await crash(attempt, failure)
        }
    }

    private func run(_ attempt: ActiveAttempt) async -> AttemptOutcome {
        let fingerprint = attempt.configuration.functions[attempt.trigger.function]?.fingerprint
        let assignment = WorkerAssignment(
            attempt.lease,
            ledger: core.ledger.id,
            boot: core.owner.boot,
            fingerprint: fingerprint ?? Fingerprint(hex: ""),
            lane: attempt.configuration.lane(attempt.trigger.name)
        )
        let child = attempt.lease.delivery.isSuspect ? suspects : nil
        let runner = AttemptRunner(
            configuration: attempt.configuration,
            pool: core.pool,
            finisher: core.finisher
        )
        return await attempt.outcome(
            of: {
                guard let child else { return await runner.run(assignment, control: attempt.control) }
                return switch await child.run(assignment, timeout: attempt.trigger.timeout) {
                case .ended(let result): result.outcome
                case .crashed(let failure): .crashed(failure)
                case .failed(let error): .failed(error)
                }
            },
            late: { outcome in
                guard case .staged(let run) = outcome else { return }
                await attempt.configuration.discard(run.places, core.logger)
            }
        )
    }

    private func commit(_ run: StagedRun, _ attempt: ActiveAttempt, began: Duration) async -> AttemptReport {
        let delivery = attempt.lease.delivery
        let committer = Committer(core: core, intake: intake, configuration: attempt.configuration)
        let fingerprint = attempt.configuration.functions[attempt.trigger.function]?.fingerprint
        let outcome = await committer.commit(
            run,
            of: attempt.lease,
            for: attempt.trigger,
            function: fingerprint ?? Fingerprint(hex: "")
        )
        switch outcome {
        case .done:
            core.metrics.done(delivery.target.trigger, run.statistics, took: core.clock.uptime - began)
            if run.version != delivery.version {
                await intake.hint([delivery.target.key], in: delivery.target.bucket)
            }
            return AttemptReport(.fine)
        case .sameContent:
            core.metrics.ended(delivery.target.trigger, "skipped")
            core.tell("skipped", delivery.target, delivery: delivery.id, "same-content")
            core.afterSignal.raise()
            return AttemptReport(.fine)
        case .lost:
            core.metrics.ended(delivery.target.trigger, "lost")
            return AttemptReport(.unknown)
        case .refused(let error):
            return await fail(attempt, error)
        case .fenced(let state):
            core.metrics.ended(delivery.target.trigger, state.rawValue)
            core.tell(state.rawValue, delivery.target, delivery: delivery.id, "the attempt came too late")
            return AttemptReport(.unknown)
        case .interrupted(let error):
            return AttemptReport(error.code == .cancelled ? .unknown : .outage(FailureRecord(error)))
        }
    }

    /// The object is not what the delivery was made for: what it is now is recorded first, then this delivery
    /// gives way to it. Where a look finds it as it was (a proxy's 404; deleted and put again with equal
    /// bytes), the delivery waits and tries again.
    private func follow(
        _ attempt: ActiveAttempt,
        _ code: SluiceError.Code,
        _ words: String
    ) async -> AttemptReport {
        let target = attempt.lease.delivery.target
        if code == .storageNotFound, await isGoneFromLane(attempt) {
            return await end(attempt, .skip(reason: "gone"))
        }
        await intake.hint([target.key], in: target.bucket)
        let failure = FailureRecord(SluiceError(code, "'\(target.bucket):\(target.key)' \(words)."))
        let settle = attempt.configuration.buckets[target.bucket]?.watch.settle ?? .seconds(1)
        let pause = max(settle, waitAfterOutage(of: attempt.lease.delivery) ?? .zero)
        return await end(attempt, .release(failure, at: core.clock.now.advanced(by: pause)))
    }

    /// Nobody watches for a job's lane: it asks the store itself.
    private func isGoneFromLane(_ attempt: ActiveAttempt) async -> Bool {
        let target = attempt.lease.delivery.target
        guard attempt.configuration.lane(target.trigger) != nil,
            let store = attempt.configuration.buckets[target.bucket]?.store
        else { return false }
        do throws(SluiceError) {
            return try await store.head(target.key) == nil
        } catch {
            return false
        }
    }

    private func waitAfterOutage(of delivery: Delivery) -> Duration? {
        let outages = delivery.attempts - delivery.tries - delivery.crashes
        return FailurePolicy.wait(afterOutages: outages, random: core.random.fraction())
    }

    private func crash(_ attempt: ActiveAttempt, _ failure: FailureRecord) async -> AttemptReport {
        if attempt.lease.delivery.crashes + 1 >= Self.mostCrashes {
            return await end(attempt, .dead(failure, countsAgainstTrigger: true))
        }
        return await end(attempt, .crashed(failure, at: core.clock.now.advanced(by: .seconds(1))))
    }

    private func fail(_ attempt: ActiveAttempt, _ error: SluiceError) async -> AttemptReport {
        let delivery = attempt.lease.delivery
        let failure = FailureRecord(error)
        let verdict = FailurePolicy.verdict(
            on: error,
            tries: delivery.tries,
            policy: attempt.trigger.retry,
            random: core.random.fraction(),
            now: core.clock.now
        )
        switch verdict {
        case .dead:
            // A job has a limit of its own, and must not stop live traffic.
            let counts = delivery.deliveryClass != .job
            return await end(attempt, .dead(failure, countsAgainstTrigger: counts))
        case .retry(let moment): return await end(attempt, .retry(failure, at: moment))
        case .release: return await end(attempt, .release(nil, at: nil))
        case .outage:
            let wait = waitAfterOutage(of: delivery)
            _ = await end(attempt, .release(failure, at: wait.map { core.clock.now.advanced(by: $0) }))
            return AttemptReport(.outage(failure))
        }
    }

    private func end(_ attempt: ActiveAttempt, _ outcome: AttemptEnding.Outcome) async -> AttemptReport {
        let delivery = attempt.lease.delivery
        let ending = AttemptEnding(
            delivery: delivery.id,
            token: attempt.lease.token,
            outcome: outcome,
            now: core.clock.now
        )
        guard let result = await core.persist({ () throws(SluiceError) in try await core.ledger.end(ending) })
        else {
            return AttemptReport(.unknown)
        }
        switch result {
        case .fenced(let state):
            core.tell(state.rawValue, delivery.target, delivery: delivery.id, "the attempt came too late")
            return AttemptReport(.unknown)
        case .ended(let state, let failuresInARow):
            report(delivery, outcome, state)
            if state == .dead, failuresInARow >= Self.mostFailuresInARow {
                await pause(delivery.target.trigger, in: delivery.target.bucket, failures: failuresInARow)
            }
            if case .release = outcome { return AttemptReport(.unknown) }
            return AttemptReport(.fine)
        }
    }

    private func report(_ delivery: Delivery, _ outcome: AttemptEnding.Outcome, _ state: DeliveryState) {
        var kind = state.rawValue
        var detail = ""
        switch outcome {
        case .retry(let failure, _):
            detail = "\(failure.code): \(failure.message)"
            if state == .ready { kind = "retry" }
        case .release(let failure, _):
            detail = failure.map { "\($0.code): \($0.message)" } ?? ""
            if state == .ready { kind = "released" }
        case .dead(let failure, _), .crashed(let failure, _):
            detail = "\(failure.code): \(failure.message)"
            if state == .ready { kind = "crashed" }
        case .skip(let reason):
            detail = reason
        }
        core.metrics.ended(delivery.target.trigger, kind)
        core.tell(kind, delivery.target, delivery: delivery.id, detail)
        if state == .dead {
            core.logger.warning(
                "delivery is dead",
                metadata: [
                    "delivery": "\(delivery.id)", "trigger": "\(delivery.target.trigger)",
                    "key": "\(delivery.target.key)", "reason": "\(detail)",
                ]
            )
        }
    }

    private func pause(_ trigger: TriggerName, in bucket: BucketName, failures: Int) async {
        let reason = "function.failing"
        _ = await core.persist { () throws(SluiceError) in
            try await core.ledger.setPaused(trigger, reason: reason, at: core.clock.now)
        }
        core.setPaused(trigger, true)
        core.tell(
            "paused",
            bucket: bucket,
            trigger: trigger,
            "\(reason): \(failures) objects in a row failed for good"
        )
        core.logger.error(
            "trigger is paused",
            metadata: ["trigger": "\(trigger)", "reason": "\(reason)", "failures": "\(failures)"]
        )
    }
}
