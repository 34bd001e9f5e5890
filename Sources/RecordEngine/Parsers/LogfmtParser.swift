internal import CSimdjson

/// `parse: logfmt`: `level=info msg="user created" took=1.5ms admin`.
///
/// - A key runs up to `=` or a space; a key alone is `true`. A line without any `key=value` is rejected, so
///   that plain text in the same object is not taken for flags (trap J09). Keys keep order and duplicates.
/// - A bare value that is a JSON number, `true`, `false` or `null` is that; every other one is text. `key=`
///   is the empty text.
/// - A quoted value may hold the escapes of JSON strings (which go-logfmt writes) and ends at the next quote,
///   behind which a space or the line's end follows.
/// - Lines of blanks are dropped.
struct LogfmtParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "logfmt",
        summary: "key=value pairs, values quoted where they hold spaces.",
        semantics: 1,
        example: "- parse: logfmt",
        notes: """
            A bare value that is a JSON number, `true`, `false` or `null` is that; every other is text.
            Quoted values take the escapes of JSON and are always text. A key alone is `true`, but a line
            without any `key=value` is rejected: it is plain text.
            """,
        samples: [
            #"level=info took=1.5ms n=3 msg="user created" admin"#,
            "Server started",
        ]
    )

    /// The parser.
    static let plan = ParserPlan(spec) { _ in LogfmtParser() }

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        // A key, a value or '=' and a space: three bytes a field where keys have one byte and values none.
        let symbols = batch.symbols
        let base = unsafe batch.text
        unsafe batch.parseLines(fieldBound: batch.textExtent / 2 + batch.count) { start, end, fields in
            var scan = unsafe LogfmtScan(base: base, at: start, end: end, fields: fields)
            if let reason = unsafe scan.line(symbols) { return unsafe .rejected(reason, at: scan.at - start) }
            return unsafe scan.hasPair ? .fields(scan.count) : .rejected(.logfmtNoPair)
        }
    }
}

/// The scan of one line, from left to right.
@unsafe private struct LogfmtScan {
    /// What offsets count from.
    let base: UnsafePointer<UInt8>
    /// The next byte; always ≤ `end`.
    ///
    /// Behind `end` lie padding bytes that may be read.
    var at: UnsafePointer<UInt8>
    /// One behind the last byte of the line.
    let end: UnsafePointer<UInt8>
    /// Where the fields of the record go.
    let fields: UnsafeMutablePointer<sluice_field>
    /// Fields found so far.
    var count = 0
    /// Whether any key has a `=`.
    var hasPair = false

    /// Begins at the start of a line.
    init(
        base: UnsafePointer<UInt8>,
        at: UnsafePointer<UInt8>,
        end: UnsafePointer<UInt8>,
        fields: UnsafeMutablePointer<sluice_field>
    ) {
        unsafe self.base = unsafe base
        unsafe self.at = unsafe at
        unsafe self.end = unsafe end
        unsafe self.fields = unsafe fields
    }

    /// Scans the whole line; nil when it is logfmt.
    mutating func line(_ symbols: SymbolLookup) -> RejectReason? {
        while true {
            while unsafe at < end, unsafe at.pointee == UInt8(ascii: " ") || at.pointee == UInt8(ascii: "\t")
            {
                unsafe at += 1
            }
            if unsafe at == end { return nil }
            let key = unsafe at
            while unsafe at < end, unsafe isKeyByte(at.pointee) { unsafe at += 1 }
            guard unsafe at > key else { return .logfmtKey }
            let name = unsafe UnsafeBufferPointer(start: key, count: at - key)
            unsafe fields[count] = sluice_field(
                name_offset: UInt32(key - base),
                name_length: UInt32(name.count),
                value_offset: 0,
                value_length: 0,
                symbol: symbols.find(name),
                tag: UInt8(SLUICE_TRUE),
                flags: UInt8(SLUICE_REPLACED)
            )
            if unsafe at < end, unsafe at.pointee == UInt8(ascii: "=") {
                unsafe hasPair = true
                unsafe at += 1
                if let reason = unsafe value() { return reason }
            }
            unsafe count += 1
            if unsafe at < end, unsafe at.pointee != UInt8(ascii: " "),
                unsafe at.pointee != UInt8(ascii: "\t")
            {
                return .logfmtKey
            }
        }
    }

    private func isKeyByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func value() -> RejectReason? {
        let start = unsafe at
        if unsafe at < end, unsafe at.pointee == UInt8(ascii: "\"") { return unsafe quoted() }
        while unsafe at < end, unsafe at.pointee != UInt8(ascii: " "), unsafe at.pointee != UInt8(ascii: "\t")
        {
            unsafe at += 1
        }
        let length = unsafe at - start
        unsafe put(JSONScalar.tag(UnsafeBufferPointer(start: start, count: length)), start, length)
        return nil
    }

    /// A quoted value with a backslash is written as the JSON string that it is; without one its inside is
    /// text.
    private mutating func quoted() -> RejectReason? {
        let start = unsafe at
        var stop = unsafe sluice_find_quote(at + 1, end)
        var isEscaped = false
        while unsafe stop < end, unsafe stop.pointee == UInt8(ascii: "\\") {
            isEscaped = true
            guard unsafe end - stop > 1 else { return .logfmtQuote }
            unsafe stop = unsafe sluice_find_quote(stop + 2, end)
        }
        guard unsafe stop < end else { return .logfmtQuote }
        if isEscaped {
            let inside = unsafe UnsafeBufferPointer(start: start + 1, count: stop - start - 1)
            guard unsafe JSONScalar.isStringInside(inside) else { return .logfmtEscape }
            unsafe put(SLUICE_STRING, start, stop - start + 1)
            unsafe fields[count].flags |= UInt8(SLUICE_VALUE_ESCAPED)
        } else {
            unsafe put(SLUICE_TEXT, start + 1, stop - start - 1)
        }
        unsafe at = unsafe stop + 1
        return nil
    }

    private func put(_ tag: Int, _ start: UnsafePointer<UInt8>, _ length: Int) {
        unsafe fields[count].tag = UInt8(truncatingIfNeeded: tag)
        unsafe fields[count].value_offset = UInt32(truncatingIfNeeded: start - base)
        unsafe fields[count].value_length = UInt32(truncatingIfNeeded: length)
    }
}
