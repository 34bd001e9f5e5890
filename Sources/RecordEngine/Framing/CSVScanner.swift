internal import CSimdjson

/// Rows of CSV (RFC 4180): a record ends at a line feed outside of quotes.
///
/// A quote that nothing ends would make one row of the rest of the text. Once a row is longer than a record
/// may be, it ends at the next line feed, within quotes or not, and the row behind that begins afresh (trap
/// J11).
final class CSVScanner: RecordScanner {
    /// Row ends that are looked for at a time.
    private static let capacity = 512

    private let maximumBytes: UInt64
    private var state: sluice_csv_scan
    private var ends = [UInt32](repeating: 0, count: capacity)
    /// Whether the row is longer than a record may be.
    private var isTooLong = false

    /// Rows whose fields are separated by `delimiter` and may stand between `quote`s.
    init(delimiter: UInt8, quote: UInt8, maximumBytes: Int) {
        self.maximumBytes = UInt64(maximumBytes)
        state = sluice_csv_scan(
            delimiter: delimiter,
            quote: quote,
            previous: Newlines.lineFeed,
            quoted: 0
        )
    }

    /// Finds the rows of the window.
    func scan(
        _ window: UnsafeMutableRawBufferPointer,
        from: Int,
        isLast: Bool,
        into records: RecordAssembler
    ) -> Int {
        let text = UnsafeRawBufferPointer(window)
        var place = from
        while place < text.count {
            place = isTooLong ? unsafe leaveRow(text, place, records) : unsafe rows(text, place, records)
            if records.isFull, records.byteCount == 0 { return place }
        }
        if isLast, records.byteCount > 0 {
            records.endLine(state.quoted == 1 ? .csvOpenQuote : nil)
        }
        return text.count
    }

    /// Takes rows until the text ends, the block is full or a row is too long; returns where it stopped.
    private func rows(_ text: UnsafeRawBufferPointer, _ from: Int, _ records: RecordAssembler) -> Int {
        guard let base = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return from }
        var next = from
        let count = unsafe sluice_csv_rows(&state, base, from, text.count, &ends, Self.capacity, &next)
        var start = from
        var number = 0
        while number < count {
            let taken = unsafe records.takeLines(
                text,
                from: start,
                ends: ends,
                count: count,
                skipping: number
            )
            if taken > 0 {
                number += taken
                start = Int(ends[number - 1]) + 1
                if records.isFull {
                    reset()
                    return start
                }
                continue
            }
            let end = Int(ends[number])
            number += 1
            if records.byteCount &+ UInt64(end - start) > maximumBytes &+ 1 {
                return unsafe enterLongRow(text, start, records)
            }
            unsafe records.append(UnsafeRawBufferPointer(rebasing: text[start...end]))
            records.endLine()
            start = end + 1
            if records.isFull {
                reset()
                return start
            }
        }
        if records.byteCount &+ UInt64(next - start) > maximumBytes &+ 2 {
            return unsafe enterLongRow(text, start, records)
        }
        unsafe records.append(UnsafeRawBufferPointer(rebasing: text[start..<next]))
        return next
    }

    /// Takes as much of the row as a record may have, so that the line feed is looked for behind the same
    /// byte however the text was read.
    private func enterLongRow(
        _ text: UnsafeRawBufferPointer,
        _ start: Int,
        _ records: RecordAssembler
    ) -> Int {
        let taken = start + Int(maximumBytes &+ 2 &- records.byteCount)
        unsafe records.append(UnsafeRawBufferPointer(rebasing: text[start..<taken]))
        isTooLong = true
        return taken
    }

    private func leaveRow(_ text: UnsafeRawBufferPointer, _ from: Int, _ records: RecordAssembler) -> Int {
        guard let end = unsafe Newlines.first(in: text, from: from) else {
            unsafe records.append(UnsafeRawBufferPointer(rebasing: text[from...]))
            return text.count
        }
        unsafe records.append(UnsafeRawBufferPointer(rebasing: text[from...end]))
        records.endLine()
        isTooLong = false
        reset()
        return end + 1
    }

    /// A row begins.
    private func reset() {
        state.quoted = 0
        state.previous = Newlines.lineFeed
    }
}
