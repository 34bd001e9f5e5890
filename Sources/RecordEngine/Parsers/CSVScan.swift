internal import CSimdjson

/// How rows of separated values are written.
struct CSVDialect: Sendable {
    /// Between two values.
    let delimiter: UInt8
    /// Around a value that holds delimiters, quotes or line feeds; nil where no byte quotes.
    let quote: UInt8?
    /// Whether bare values may be numbers, true, false and null, or all are text.
    let isTyped: Bool
}

/// The scan of one row, from left to right (RFC 4180, section 2).
///
/// A quote within a value that does not begin with one is an ordinary byte, as spreadsheets and Python read
/// it. What stands behind a closing quote must be a delimiter or the end.
@unsafe struct CSVScan {
    /// What offsets count from.
    let base: UnsafePointer<UInt8>
    /// The next byte; always ≤ `end`.
    ///
    /// Behind `end` lie padding bytes that may be read.
    var at: UnsafePointer<UInt8>
    /// One behind the last byte of the row.
    let end: UnsafePointer<UInt8>
    /// Where the fields of the record go.
    let fields: UnsafeMutablePointer<sluice_field>
    /// Names of the columns.
    let columns: UnsafePointer<sluice_field>
    /// How many columns have names.
    let columnCount: Int
    /// Where quotes that were doubled are written once.
    let arena: ByteBuffer
    /// Values found so far.
    var count = 0

    /// Begins at the start of a row.
    @inline(__always)
    init(
        base: UnsafePointer<UInt8>,
        at: UnsafePointer<UInt8>,
        end: UnsafePointer<UInt8>,
        fields: UnsafeMutablePointer<sluice_field>,
        columns: UnsafeBufferPointer<sluice_field>,
        arena: ByteBuffer
    ) {
        unsafe self.base = unsafe base
        unsafe self.at = unsafe at
        unsafe self.end = unsafe end
        unsafe self.fields = unsafe fields
        // An empty buffer has no address, and none of its columns is ever read.
        unsafe self.columns = unsafe columns.baseAddress ?? UnsafePointer(fields)
        unsafe columnCount = columns.count
        unsafe self.arena = arena
    }

    /// Scans the whole row; nil when it is well-formed.
    @inline(__always)
    mutating func row(_ dialect: CSVDialect) -> RejectReason? {
        while true {
            // A value without a column has no name; who keeps it gives it one.
            unsafe fields[count] = unsafe count < columnCount ? columns[count] : sluice_field()
            if let quote = dialect.quote, unsafe at < end, unsafe at.pointee == quote {
                if let reason = unsafe quoted(quote, dialect.delimiter) { return reason }
            } else {
                let start = unsafe at
                unsafe at = unsafe sluice_find(at, end, dialect.delimiter)
                unsafe put(start, at - start)
                if dialect.isTyped { unsafe type(start, at - start) }
            }
            unsafe count &+= 1
            if unsafe at == end { return nil }
            unsafe at += 1
        }
    }

    @inline(__always)
    private func put(_ start: UnsafePointer<UInt8>, _ length: Int) {
        unsafe fields[count].tag = UInt8(SLUICE_TEXT)
        unsafe fields[count].value_offset = UInt32(truncatingIfNeeded: start - base)
        unsafe fields[count].value_length = UInt32(truncatingIfNeeded: length)
    }

    @inline(__always)
    private func type(_ start: UnsafePointer<UInt8>, _ length: Int) {
        let tag =
            length == 0
            ? SLUICE_NULL : unsafe JSONScalar.tag(UnsafeBufferPointer(start: start, count: length))
        unsafe fields[count].tag = UInt8(truncatingIfNeeded: tag)
    }

    /// A value in quotes: its inside is text, with each doubled quote written once.
    private mutating func quoted(_ quote: UInt8, _ delimiter: UInt8) -> RejectReason? {
        let start = unsafe at + 1
        var stop = unsafe sluice_find(start, end, quote)
        var doubled = 0
        while unsafe stop + 1 < end, unsafe stop[1] == quote {
            doubled &+= 1
            unsafe stop = unsafe sluice_find(stop + 2, end, quote)
        }
        guard unsafe stop < end else { return .csvQuote }
        let length = unsafe stop - start
        unsafe at = unsafe stop + 1
        guard unsafe at == end || at.pointee == delimiter else { return .csvAfterQuote }
        if doubled == 0 {
            unsafe put(start, length)
            return nil
        }
        let offset = unsafe arena.count
        unsafe arena.reserve(length)
        let target = unsafe (arena.base + offset).assumingMemoryBound(to: UInt8.self)
        var written = 0
        var from = 0
        while from < length {
            let byte = unsafe start[from]
            unsafe target[written] = byte
            written &+= 1
            from &+= byte == quote ? 2 : 1
        }
        unsafe arena.count &+= written
        unsafe fields[count].tag = UInt8(SLUICE_TEXT)
        unsafe fields[count].flags |= UInt8(SLUICE_IN_ARENA)
        unsafe fields[count].value_offset = UInt32(truncatingIfNeeded: offset)
        unsafe fields[count].value_length = UInt32(truncatingIfNeeded: written)
        return nil
    }
}
