/// What became of the objects of a notification.
public struct NotifiedTally: Sendable, Hashable {
    /// How many objects it spoke of.
    public var received = 0
    /// Of buckets that nobody watches by this way, or of keys that no bucket can have; nothing was asked.
    public var ignored = 0
    /// The ledger knew the version; nothing was asked.
    public var known = 0
    /// Looks at the store.
    public var asked = 0
    /// Those that were there under the alternate form of their key only (trap N03).
    public var alternate = 0
    /// Deliveries that were made.
    public var delivered = 0
    /// Those that could not be decided now: an output under commit, a row that moves under our eyes, a writer
    /// at work. A message that speaks of one is not acknowledged.
    public var undecided: Set<NotifiedObject> = []

    /// Counts nothing yet.
    public init() {}

    /// Adds another tally.
    public static func += (left: inout Self, right: Self) {
        left.received += right.received
        left.ignored += right.ignored
        left.known += right.known
        left.asked += right.asked
        left.alternate += right.alternate
        left.delivered += right.delivered
        left.undecided.formUnion(right.undecided)
    }
}
