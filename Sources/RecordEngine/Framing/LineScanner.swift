/// Every line is a record: for lines with a header, and for those that are cut off where they are too long.
final class LineScanner: RecordScanner {
    /// Finds the lines of the window.
    func scan(
        _ window: UnsafeMutableRawBufferPointer,
        from: Int,
        isLast: Bool,
        into records: RecordAssembler
    ) -> Int {
        let text = UnsafeRawBufferPointer(window)
        var place = from
        while let end = unsafe Newlines.first(in: text, from: place) {
            unsafe records.append(UnsafeRawBufferPointer(rebasing: text[place...end]))
            records.endLine()
            place = end + 1
            if records.isFull { return place }
        }
        unsafe records.append(UnsafeRawBufferPointer(rebasing: text[place...]))
        if isLast, records.byteCount > 0 { records.endLine() }
        return text.count
    }
}
