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
