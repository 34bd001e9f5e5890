internal import DurableLedger

/// What an attempt's end tells the dispatcher.
struct AttemptReport: Sendable {
    /// What an attempt told of its surroundings.
    enum Surroundings: Sendable {
        /// They work.
        case fine
        /// They do not.
        case outage(FailureRecord)
        /// Nothing.
        case unknown
    }

    /// Whether store, function and ledger work.
    let surroundings: Surroundings

    /// Describes an attempt's end.
    init(_ surroundings: Surroundings) { self.surroundings = surroundings }
}
