internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Listens to signals: the first SIGTERM or SIGINT stops gracefully, a second one at once; SIGHUP reloads.
struct SignalListener: Service {
    private let signals: UnixSignalsSequence
    private let logger: Logger
    private let onHangUp: @Sendable () async -> Void
    private let onStop: @Sendable (UnixSignal) async -> Void

    /// Takes signals from now on: before anything works that one could end in the middle.
    static func trap() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    }

    /// Calls `onHangUp` for each SIGHUP and `onStop` for the first SIGTERM or SIGINT of those that `trap`
    /// takes.
    init(
        _ signals: UnixSignalsSequence,
        logger: Logger,
        onHangUp: @escaping @Sendable () async -> Void,
        onStop: @escaping @Sendable (UnixSignal) async -> Void
    ) {
        self.signals = signals
        self.logger = logger
        self.onHangUp = onHangUp
        self.onStop = onStop
    }

    /// Listens until the group has stopped everything else.
    func run() async throws {
        var isStopping = false
        for await signal in signals.cancelOnGracefulShutdown() {
            if signal == .sighup {
                await onHangUp()
            } else if isStopping {
                // What was decided is in the ledger and is rolled forward at the next start; everything else
                // runs again.
                logger.warning("Stopped at once by a second signal.", metadata: ["signal": "\(signal)"])
                _exit(1)
            } else {
                isStopping = true
                logger.notice("Stopping.", metadata: ["signal": "\(signal)"])
                await onStop(signal)
            }
        }
    }
}
