/// What came by one way, for one bucket, since this boot began.
public struct NotificationCounts: Sendable, Hashable {
    /// Objects that were looked at, or known, or ignored; what is recorded of them is on stable storage.
    public var received: UInt64 = 0
    /// Messages without objects; objects of no bucket, of an unwatched one, or of keys that cannot be.
    public var ignored: UInt64 = 0
    /// Objects whose version the ledger knew.
    public var known: UInt64 = 0
    /// Looks at the store.
    public var asked: UInt64 = 0
    /// Objects that were there under the alternate form of their key only (trap N03).
    public var alternate: UInt64 = 0
    /// Objects that could not be decided, for the store or the ledger did not answer, or something was
    /// changing them; their messages were not acknowledged.
    public var failed: UInt64 = 0
    /// Messages that cannot be read.
    public var refused: UInt64 = 0

    /// Counts nothing yet.
    public init() {}

    /// The counts by the word of their outcome, in the order they are shown.
    public var byOutcome: [(outcome: String, count: UInt64)] {
        [
            ("received", received), ("ignored", ignored), ("known", known), ("asked", asked),
            ("alternate_key", alternate), ("failed", failed), ("refused", refused),
        ]
    }
}
