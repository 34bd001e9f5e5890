internal import EventModel

/// Finds records in text that arrives piece by piece.
///
/// Where records begin and end may depend on the text alone: a scanner that needs more than it is given to
/// decide stops before that place and is called again with more.
protocol RecordScanner: AnyObject {
    /// Scans `window` from `from` on, hands what it finds to the assembler, and returns where it stopped:
    /// behind a record with which the block is full, before what it cannot decide yet, or at the end.
    ///
    /// It may change the bytes. `isLast` says that the unit ends with the window; then everything is scanned,
    /// and the last record ended.
    func scan(
        _ window: UnsafeMutableRawBufferPointer,
        from: Int,
        isLast: Bool,
        into records: RecordAssembler
    ) -> Int
}

/// Cuts a unit's text into blocks with a scanner that finds its records.
final class FramedSource: BlockSource {
    /// Text that is read at a time.
    private static let readBytes = 256 << 10

    private let text: any TextSource
    private let scanner: any RecordScanner
    private let records: RecordAssembler
    private let betweenReads: () throws(SluiceError) -> Void
    /// Text that was read and not scanned yet, from `place` on.
    private let window = ByteBuffer(capacity: readBytes)
    private var place = 0
    private var isAtStart = true
    private var isAtEnd = false
    private var isDone = false

    /// Cuts `text`; `betweenReads` is asked before each read and may throw to cancel.
    init(
        _ text: any TextSource,
        scanner: any RecordScanner,
        records: RecordAssembler,
        betweenReads: @escaping () throws(SluiceError) -> Void
    ) {
        self.text = text
        self.scanner = scanner
        self.records = records
        self.betweenReads = betweenReads
    }

    /// Records that were taken off.
    var header: [UInt8] { records.header }

    /// What the text layer says of the unit.
    var warnings: [String] { text.warnings }

    /// Fills `text` with the next block; nil at the end of the unit.
    func next(into text: ByteBuffer, index: RecordIndex) throws(SluiceError) -> Block? {
        records.begin(text, index)
        if isAtStart { try skipByteOrderMark() }
        while !isDone {
            scan()
            if records.isFull { break }
            if isAtEnd { isDone = true } else { try read() }
        }
        return records.takeBlock()
    }

    private func scan() {
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: window.base, count: window.count)
        place = unsafe scanner.scan(bytes, from: place, isLast: isAtEnd, into: records)
    }

    /// Moves what is left to the window's start and reads more behind it.
    private func read() throws(SluiceError) {
        if place > 0 { window.remove(0..<place) }
        place = 0
        try betweenReads()
        isAtEnd = try text.read(into: window, upTo: Self.readBytes) == 0
    }

    /// RFC 3629, section 6: U+FEFF in UTF-8.
    private func skipByteOrderMark() throws(SluiceError) {
        isAtStart = false
        while window.count < 3, !isAtEnd { try read() }
        if unsafe window.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }
}
