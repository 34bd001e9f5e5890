public import EventModel

/// Text of a unit, as it is decoded.
public protocol TextSource: AnyObject {
    /// Appends at least one and at most `byteCount` bytes of text; returns how many, 0 at the end of the
    /// unit.
    ///
    /// The end is reported only when every checksum matched.
    func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int
    /// What users should know of the text, though reading succeeded; complete at the end of the unit.
    var warnings: [String] { get }
}

extension TextSource {
    /// Nothing to say.
    public var warnings: [String] { [] }
}

/// Cuts one unit's text into blocks of whole records, on the driver's thread.
///
/// Where it cuts depends on the text alone, never on how reads were chunked.
public protocol BlockSource: AnyObject {
    /// Fills `text`, and `index` where records are not lines, with the next block; nil at the end of the
    /// unit.
    func next(into text: ByteBuffer, index: RecordIndex) throws(SluiceError) -> Block?
    /// Header lines that were taken off; complete when the first block is cut.
    var header: [UInt8] { get }
    /// What users should know of the text, though it was cut: what its layers say; complete at the end of
    /// the unit.
    var warnings: [String] { get }
}

/// How the text of a unit is cut into records, as configured.
public protocol Framing: Sendable {
    /// Begins to cut a unit; `betweenReads` is asked before each read and may throw to cancel.
    func makeSource(
        _ text: any TextSource,
        limits: EngineLimits,
        betweenReads: @escaping () throws(SluiceError) -> Void
    ) -> any BlockSource
}

/// Every line is a record.
struct LineFraming: Framing {
    /// Cuts at line feeds.
    func makeSource(
        _ text: any TextSource,
        limits: EngineLimits,
        betweenReads: @escaping () throws(SluiceError) -> Void
    ) -> any BlockSource {
        BlockSplitter(text, maxRecordBytes: limits.maxRecordBytes, betweenReads: betweenReads)
    }
}
