public import EventModel

/// What one unit of an object is called.
public struct UnitInfo: Sendable, Hashable {
    /// What people read: the member's name, with those of the archives around it; nil where the object is no
    /// archive.
    public var label: String?
    /// The member's name, made safe as part of a key: fills `{member}`.
    public var keyPart: String?

    /// Describes a unit.
    public init(label: String? = nil, keyPart: String? = nil) {
        self.label = label
        self.keyPart = keyPart
    }
}

/// Opens the units of an object, one after another: the object itself, or each member of an archive.
///
/// Used by one thread. Reading gives the text of the unit that was opened last; what was not read of it is
/// skipped when the next one is opened.
public protocol UnitReader: TextSource {
    /// Opens the next unit; nil behind the last, when the object was read to its end and is whole.
    func nextUnit() throws(SluiceError) -> UnitInfo?
    /// After an error that is one unit's alone: that unit. The next one can be opened.
    ///
    /// Nil where the object as a whole cannot be read any further.
    var lostUnit: UnitInfo? { get }
    /// What was read so far.
    var totals: InputTotals { get }
}

/// What was read of an object.
public struct InputTotals: Sendable, Hashable {
    /// The codecs around the object, from the outside in; empty before the first read.
    public var codecs: [InputCodec] = []
    /// Stored bytes that were decoded.
    public var storedBytes: UInt64 = 0
    /// Bytes of text that they decoded to.
    public var textBytes: UInt64 = 0
    /// Whether the object is an archive that was opened.
    public var isArchive = false
    /// Entries of archives, whatever became of them.
    public var membersSeen: UInt64 = 0
    /// Members that were not opened, by reason: `link`, `not-selected`.
    public var membersSkipped: [String: UInt64] = [:]
    /// What the operator should know though reading succeeded.
    public var warnings: [String] = []

    /// Nothing yet.
    public init() {}
}

/// An object that is one unit.
final class WholeObjectReader: UnitReader {
    private let decoder: TextDecoder
    private var isOpened = false

    /// Reads what `decoder` makes.
    init(_ decoder: TextDecoder) { self.decoder = decoder }

    /// The object, once.
    func nextUnit() throws(SluiceError) -> UnitInfo? {
        if isOpened { return nil }
        isOpened = true
        return UnitInfo()
    }

    /// Its text.
    func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int {
        try decoder.read(into: buffer, upTo: byteCount)
    }

    /// There is nothing else to go on with.
    var lostUnit: UnitInfo? { nil }

    /// What was decoded.
    var totals: InputTotals {
        var totals = InputTotals()
        totals.codecs = decoder.codecs
        totals.storedBytes = decoder.storedBytes
        totals.textBytes = decoder.textBytes
        totals.warnings = decoder.warnings
        return totals
    }
}
