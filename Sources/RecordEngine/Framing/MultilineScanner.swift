/// Lines that belong together are one record: stack traces, dumps.
///
/// Whether a line begins a record or goes on with the one before is decided by at most its first 1 KiB. A
/// record that has as many lines, or would have more bytes, than it may is ended before the next line, which
/// begins a further record: nothing is lost, and nothing is joined across units.
final class MultilineScanner: RecordScanner {
    /// Bytes of a line that rules see.
    static let seenBytes = 1 << 10

    private let rule: MultilineRule
    private let maximumLines: Int
    private var state = MultilineRule.plain
    /// Lines of the record so far; 0 before the first one.
    private var lines = 0
    /// Whether the line at hand was judged, and part of it taken.
    private var isInLine = false

    /// Joins lines by a rule, at most `maximumLines` of them.
    init(_ rule: MultilineRule, maximumLines: Int) {
        self.rule = rule
        self.maximumLines = maximumLines
    }

    /// Finds the records of the window.
    func scan(
        _ window: UnsafeMutableRawBufferPointer,
        from: Int,
        isLast: Bool,
        into records: RecordAssembler
    ) -> Int {
        let text = UnsafeRawBufferPointer(window)
        var place = from
        while place < text.count {
            let end = unsafe Newlines.first(in: text, from: place)
            if !isInLine {
                // One byte more decides whether a "\r" there is part of the line ending.
                if end == nil, text.count - place <= Self.seenBytes + 1, !isLast { return place }
                let line = unsafe UnsafeRawBufferPointer(rebasing: text[place..<(end ?? text.count)])
                if unsafe beginLine(line, records) { return place }
            }
            let stop = end.map { $0 + 1 } ?? text.count
            unsafe records.append(UnsafeRawBufferPointer(rebasing: text[place..<stop]))
            isInLine = end == nil
            place = stop
        }
        if isLast, lines > 0 {
            records.endLine()
            lines = 0
        }
        return place
    }

    /// Judges a line and ends the record before where it begins one.
    ///
    /// Returns whether the block is full with that.
    private func beginLine(_ line: UnsafeRawBufferPointer, _ records: RecordAssembler) -> Bool {
        isInLine = true
        if records.isInHeader, lines > 0 {
            records.endLine()
            lines = 0
        }
        if records.isInHeader {
            lines = 1
            return false
        }
        let seen = unsafe UnsafeRawBufferPointer(rebasing: line.prefix(Self.seenBytes))
        let judged = unsafe rule.judge(Self.withoutReturn(seen, of: line), after: lines > 0 ? state : nil)
        state = judged.state
        if judged.continues, lines < maximumLines {
            records.endInnerLine()
            // Records that are cut at `max_record` may fill the block before all lines are there: then it
            // ends here, so that memory stays bounded.
            guard records.isFilledBefore else {
                lines += 1
                return false
            }
        }
        if records.byteCount > 0 { records.endLine() }
        lines = 1
        return records.isFull
    }

    private static func withoutReturn(
        _ seen: UnsafeRawBufferPointer,
        of line: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        guard seen.count == line.count, unsafe seen.last == UInt8(ascii: "\r") else { return unsafe seen }
        return unsafe UnsafeRawBufferPointer(rebasing: seen.dropLast())
    }
}
