internal import EventModel
internal import Execution
internal import Synchronization

/// Tells a running attempt to end: its deadline passed, an operator cancelled it, or the service stops.
final class AttemptControl: Sendable {
    private let clock: any TimeSource
    private let deadline: Duration
    private let timeout: Duration
    private let isCancelled = Atomic(false)

    /// Starts the time of an attempt that may run for `timeout`.
    init(clock: any TimeSource, timeout: Duration) {
        self.clock = clock
        self.timeout = timeout
        deadline = clock.uptime + timeout
    }

    /// The uptime at which the attempt has run too long.
    var deadlineUptime: Duration { deadline }

    /// Tells the attempt to end at its next check.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Throws `system.cancelled` or `function.timeout` when the attempt shall end.
    func check() throws(SluiceError) {
        if isCancelled.load(ordering: .relaxed) {
            throw SluiceError(.cancelled, "The attempt was told to end.")
        }
        guard clock.uptime < deadline else {
            throw SluiceError(
                .deadlineExceeded,
                "The attempt ran longer than \(timeout).",
                hint: "Raise `timeout:` of the trigger if the object is that large."
            )
        }
    }
}
