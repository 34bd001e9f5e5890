public import ControlPlane
internal import DurableLedger
internal import EventModel
public import EventProcessing
internal import Execution
internal import Glibc
internal import HTTPTransport
public import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import UnixSignals

/// The composition root: lock, ledger, stores, functions, processing, API and signals, in this order.
public struct DaemonService: Sendable {
    private let configuration: SluiceConfiguration
    private let warnings: CheckView
    private let logger: Logger
    private let once: Bool

    /// Describes a service. `warnings` of the configuration are logged at the start; with `once` the service
    /// ends when nothing is left to do.
    public init(configuration: SluiceConfiguration, warnings: CheckView, logger: Logger, once: Bool) {
        self.configuration = configuration
        self.warnings = warnings
        self.logger = logger
        self.once = once
    }

    /// How a service ended that did not fail.
    public enum Ending: Sendable {
        /// It was told to stop.
        case stopped
        /// One round was told to stop by this signal, before its end.
        case interrupted(signal: Int32)
        /// One round ended by itself.
        case round(RoundReport)
    }

    /// Runs until a signal, or with `once` until nothing is left to do that can be done now.
    public func run() async throws -> Ending {
        let state = try StateDirectory.open(configuration.state, for: .service)
        prepareProcess()
        FindingLog.write(warnings, to: logger)
        let clock = SystemTimeSource()
        let random = SystemRandomSource()
        let ledger = try await state.openLedger(by: random)
        let assembly = ProcessingAssembly(
            state: configuration.state,
            capabilities: LedgerCapabilities(ledger: ledger)
        )
        let attempts = BlockingPool(name: "attempt", limit: configuration.workers)
        let processor = EventProcessor(
            ledger: ledger,
            configuration: try assembly.processing(configuration),
            clock: clock,
            random: random,
            pool: attempts,
            suspects: suspects,
            logger: logger
        )
        let reloader = Reloader(configuration, assembly: assembly, processor: processor, logger: logger)
        let api = API(
            operations: processor,
            host: API.Host(
                boot: clock.now.description,
                reload: { await reloader.reload() },
                metrics: { ProcessingFamilies.families(of: processor.metrics) }
            ),
            clock: clock
        )
        logger.notice(
            "Sluice starts.",
            metadata: [
                "version": "\(Version.current)", "state": "\(state.path)",
                "configuration": "\(configuration.file)",
            ]
        )
        let course = Course()
        do {
            let doors: [any Service] = doors(api, state) + (try webhook(processor, clock))
            let signals = await SignalListener.trap()
            try await group(processor, doors: doors, reloader, course, signals).run()
        } catch {
            await ledger.close()
            throw error
        }
        await ledger.close()
        withExtendedLifetime(state) { logger.notice("Sluice has stopped.") }
        return course.ending
    }

    /// Services stop in reverse order: the processing drains while the API still answers, signals are heard
    /// to the end.
    private func group(
        _ processor: EventProcessor,
        doors: [any Service],
        _ reloader: Reloader,
        _ course: Course,
        _ trapped: UnixSignalsSequence
    ) -> ServiceGroup {
        let stop = StopSwitch()
        let signals = SignalListener(
            trapped,
            logger: logger,
            onHangUp: { _ = await reloader.reload() },
            onStop: { signal in
                course.stopped(by: signal)
                await stop.flip()
            }
        )
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let worker: any Service = once ? OneRound(processor: processor, course: course) : processor
        let services: [any Service] = [signals] + doors + [worker]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup
                    )
                },
                logger: quiet
            )
        )
        stop.connect { await group.triggerGracefulShutdown() }
        return group
    }

    private func doors(_ api: API, _ state: StateDirectory) -> [APIServer] {
        let logger = self.logger
        var doors = [
            APIServer(
                api: api,
                door: .socket(directory: state.descriptor, name: StateDirectory.socketName),
                logger: logger
            )
        ]
        if let listen = configuration.listen {
            if !listen.isLoopback {
                logger.warning(
                    "The API listens beyond this machine, without encryption.",
                    metadata: [
                        "address": "\(listen.host):\(listen.port)", "hint": "Put a TLS proxy before it.",
                    ]
                )
            }
            doors.append(
                APIServer(
                    api: api,
                    door: .tcp(
                        host: listen.host,
                        port: listen.port,
                        token: listen.token,
                        names: listen.allowedHosts
                    ),
                    logger: logger,
                    onBound: { port in logger.info("The API listens.", metadata: ["port": "\(port ?? 0)"]) }
                )
            )
        }
        return doors
    }

    /// Where stores post their notifications; not while one round runs, which scans everything anyway.
    private func webhook(
        _ processor: EventProcessor,
        _ clock: any TimeSource
    ) throws(SluiceError) -> [any Service] {
        guard let settings = configuration.webhook, !once else { return [] }
        let logger = self.logger
        let webhook = WebhookServer(
            settings: settings,
            receiver: processor,
            client: try HTTPClient(),
            clock: clock,
            logger: logger,
            onBound: { port in logger.info("The webhook listens.", metadata: ["port": "\(port ?? 0)"]) }
        )
        return [webhook]
    }

    /// Suspects run in children of this very program, also when its file was replaced meanwhile (proc(5)).
    private var suspects: any SuspectRunner {
        ProcessSuspectRunner(
            executable: "/proc/self/exe",
            arguments: ["worker", "--config", configuration.file],
            pool: BlockingPool(name: "suspect", limit: 4)
        )
    }

    private func prepareProcess() {
        if geteuid() == 0 {
            logger.warning(
                "Sluice runs as root.",
                metadata: ["hint": "Give it a user of its own; deploy/sluice.service shows how."]
            )
        }
        signal(SIGPIPE, SIG_IGN)
        var limit = rlimit()
        // Every watched directory, attempt and connection takes descriptors.
        if unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0,
            limit.rlim_cur < limit.rlim_max
        {
            limit.rlim_cur = min(limit.rlim_max, 1 << 20)
            unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        }
    }
}

/// Processes what is there, then ends; told to stop, it lets what runs end first.
private struct OneRound: Service {
    let processor: EventProcessor
    let course: Course

    func run() async throws {
        let report = try await withGracefulShutdownHandler {
            try await processor.runUntilIdle()
        } onGracefulShutdown: {
            processor.stop()
        }
        course.ended(report)
    }
}

/// How the service goes, told by those who know.
private final class Course: Sendable {
    private struct State {
        var signal: UnixSignal?
        var report: RoundReport?
    }

    private let state = Mutex(State())

    func stopped(by signal: UnixSignal) { state.withLock { $0.signal = signal } }

    func ended(_ report: RoundReport) { state.withLock { $0.report = report } }

    /// A signal that came when the round was through changes nothing.
    var ending: DaemonService.Ending {
        let state = state.withLock { $0 }
        guard let report = state.report else { return .stopped }
        if report.wasStopped, let signal = state.signal {
            return .interrupted(signal: signal == .sigint ? SIGINT : SIGTERM)
        }
        return .round(report)
    }
}
