internal import CSimdjson

/// Every line is a record: for lines with a header, and for those that are cut off where they are too long.
final class LineScanner: RecordScanner {
    private var ends = [UInt32](repeating: 0, count: 1 << 10)

    /// Finds the lines of the window.
    func scan(
        _ window: UnsafeMutableRawBufferPointer,
        from: Int,
        isLast: Bool,
        into records: RecordAssembler
    ) -> Int {
        let text = UnsafeRawBufferPointer(window)
        guard let base = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return from }
        var place = from
        while place < text.count {
            var searched = place
            let count = unsafe sluice_line_ends(base, place, text.count, &ends, ends.count, &searched)
            var number = 0
            while number < count {
                let taken = unsafe records.takeLines(
                    text,
                    from: place,
                    ends: ends,
                    count: count,
                    skipping: number
                )
                number += max(taken, 1)
                let end = Int(ends[number - 1])
                if taken == 0 {
                    unsafe records.append(UnsafeRawBufferPointer(rebasing: text[place...end]))
                    records.endLine()
                }
                place = end + 1
                if records.isFull { return place }
            }
            unsafe records.append(UnsafeRawBufferPointer(rebasing: text[place..<searched]))
            place = searched
        }
        if isLast, records.byteCount > 0 { records.endLine() }
        return text.count
    }
}
