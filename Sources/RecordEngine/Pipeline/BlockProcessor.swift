public import EventModel

/// The pure heart of a pipeline: one block of whole records in, encoded records out.
///
/// It is `[parse → steps → encode]` of one compiled function, and any thread may run it. The driver cuts the
/// text into blocks, runs processors on as many threads as it has, gathers what they encoded in the order of
/// the blocks, compresses and writes it.
public protocol BlockProcessor: Sendable {
    /// Whether blocks may run at the same time and in any order.
    ///
    /// A pipeline with a stateful step runs block after block.
    var isStateless: Bool { get }
    /// Makes the memory that one thread reuses from block to block.
    func makeScratch() -> any BlockScratch
    /// Processes one block: appends encoded records to `output.encoded`, rejected ones to `output.rejects`,
    /// and counts them.
    ///
    /// Every encoded record, and every reject, ends with one `\n` and holds no other: the driver counts them
    /// so. `text` holds whole records, each ended by `\n` except perhaps the last of the object; after its
    /// last byte lie at least `ByteBuffer.padding` readable bytes. Throws only what fails the object as a
    /// whole (`engine.*`).
    func process(
        _ block: borrowing Block,
        into output: BlockOutput,
        scratch: any BlockScratch
    ) throws(SluiceError)
}

/// Memory that one thread reuses from block to block; belongs to the processor that made it.
public protocol BlockScratch: AnyObject {}

/// The unit of compute: whole records.
public struct Block: ~Copyable {
    /// The text; `count` bytes of whole records.
    public let text: ByteBuffer
    /// Number of the block's first record within the object, from 1 (the line number of rejects).
    public let firstRecord: UInt64
    /// How many records the splitter cut, the oversized ones included: `in` of the conservation law.
    public let recordCount: UInt64
    /// Records that the splitter had to give up (longer than `max_record`), by rising number; the processor
    /// rejects them.
    ///
    /// They are not part of `text`, but their numbers count: the k-th line of `text` is record `firstRecord +
    /// k` plus however many oversized records come before it.
    public let oversized: [OversizedRecord]

    /// Makes a block.
    public init(text: ByteBuffer, firstRecord: UInt64, recordCount: UInt64, oversized: [OversizedRecord] = [])
    {
        self.text = text
        self.firstRecord = firstRecord
        self.recordCount = recordCount
        self.oversized = oversized
    }
}

/// A record that is longer than the limit (trap J06); the records after it are processed.
public struct OversizedRecord: Sendable {
    /// Number within the object, from 1.
    public let record: UInt64
    /// The record's whole length in bytes.
    public let byteCount: UInt64
    /// Its first bytes, at most 1 KiB.
    public let prefix: [UInt8]
    /// Describes an oversized record.
    public init(record: UInt64, byteCount: UInt64, prefix: [UInt8]) {
        self.record = record
        self.byteCount = byteCount
        self.prefix = prefix
    }
}

/// What one block became.
///
/// Pooled by the driver, cleared before each use.
public final class BlockOutput {
    /// Encoded records, in order.
    public let encoded = ByteBuffer()
    /// Rejected records, encoded as NDJSON with line number, reason and original bytes.
    public let rejects = ByteBuffer()
    /// Where the block's records went.
    ///
    /// `input` is set by the driver from the splitter's count; `output` by the driver from the encoded bytes;
    /// the processor counts the rest.
    public var tally = RecordTally()
    /// Counters of the processor's own, by step for example; the driver adds them up, element by element,
    /// over all blocks.
    public var counters: [UInt64] = []

    /// An empty output.
    public init() {}

    /// Forgets everything and keeps the memory.
    func clear() {
        encoded.removeAll()
        rejects.removeAll()
        tally = RecordTally()
        counters.removeAll(keepingCapacity: true)
    }
}
