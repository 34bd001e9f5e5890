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
    private let stopSignal = Signal()
    private let recovery: Recovery

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
        recovery = Recovery(core: core, intake: intake)
    }

    /// Counters of this boot.
    public var metrics: ProcessingMetrics { core.metrics.snapshot }

    /// Runs as a service until a graceful shutdown, `stop`, or cancellation, which ends at once and counts
    /// as unclean.
    public func run() async throws {
        let rest = try await recovery.begin()
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await serve(rest)
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

    /// Recovers, scans every watched bucket once, and processes until nothing runs and nothing is due;
    /// deliveries that wait for a later try keep waiting.
    public func runUntilIdle() async throws(SluiceError) {
        let rest = try await recovery.begin()
        await recovery.goOn(with: rest)
        try await processUntilIdle()
        try await end()
    }

    /// Begins a graceful stop: nothing more is leased, what runs is drained, the rest is released without a
    /// try.
    public func stop() { stopSignal.raise() }

    /// Swaps the configuration. New triggers begin their baseline; watchers begin anew; attempts keep their
    /// snapshot.
    public func reload(_ configuration: ProcessingConfiguration) async throws(SluiceError) {
        let registrations = Recovery.registrations(configuration)
        let rows = try await core.ledger.registerTriggers(registrations, at: core.clock.now)
        // The baselines first: a listing under way must not take what was there before for new.
        core.take(rows)
        core.replace(configuration: configuration)
        supervisor.restart()
        core.dispatchSignal.raise()
        core.afterSignal.raise()
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
                await self.stopWhenAsked()
                return .last
            }
            for await part in group where part == .last { break }
            group.cancelAll()
        }
    }

    /// Drains after a `stop`: up to 25 s for attempts to end by themselves, then they are told to, then left
    /// behind.
    private func stopWhenAsked() async {
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

    private func processUntilIdle() async throws(SluiceError) {
        while true {
            let results = await withTaskGroup(of: Result<Void, SluiceError>.self) { group in
                dispatcher.holdIdle()
                group.addTask {
                    await Self.result { () throws(SluiceError) in try await self.dispatcher.run(.untilIdle) }
                }
                group.addTask {
                    let result = await Self.result { () throws(SluiceError) in
                        try await self.supervisor.scanOnce()
                    }
                    self.dispatcher.releaseIdle()
                    return result
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for result in results { try result.get() }
            _ = try await after.performDue()
            // An after-action may have put an object where a trigger waits for it.
            let counters = try await core.ledger.counters()
            let backlog = try await core.ledger.backlog(at: core.clock.now)
            let isIdle = backlog.oldestReady == nil || !counters.contains { $0.state == .ready }
            if isIdle || !dispatcher.outages.isEmpty || Task.isCancelled { return }
        }
    }

    private static func result(
        _ body: () async throws(SluiceError) -> Void
    ) async -> Result<Void, SluiceError> {
        do throws(SluiceError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    /// Ends the boot cleanly if every lease was ended.
    private func end() async throws(SluiceError) {
        guard !Task.isCancelled, !core.isUnclean else { return }
        try await core.ledger.endBoot(core.owner, at: core.clock.now)
        core.logger.info("boot ends cleanly", metadata: ["boot": "\(core.owner.boot)"])
    }
}
