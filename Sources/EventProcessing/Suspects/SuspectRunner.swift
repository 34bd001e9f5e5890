public import DurableLedger
public import EventModel

/// Runs an attempt where its death harms nobody else: in a child process (DESIGN 5, step 8; traps Q05, Q06).
public protocol SuspectRunner: Sendable {
    /// Runs one attempt alone, at most for `timeout`.
    func run(_ assignment: WorkerAssignment, timeout: Duration) async -> SuspectEnd
}

/// How a child ended.
public enum SuspectEnd: Sendable {
    /// It did its work and said what came of it.
    case ended(WorkerResult)
    /// It died by a signal: this counts against the object.
    case crashed(FailureRecord)
    /// It could not be started, or ended without an answer.
    case failed(SluiceError)
}
