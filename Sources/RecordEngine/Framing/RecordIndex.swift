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

    /// The records; they do not overlap, and offsets rise.
    public internal(set) var slices: [Slice] = []

    /// An empty index.
    public init() {}

    /// Forgets the records and keeps the memory.
    func removeAll() { slices.removeAll(keepingCapacity: true) }
}
