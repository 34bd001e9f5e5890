internal import DurableLedger
internal import EventModel
internal import FunctionRuntime
internal import Synchronization
internal import TriggerRules

/// One attempt in flight, as the dispatcher knows it.
final class ActiveAttempt: Sendable {
    /// A function that does not heed its deadline is given up so much later.
    static let grace = Duration.seconds(5)

    /// The right to the delivery.
    let lease: Lease
    /// Its trigger, from `configuration`.
    let trigger: Trigger
    /// The snapshot that the attempt is bound to.
    let configuration: ProcessingConfiguration
    /// Bytes of codec windows that its function may need.
    var windowBytes: Int { configuration.functions[trigger.function]?.windowBytes ?? 0 }
    /// Tells the function to end.
    let control: AttemptControl
    /// The run's outcome, or its being given up, whichever comes first.
    let ending = OneShot<AttemptOutcome>()
    private let run = Mutex<Task<Void, Never>?>(nil)

    /// An attempt that is about to run.
    init(lease: Lease, trigger: Trigger, configuration: ProcessingConfiguration, control: AttemptControl) {
        self.lease = lease
        self.trigger = trigger
        self.configuration = configuration
        self.control = control
    }

    /// Runs `operation` and waits for its outcome, or for the attempt's being given up. An operation that is
    /// given up goes on to its end, for threads cannot be stopped; what it stages afterwards is handed to
    /// `late`.
    func outcome(
        of operation: @escaping @Sendable () async -> AttemptOutcome,
        late: @escaping @Sendable (AttemptOutcome) async -> Void
    ) async -> AttemptOutcome {
        let task = Task {
            let outcome = await operation()
            if !ending.set(outcome) { await late(outcome) }
        }
        run.withLock { $0 = task }
        let outcome = await ending.value()
        run.withLock { $0 = nil }
        return outcome
    }

    /// Tells the function to end.
    func cancel() { control.cancel() }

    /// Goes on without the function's answer.
    func giveUp(_ error: SluiceError) {
        control.cancel()
        guard ending.set(.failed(error)) else { return }
        run.withLock { $0 }?.cancel()
    }
}
