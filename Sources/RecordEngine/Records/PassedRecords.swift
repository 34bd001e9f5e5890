/// Records of a batch's text that were passed over, because a search showed that they do not matter.
struct PassedRecords {
    /// How many were passed over just before each record of the batch; empty where none were.
    private(set) var before: [UInt32] = []
    /// How many were passed over behind the last record.
    var behind: UInt32 = 0
    /// All of them.
    var count: UInt64 { before.reduce(UInt64(behind)) { $0 &+ UInt64($1) } }

    /// Notes how many stand before the next record.
    mutating func append(_ count: Int) { before.append(UInt32(truncatingIfNeeded: count)) }

    /// None; the memory stays.
    mutating func removeAll() {
        before.removeAll(keepingCapacity: true)
        behind = 0
    }
}
