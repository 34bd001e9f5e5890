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
    /// Whether steps name outputs: the one without a name is then opened with its first record, not at once.
    var namesOutputs: Bool { get }
    /// When an output with a name is full and its next part begins; nil where it never is.
    var outputRoll: OutputRoll? { get }
    /// The same processor with fresh memory for one result, where steps remember records.
    ///
    /// Asked once for each unit, or once for the object where its members are merged: what a damaged member
    /// left in a step's memory must not decide about the records of another.
    func forRun() -> any BlockProcessor
    /// What the next block must know of the text up to its beginning; called in order, on the driver's
    /// thread.
    func carry(_ carry: [UInt8], over block: borrowing Block) -> [UInt8]
    /// What users should know of how the unit was read: which format was recognised.
    func notes(on unit: UnitContext) -> [String]
    /// Whether the records are folded into groups, so that blocks themselves write nothing.
    var folds: Bool { get }
    /// What the records of one result are folded into; nil where each is written by itself.
    func makeAggregation() -> Aggregation?
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
    /// All records go to one output.
    public var namesOutputs: Bool { false }
    /// Outputs are never full.
    public var outputRoll: OutputRoll? { nil }
    /// Nothing is remembered.
    public func forRun() -> any BlockProcessor { self }
    /// Nothing is carried on.
    public func carry(_ carry: [UInt8], over block: borrowing Block) -> [UInt8] { carry }
    /// Nothing is folded.
    public var folds: Bool { false }
    /// Nothing is folded.
    public func makeAggregation() -> Aggregation? { nil }
    /// Nothing to say.
    public func notes(on unit: UnitContext) -> [String] { [] }
}

/// Memory that one thread reuses from block to block; for the processor that made it, and for all that its
/// `forRun` made.
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
    public internal(set) var encoded = ByteBuffer()
    /// Encoded records of all outputs with names, in the order of the block.
    ///
    /// One buffer for all of them: a buffer each would grow with the number of outputs.
    let mixed = ByteBuffer()
    /// Which output each stretch of `mixed` belongs to.
    private(set) var runs: [OutputRun] = []
    /// The names by number: those of the block's `OutputTable`.
    var names: [OutputName] = []
    /// What the block's records were folded into; nil where they are written one by one.
    private(set) var groups: AggregateTable?
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

    /// The empty table that the block's records are folded into.
    func makeGroups(_ plan: AggregatePlan) -> AggregateTable {
        let table = groups ?? AggregateTable(plan)
        groups = table
        return table
    }

    /// Notes that `mixed` has grown by this many bytes of the output with this number.
    func addRun(of number: UInt32, byteCount: Int) {
        if byteCount == 0 { return }
        if let last = runs.indices.last, runs[last].number == number {
            runs[last].byteCount &+= byteCount
        } else {
            runs.append(OutputRun(number: number, byteCount: byteCount))
        }
    }

    /// Forgets everything and keeps the memory.
    func clear() {
        encoded.removeAll()
        mixed.removeAll()
        runs.removeAll(keepingCapacity: true)
        names.removeAll(keepingCapacity: true)
        groups?.removeAll()
        rejects.removeAll()
        tally = RecordTally()
        counters.removeAll(keepingCapacity: true)
    }
}

/// Neighbouring encoded records that go to the same output.
struct OutputRun {
    /// The output's number in the block's table, from 1.
    let number: UInt32
    /// Their encoded bytes; never 0.
    var byteCount: Int
}
