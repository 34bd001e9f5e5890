internal import CSimdjson

/// Puts the records of a block together from the pieces that a scanner finds.
///
/// Each record's bytes are copied into the block's text, with a line feed behind it, and its place is noted
/// in the index: a block holds nothing but records, and where it ends depends on them alone. A record that
/// grows beyond the limit is given up, or cut off, at once, so that memory stays bounded (trap J06).
final class RecordAssembler {
    /// What becomes of a record that is too long.
    enum TooLong: String, CaseIterable, Sendable {
        /// Its first bytes go to the rejects, or stay as the record.
        case reject, truncate
    }

    /// Text of one block, in bytes; a block is longer by the rest of its last record.
    private static let blockBytes = BlockSplitter.blockBytes
    /// Marks and oversized records of one block.
    private static let maximumMarks = 4_096
    /// Bytes of an oversized record that are kept.
    private static let prefixBytes = 1 << 10

    private let maximumBytes: Int
    private let tooLong: TooLong
    private var text = ByteBuffer()
    private var index = RecordIndex()
    private var oversized: [OversizedRecord] = []
    /// Number of the block's first record.
    private var firstRecord: UInt64 = 1
    /// Records of the block so far that are header.
    private var headers: UInt64 = 0
    /// Where the record that is being made begins in the text.
    private var start = 0
    /// Where the record may be cut in two; `start` where it may not.
    private var cut = 0
    /// Bytes that the record has beyond those in the text; 0 unless it is too long.
    private var lost: UInt64 = 0
    private var isTooLong = false
    /// The record's last two bytes, which may be a line ending; kept where it is too long.
    private var tail: (UInt8, UInt8) = (0, 0)
    /// Room to describe lines before they are appended to the index.
    private var pairs: [RecordIndex.Slice] = []
    /// How many of the next records belong to the header.
    private var wantedHeaders: Int
    /// Header records so far, joined by line feeds; never longer than the limit of a record.
    private(set) var header: [UInt8] = []
    private var hasHeader = false

    /// Makes records of at most `maximumBytes` each, without their line endings; the first `headerRecords`
    /// are taken off.
    init(maximumBytes: Int, tooLong: TooLong = .reject, headerRecords: Int = 0) {
        self.maximumBytes = max(maximumBytes, 1)
        self.tooLong = tooLong
        wantedHeaders = headerRecords
    }

    /// Begins a block.
    func begin(_ text: ByteBuffer, _ index: RecordIndex) {
        self.text = text
        self.index = index
        text.removeAll()
        index.removeAll()
        oversized = []
        start = 0
        cut = 0
    }

    /// Whether the block has as much as it may and no record is being made.
    var isFull: Bool {
        start == text.count && !isTooLong && isFilledBefore
    }

    /// Whether the records before the one that is being made fill the block.
    var isFilledBefore: Bool {
        start >= Self.blockBytes || index.marks.count + oversized.count >= Self.maximumMarks
    }

    /// Whether header records are still to come.
    var isInHeader: Bool { wantedHeaders > 0 }

    /// Bytes of the record so far.
    var byteCount: UInt64 { UInt64(text.count - start) &+ lost }

    /// The block that was made; nil where it holds no record.
    func takeBlock() -> Block? {
        let count = UInt64(index.slices.count + oversized.count)
        let first = firstRecord
        guard count > 0 else { return nil }
        firstRecord += count
        return Block(
            text: text,
            firstRecord: first,
            recordCount: count,
            oversized: oversized,
            index: index
        )
    }

    /// Appends bytes to the record.
    func append(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        if !isTooLong {
            // Pieces are at most as long as the reader's window, so the text does not grow beyond need.
            unsafe text.append(bytes)
            while !isTooLong, text.count - start > maximumBytes + 2 { passLimit() }
            return
        }
        lost &+= UInt64(bytes.count)
        unsafe noteTail(bytes)
    }

    /// Takes whole lines that begin at `from` and end at `ends`, without the `first` of them, as many as
    /// need no special care; returns how many.
    ///
    /// That is all of them up to a line that is too long or that fills the block, but none while a record or
    /// the header is being made.
    func takeLines(
        _ text: UnsafeRawBufferPointer,
        from: Int,
        ends: [UInt32],
        count: Int,
        skipping first: Int
    ) -> Int {
        guard let base = text.baseAddress, count > 0, start == self.text.count, !isTooLong,
            !isInHeader,
            oversized.count + index.marks.count < Self.maximumMarks
        else { return 0 }
        if pairs.count < count {
            pairs = [RecordIndex.Slice](repeating: .init(offset: 0, length: 0), count: count)
        }
        let taken = unsafe pairs.withUnsafeMutableBytes { pairs in
            unsafe ends.withUnsafeBufferPointer { ends in
                guard let target = pairs.baseAddress, let ends = ends.baseAddress else { return 0 }
                return unsafe sluice_describe_lines(
                    base.assumingMemoryBound(to: UInt8.self),
                    from,
                    ends + first,
                    count - first,
                    start,
                    maximumBytes,
                    Self.blockBytes,
                    target.assumingMemoryBound(to: UInt32.self)
                )
            }
        }
        guard taken > 0 else { return 0 }
        index.slices.append(contentsOf: pairs[..<taken])
        let end = Int(ends[first + taken - 1]) + 1
        unsafe self.text.append(UnsafeRawBufferPointer(rebasing: text[from..<end]))
        start = self.text.count
        cut = start
        return taken
    }

    /// Ends the record, which has no line ending.
    func end(_ reason: RejectReason? = nil) { finish(lineEnding: 0, reason) }

    /// Ends the record together with its line ending, if it has one.
    func endLine(_ reason: RejectReason? = nil) { finish(lineEnding: lineEnding, reason) }

    /// Notes that a line of the record ended and another one follows: the record may be cut here.
    func endInnerLine() {
        while !isTooLong, text.count - start - lineEnding > maximumBytes { passLimit() }
        if isTooLong {
            endLine()
        } else {
            cut = text.count
        }
    }

    /// Adds a record that is rejected.
    func reject(_ bytes: UnsafeRawBufferPointer, _ reason: RejectReason) {
        unsafe append(bytes)
        end(reason)
    }

    private var lineEnding: Int {
        let last = isTooLong ? tail : lastTwoBytes
        guard last.1 == Newlines.lineFeed else { return 0 }
        return last.0 == UInt8(ascii: "\r") ? 2 : 1
    }

    private var lastTwoBytes: (UInt8, UInt8) {
        let bytes = unsafe text.bytes
        let count = text.count
        return unsafe (
            count - start > 1 ? bytes[count - 2] : 0,
            count > start ? bytes[count - 1] : 0
        )
    }

    private func noteTail(_ bytes: UnsafeRawBufferPointer) {
        let first = unsafe bytes.count > 1 ? bytes[bytes.count - 2] : tail.1
        tail = unsafe (first, bytes[bytes.count - 1])
    }

    /// The record is longer than it may be: cuts it in two where it can be cut, else keeps its first bytes.
    private func passLimit() {
        if cut > start {
            note(RecordIndex.Slice(offset: start, length: trimmed(cut) - start), nil)
            start = cut
            return
        }
        tail = lastTwoBytes
        isTooLong = true
        let kept = tooLong == .truncate || isInHeader ? truncation : min(maximumBytes, Self.prefixBytes)
        lost = UInt64(text.count - start - kept)
        text.count = start + kept
    }

    /// How many bytes of the record fit, without half a character of UTF-8 at the end.
    private var truncation: Int {
        let bytes = unsafe text.bytes
        var end = start + maximumBytes
        while end > start, end > start + maximumBytes - 4, unsafe bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return unsafe bytes[end] & 0xC0 == 0x80 ? maximumBytes : end - start
    }

    /// `end` without the line ending before it.
    private func trimmed(_ end: Int) -> Int {
        let bytes = unsafe text.bytes
        var end = end
        guard end > start, unsafe bytes[end - 1] == Newlines.lineFeed else { return end }
        end -= 1
        if end > start, unsafe bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return end
    }

    private func finish(lineEnding: Int, _ reason: RejectReason?) {
        while !isTooLong, text.count - start - lineEnding > maximumBytes { passLimit() }
        let length = text.count - start
        if isTooLong {
            finishTooLong(lineEnding: lineEnding)
        } else if isInHeader {
            takeHeader(length - lineEnding)
        } else {
            if lineEnding == 0 { endText() }
            note(RecordIndex.Slice(offset: start, length: length - lineEnding), reason)
        }
        start = text.count
        cut = start
        lost = 0
        isTooLong = false
    }

    private func finishTooLong(lineEnding: Int) {
        let kept = text.count - start
        if isInHeader { return takeHeader(kept) }
        if tooLong == .truncate {
            endText()
            index.marks.append(RecordIndex.Mark(slice: index.slices.count, reason: nil))
            index.slices.append(RecordIndex.Slice(offset: start, length: kept))
            return
        }
        let prefix = unsafe Array(text.bytes[start...])
        let total = lost &+ UInt64(kept) &- UInt64(lineEnding)
        text.count = start
        let number = firstRecord &+ UInt64(index.slices.count + oversized.count)
        oversized.append(OversizedRecord(record: number, byteCount: total, prefix: prefix))
    }

    /// Records are lines of the block's text, though they may hold line feeds.
    private func endText() { text.append(Newlines.lineFeed) }

    private func note(_ slice: RecordIndex.Slice, _ reason: RejectReason?) {
        if let reason { index.marks.append(RecordIndex.Mark(slice: index.slices.count, reason: reason)) }
        index.slices.append(slice)
    }

    /// Moves the record into the header.
    private func takeHeader(_ length: Int) {
        let bytes = unsafe text.bytes[start..<start + length]
        if header.count + length < maximumBytes + 1 {
            if hasHeader { header.append(Newlines.lineFeed) }
            unsafe header.append(contentsOf: bytes)
        }
        hasHeader = true
        wantedHeaders -= 1
        firstRecord += 1
        text.count = start
    }
}
