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
    /// How the text is cut into records.
    var framing: any Framing { get }
    /// What surrounds the encoded records in each output, and how records are counted there.
    var outputFrame: OutputFrame { get }
    /// The same processor with fresh memory for one run, where steps remember records.
    func forRun() -> any BlockProcessor
    /// What the next block must know of the text up to its beginning; called in order, on the driver's
    /// thread.
    func carry(_ carry: [UInt8], over block: borrowing Block) -> [UInt8]
    /// What users should know of how the unit was read: which format was recognised.
    func notes(on unit: UnitContext) -> [String]
    /// Processes one block: appends encoded records to `output.encoded`, rejected ones to `output.rejects`,
    /// and counts them.
    ///
    /// Every reject ends with one `\n` and holds no other; encoded records are counted by the output frame.
    /// `text` holds whole records; where `index` is nil, each is ended by `\n` except perhaps the last of the
    /// unit. After its last byte lie at least `ByteBuffer.padding` readable bytes. Throws only what fails the
    /// object as a whole (`engine.*`).
    func process(
        _ block: borrowing Block,
        into output: BlockOutput,
        scratch: any BlockScratch
    ) throws(SluiceError)
}

extension BlockProcessor {
    /// Records are lines.
    public var framing: any Framing { LineFraming() }
    /// One line a record, and nothing else.
    public var outputFrame: OutputFrame { OutputFrame() }
    /// Nothing is remembered.
    public func forRun() -> any BlockProcessor { self }
    /// Nothing is carried on.
    public func carry(_ carry: [UInt8], over block: borrowing Block) -> [UInt8] { carry }
    /// Nothing to say.
    public func notes(on unit: UnitContext) -> [String] { [] }
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
    /// Where the records lie; nil where every line is one.
    public let index: RecordIndex?
    /// The unit that the block is part of; set by the driver.
    public var unit = UnitContext.unknown
    /// What the parser's carry made of the text before this block; set by the driver.
    public var carry: [UInt8] = []

    /// Makes a block.
    public init(
        text: ByteBuffer,
        firstRecord: UInt64,
        recordCount: UInt64,
        oversized: [OversizedRecord] = [],
        index: RecordIndex? = nil
    ) {
        self.text = text
        self.index = index
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
    /// Encoded records of the output without a name, in order.
    public let encoded = ByteBuffer()
    /// Encoded records of further outputs, in the order in which they appeared in the block.
    public internal(set) var named: [NamedOutput] = []
    private var spare: [ByteBuffer] = []
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

    /// The buffer of a further output; made when it is asked for the first time.
    func buffer(of name: OutputName) -> ByteBuffer {
        if let known = named.first(where: { $0.name == name }) { return known.encoded }
        let buffer = spare.popLast() ?? ByteBuffer()
        named.append(NamedOutput(name: name, encoded: buffer))
        return buffer
    }

    /// Forgets everything and keeps the memory.
    func clear() {
        encoded.removeAll()
        for output in named {
            output.encoded.removeAll()
            spare.append(output.encoded)
        }
        named.removeAll(keepingCapacity: true)
        rejects.removeAll()
        tally = RecordTally()
        counters.removeAll(keepingCapacity: true)
    }
}
