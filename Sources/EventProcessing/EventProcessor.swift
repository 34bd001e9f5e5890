public import DurableLedger
public import EventModel
public import Execution
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// The heart of the service: watches buckets, keeps the ledger, runs functions, commits their outputs and
/// chains them.
///
/// One value is one boot. `run` goes on until a graceful stop; `runUntilIdle` ends when nothing is left to
/// do.
public final class EventProcessor: Service {
    /// How long a stop waits for attempts before it tells them to end.
    public static let drain = Duration.seconds(25)
    /// How long it waits after that before it goes on without them.
    static let lastGrace = Duration.seconds(3)

    /// What all parts share.
    let core: ProcessingCore
    /// Records what is seen.
    let intake: Intake
    /// Leases and runs.
    let dispatcher: Dispatcher
    /// Performs after-actions.
    let after: AfterPerformer
    /// Keeps the buckets watched.
    let supervisor: WatchSupervisor
    /// What a boot does before anything is leased.
    let recovery: Recovery
    /// Ends the looking at buckets of one round.
    let lookStop = Signal()
    /// Carries jobs.
    let jobs: JobRunner
    /// Makes the jobs of schedules.
    let schedule: ScheduleRunner
    private let stopSignal = Signal()
    private let isStopping = Atomic(false)

    /// Makes the processing of one boot. `pool` runs the attempts and is not the stores' own; `suspects`
    /// runs what was leased at an unclean stop each in a child process, nil runs it like everything else.
    public init(
        ledger: any Ledger,
        configuration: ProcessingConfiguration,
        clock: any TimeSource = SystemTimeSource(),
        random: any RandomSource = SystemRandomSource(),
        pool: BlockingPool,
        suspects: (any SuspectRunner)? = nil,
        logger: Logger
    ) {
        let owner = OwnerID(boot: random.hexadecimal(digitCount: 16))
        core = ProcessingCore(
            ledger: ledger,
            configuration: configuration,
            clock: clock,
            random: random,
            pool: pool,
            owner: owner,
            logger: logger
        )
        intake = Intake(core: core)
        dispatcher = Dispatcher(core: core, intake: intake, suspects: suspects)
        after = AfterPerformer(core: core, intake: intake)
        supervisor = WatchSupervisor(core: core, intake: intake)
        jobs = JobRunner(core: core)
        schedule = ScheduleRunner(core: core)
        recovery = Recovery(core: core, intake: intake)
    }

    /// Counters of this boot.
    public var metrics: ProcessingMetrics { core.metrics.snapshot }

    /// Runs as a service until a graceful shutdown, `stop`, or cancellation, which ends at once and counts
    /// as unclean.
    public func run() async throws {
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                let rest = try await begin()
                if !isStopping.load(ordering: .acquiring) { await serve(rest) }
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            self.dispatcher.stop()
            self.dispatcher.cancel(nil)
            self.dispatcher.giveUpAll()
        }
        if let failure = core.ledgerFailure { throw failure }
        try await end()
    }

    /// Begins a graceful stop: nothing more is leased, what runs is drained, the rest is released without a
    /// try.
    public func stop() {
        isStopping.store(true, ordering: .releasing)
        stopSignal.raise()
        lookStop.raise()
    }

    /// Swaps the configuration. New triggers begin their baseline; watchers begin anew; attempts keep their
    /// snapshot.
    public func reload(_ configuration: ProcessingConfiguration) async throws(SluiceError) {
        let lanes = JobLane.lanes(of: try await core.ledger.openJobs(), configuration)
        // The baselines first: a listing under way must not take what was there before for new.
        try await core.register(configuration.with(lanes: lanes), at: core.clock.now)
        core.replace(configuration: configuration)
        core.replace(lanes: lanes)
        supervisor.restart()
        core.dispatchSignal.raise()
        core.afterSignal.raise()
        core.scheduleSignal.raise()
    }

    /// Begins the boot; a stop ends it early, for a store that does not answer may take its time.
    private func begin() async throws(SluiceError) -> [PendingCommit] {
        let result = await withTaskGroup(of: Result<[PendingCommit], SluiceError>?.self) { group in
            group.addTask {
                await Self.result { () throws(SluiceError) in try await self.recovery.begin() }
            }
            group.addTask {
                await self.stopSignal.wait()
                return nil
            }
            var result: Result<[PendingCommit], SluiceError>?
            for await answer in group {
                result = result ?? answer
                group.cancelAll()
            }
            return result
        }
        return try result?.get() ?? []
    }

    private enum Part: Sendable {
        /// The dispatcher has drained, or the time for that is over.
        case last
        case other
    }

    private func serve(_ rest: [PendingCommit]) async {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                // What it throws is `core.ledgerFailure`, and thrown again when all else has ended.
                try? await self.dispatcher.run(.service)
                return .last
            }
            group.addTask {
                await self.supervisor.run()
                return .other
            }
            group.addTask {
                await self.after.run()
                return .other
            }
            group.addTask {
                await self.recovery.goOn(with: rest)
                return .other
            }
            group.addTask {
                await Housekeeping(core: self.core, recovery: self.recovery, rest: rest).run()
                return .other
            }
            group.addTask {
                await self.jobs.run()
                return .other
            }
            group.addTask {
                await self.schedule.run()
                return .other
            }
            group.addTask {
                await self.stopWhenAsked()
                return .last
            }
            for await part in group where part == .last { break }
            group.cancelAll()
        }
    }

    /// Drains after a `stop`: up to 25 s for attempts to end by themselves, then they are told to, then left
    /// behind.
    func stopWhenAsked() async {
        await stopSignal.wait()
        guard !Task.isCancelled else { return }
        core.logger.info("stopping", metadata: ["active": "\(dispatcher.activeCount)"])
        supervisor.stop()
        dispatcher.stop()
        core.note(problem: "the service is stopping", about: "stop")
        do {
            try await core.clock.sleep(for: Self.drain)
            dispatcher.cancel(nil)
            try await core.clock.sleep(for: Self.lastGrace)
            dispatcher.giveUpAll()
        } catch {
            // Cancelled: the dispatcher has drained before the time was up.
        }
    }

    /// What a call comes to.
    static func result<Value: Sendable>(
        _ body: () async throws(SluiceError) -> Value
    ) async -> Result<Value, SluiceError> {
        do throws(SluiceError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    /// Ends the boot cleanly if every lease was ended.
    func end() async throws(SluiceError) {
        guard !Task.isCancelled, !core.isUnclean else { return }
        try await core.ledger.endBoot(core.owner, at: core.clock.now)
        core.logger.info("boot ends cleanly", metadata: ["boot": "\(core.owner.boot)"])
    }
}
