public import EventModel

/// Cuts text into blocks of whole records.
///
/// A block ends at the first record end at or after `blockBytes` of text, so block boundaries depend only on
/// the text and never on how reads were chunked. `\n` ends a record; a byte order mark at the start of the
/// object is skipped; a last line without `\n` is a record. Lines that are too long are taken out, in
/// constant memory (trap J06).
public final class BlockSplitter: BlockSource {
    /// Text of one block, in bytes; a block is longer by the rest of the record that crosses it.
    public static let blockBytes = 1 << 20
    /// Text that is read beyond a block's end, to find the end of its last record in the same read.
    private static let overshoot = 32 << 10
    /// Bytes of an oversized record that are kept.
    private static let prefixBytes = 1 << 10
    /// Bytes at a time while an oversized record is skipped.
    private static let skipBytes = 256 << 10

    /// Before a line feed it belongs to the line ending.
    private static let carriageReturn: UInt8 = 0x0D

    private let decoder: any TextSource
    private let maxRecord: Int
    private let betweenReads: () throws(SluiceError) -> Void
    /// Text behind the cut of the block before.
    private let carry = ByteBuffer()
    private var nextRecord: UInt64 = 1
    private var isAtStart = true
    private var isAtEnd = false
    /// The oversized record that crossed the end of the current block, and was not kept.
    private var skipped: (byteCount: UInt64, prefix: [UInt8])?

    /// Splits what `decoder` makes; `betweenReads` is asked before each read and may throw to cancel.
    public init(
        _ decoder: any TextSource,
        maxRecordBytes: Int,
        betweenReads: @escaping () throws(SluiceError) -> Void = { () throws(SluiceError) in }
    ) {
        self.decoder = decoder
        self.betweenReads = betweenReads
        maxRecord = max(maxRecordBytes, 1)
    }

    /// Lines have no header.
    public var header: [UInt8] { [] }

    /// What the text layers say.
    public var warnings: [String] { decoder.warnings }

    /// Fills `text` with the next block; nil at the end of the unit.
    public func next(into text: ByteBuffer, index: RecordIndex) throws(SluiceError) -> Block? {
        text.removeAll()
        if isAtStart { try skipByteOrderMark() }
        unsafe text.append(carry.bytes)
        carry.removeAll()
        skipped = nil
        let cut = try fill(text)
        if cut < text.count {
            unsafe carry.append(UnsafeRawBufferPointer(rebasing: text.bytes[cut...]))
            text.count = cut
        }
        let oversized = takeOutOversized(text)
        guard text.count > 0 || !oversized.isEmpty else { return nil }
        return block(text, oversized)
    }

    private func block(_ text: ByteBuffer, _ oversized: [OversizedRecord]) -> Block {
        var records = unsafe Newlines.count(in: text.bytes)
        if text.count > 0, unsafe text.bytes[text.count - 1] != Newlines.lineFeed { records += 1 }
        let count = UInt64(records) + UInt64(oversized.count)
        defer { nextRecord += count }
        return Block(text: text, firstRecord: nextRecord, recordCount: count, oversized: oversized)
    }

    /// RFC 3629, section 6: U+FEFF in UTF-8.
    private func skipByteOrderMark() throws(SluiceError) {
        isAtStart = false
        while carry.count < 3, try read(into: carry, upTo: 3 - carry.count) {}
        if unsafe carry.bytes.elementsEqual([0xEF, 0xBB, 0xBF]) { carry.removeAll() }
    }

    /// Reads until the block's end is in `text`, and returns where it is.
    private func fill(_ text: ByteBuffer) throws(SluiceError) -> Int {
        let lastStart = Self.blockBytes - 1
        while text.count < Self.blockBytes + Self.overshoot {
            guard try read(into: text, upTo: Self.blockBytes + Self.overshoot - text.count) else {
                return atEnd(text)
            }
        }
        var searched = lastStart
        while true {
            if let end = unsafe Newlines.first(in: text.bytes, from: searched) { return end + 1 }
            searched = text.count
            let start = unsafe Newlines.last(in: text.bytes).map { $0 + 1 } ?? 0
            // A record may be followed by "\r\n": two more bytes decide.
            if text.count - start > maxRecord + 1 {
                return try skipRecord(text, from: start)
            }
            guard try read(into: text, upTo: Self.overshoot) else { return atEnd(text) }
        }
    }

    /// The first record end behind `blockBytes`, or the end of the object.
    private func atEnd(_ text: ByteBuffer) -> Int {
        unsafe Newlines.first(in: text.bytes, from: Self.blockBytes - 1).map { $0 + 1 } ?? text.count
    }

    private func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Bool {
        if isAtEnd { return false }
        try betweenReads()
        isAtEnd = try decoder.read(into: buffer, upTo: byteCount) == 0
        return !isAtEnd
    }

    /// Reads the rest of the record that begins at `start` without keeping it; the block ends before that
    /// record.
    private func skipRecord(_ text: ByteBuffer, from start: Int) throws(SluiceError) -> Int {
        let kept = unsafe Array(text.bytes[start...].prefix(Self.prefixBytes))
        var length = UInt64(text.count - start)
        var lastByte = unsafe text.bytes[text.count - 1]
        text.count = start
        while try read(into: text, upTo: Self.skipBytes) {
            let end = unsafe Newlines.first(in: text.bytes, from: start)
            let stop = end ?? text.count
            length += UInt64(stop - start)
            if stop > start { lastByte = unsafe text.bytes[stop - 1] }
            if end != nil {
                unsafe carry.append(UnsafeRawBufferPointer(rebasing: text.bytes[(stop + 1)...]))
                if lastByte == Self.carriageReturn { length -= 1 }
                break
            }
            text.count = start
        }
        text.count = start
        skipped = (length, kept)
        return start
    }

    /// Removes the records that are too long from a block's text, and describes them.
    ///
    /// Plan: the last line feed within `maxRecord` bytes proves that all records before it are short enough,
    /// so a block of short records costs one search from behind.
    private func takeOutOversized(_ text: ByteBuffer) -> [OversizedRecord] {
        var found: [OversizedRecord] = []
        var start = 0
        while start < text.count {
            let window = min(text.count - start, maxRecord + 1)
            let near = unsafe UnsafeRawBufferPointer(rebasing: text.bytes[start..<start + window])
            if let end = unsafe Newlines.last(in: near) {
                start += end + 1
                continue
            }
            let lineEnd = unsafe Newlines.first(in: text.bytes, from: start + window)
            let end = lineEnd ?? text.count
            var length = end - start
            if lineEnd != nil, unsafe text.bytes[end - 1] == Self.carriageReturn { length -= 1 }
            let next = min(end + 1, text.count)
            if length <= maxRecord {
                start = next
            } else {
                let kept = unsafe Array(text.bytes[start..<start + length].prefix(Self.prefixBytes))
                found.append(
                    oversized(length: UInt64(length), prefix: kept, behind: start, of: text, and: found.count)
                )
                text.remove(start..<next)
            }
        }
        if let skipped {
            found.append(
                oversized(
                    length: skipped.byteCount,
                    prefix: skipped.prefix,
                    behind: text.count,
                    of: text,
                    and: found.count
                )
            )
        }
        return found
    }

    private func oversized(
        length: UInt64,
        prefix: [UInt8],
        behind offset: Int,
        of text: ByteBuffer,
        and earlier: Int
    ) -> OversizedRecord {
        let before = unsafe Newlines.count(in: UnsafeRawBufferPointer(rebasing: text.bytes[..<offset]))
        return OversizedRecord(
            record: nextRecord + UInt64(before + earlier),
            byteCount: length,
            prefix: prefix
        )
    }
}
