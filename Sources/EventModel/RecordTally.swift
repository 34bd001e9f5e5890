/// Where the records of one object went; the law `in + created = out + dropped + rejected + deduplicated +
/// aggregated` is checked before an output is committed (DESIGN 3, promise 4).
public struct RecordTally: Hashable, Sendable, Codable {
    /// Records that the splitter cut out of the input.
    public var input: UInt64 = 0
    /// Records that steps made beyond those they were given.
    public var created: UInt64 = 0
    /// Records that the writer encoded, counted from the encoded bytes.
    public var output: UInt64 = 0
    /// Records that a step dropped on purpose.
    public var dropped: UInt64 = 0
    /// Records that could not be read or processed and went to the rejects.
    public var rejected: UInt64 = 0
    /// Records that a `dedupe` step took out.
    public var deduplicated: UInt64 = 0
    /// Records that an `aggregate` step took in.
    public var aggregated: UInt64 = 0

    /// A tally of nothing.
    public init() {}

    /// Whether every record is accounted for.
    public var isBalanced: Bool {
        input &+ created == output &+ dropped &+ rejected &+ deduplicated &+ aggregated
    }

    /// Adds another tally to this one.
    public static func += (left: inout Self, right: Self) {
        left.input &+= right.input
        left.created &+= right.created
        left.output &+= right.output
        left.dropped &+= right.dropped
        left.rejected &+= right.rejected
        left.deduplicated &+= right.deduplicated
        left.aggregated &+= right.aggregated
    }
}
