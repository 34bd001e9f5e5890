public import EventModel

/// What a part of the service found out, kept in the ledger under a name of its choice.
public struct LedgerNote: Sendable, Hashable {
    /// Whatever was to be remembered.
    public let text: String
    /// When it was remembered.
    public let at: Timestamp

    /// Describes a note.
    public init(text: String, at: Timestamp) {
        self.text = text
        self.at = at
    }
}

/// A note that is kept together with a new job, in one transaction.
public struct JobNote: Sendable {
    /// The note's name.
    public let name: String
    /// Its text, once the job's number is known.
    public let text: @Sendable (JobID) -> String

    /// Describes a note.
    public init(_ name: String, text: @escaping @Sendable (JobID) -> String) {
        self.name = name
        self.text = text
    }
}
