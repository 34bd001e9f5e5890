/// Where each record of a block lies, in order, where records are not simply lines.
///
/// Filled by the framer on the driver's thread; its memory is reused from block to block.
public final class RecordIndex {
    /// A record of the block's text.
    public struct Slice: Sendable, Hashable {
        /// Where it begins.
        public let offset: UInt32
        /// Its length in bytes, without what separates it from the next.
        public let length: UInt32

        /// Describes a record.
        public init(offset: Int, length: Int) {
            self.offset = UInt32(truncatingIfNeeded: offset)
            self.length = UInt32(truncatingIfNeeded: length)
        }
    }

    /// What the framer found out about one record.
    struct Mark: Hashable {
        /// Number of the slice.
        let slice: Int
        /// Why the record is rejected; nil where it is one that was cut off at `max_record`.
        let reason: RejectReason?
    }

    /// The records; they do not overlap, and offsets rise.
    public internal(set) var slices: [Slice] = []
    /// The records that are special, by rising number.
    var marks: [Mark] = []

    /// An empty index.
    public init() {}

    /// Numbers of the records that the framer rejects, within the block.
    public var rejectedSlices: [Int] { marks.filter { $0.reason != nil }.map(\.slice) }

    /// Numbers of the records that were cut off, within the block.
    public var truncatedSlices: [Int] { marks.filter { $0.reason == nil }.map(\.slice) }

    /// Forgets the records and keeps the memory.
    func removeAll() {
        slices.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
    }
}
