internal import CSimdjson

/// One column of a log whose columns are always the same.
struct RowColumn {
    /// What its value is.
    enum Kind: UInt8 {
        /// Text up to a space, or `-`.
        case text
        /// A JSON number, or `-`.
        case number
        /// `address:port`: two fields.
        case address
        /// `[text]`.
        case bracketed
        /// `"text"`.
        case quoted
        /// `"method path protocol"`: three fields.
        case request
    }

    /// What its value is.
    let kind: Kind
    /// The names of the fields that it makes.
    let fields: [String]

    /// Describes a column.
    init(_ kind: Kind, _ fields: String...) {
        self.kind = kind
        self.fields = fields
    }
}

/// A log whose columns are separated by single spaces and always the same; vendors add some at the end.
struct RowFormat {
    /// All that are known, in order.
    let columns: [RowColumn]
    /// How many the oldest form has.
    let required: Int

    /// The names of all fields; the last takes what stands behind the known columns.
    var fields: [String] { columns.flatMap(\.fields) + ["extra"] }

    /// The parser of such logs.
    func plan(_ spec: ComponentSpec) -> ParserPlan {
        ParserPlan(spec) { RowParser(self, symbols: $0.symbols(of: fields)) }
    }
}

/// Reads lines of fixed columns.
struct RowParser: RecordParser {
    private let kinds: [RowColumn.Kind]
    private let required: Int
    private let symbols: [UInt16]

    /// Takes the symbols of the format's fields, in order.
    init(_ format: RowFormat, symbols: [UInt16]) {
        kinds = format.columns.map(\.kind)
        required = format.required
        self.symbols = symbols
    }

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        unsafe symbols.withUnsafeBufferPointer { symbols in
            unsafe kinds.withUnsafeBufferPointer { kinds in
                guard let names = symbols.baseAddress else { return }
                unsafe batch.parseLines(fieldBound: batch.count * symbols.count) { start, end, fields in
                    var line = unsafe LineScan(batch.text, start, end, fields, names)
                    let reason = unsafe Self.scan(&line, kinds, required, lastName: symbols.count - 1)
                    return unsafe line.verdict(reason)
                }
            }
        }
    }

    /// Scans a line; nil when it has the format.
    @inline(__always)
    private static func scan(
        _ line: inout LineScan,
        _ kinds: UnsafeBufferPointer<RowColumn.Kind>,
        _ required: Int,
        lastName: Int
    ) -> RejectReason? {
        var name = 0
        for column in 0..<kinds.count {
            if column > 0 {
                if unsafe line.rest == 0 { return column < required ? .rowShort : nil }
                guard unsafe line.skip(0x20) else { return .rowSpace }
            }
            switch unsafe kinds[column] {
            case .text:
                guard let stop = unsafe value(line) else { return .rowText }
                unsafe line.putText(name, line.at, stop)
                unsafe line.at = unsafe stop
                name &+= 1
            case .number:
                guard let stop = unsafe value(line), unsafe line.putNumber(name, line.at, stop) else {
                    return .rowNumber
                }
                unsafe line.at = unsafe stop
                name &+= 1
            case .address:
                guard let stop = unsafe value(line) else { return .rowText }
                unsafe line.putAddress(name, line.at, stop)
                unsafe line.at = unsafe stop
                name &+= 2
            case .bracketed:
                let stop = unsafe sluice_find(line.at, line.end, UInt8(ascii: "]"))
                guard unsafe line.isByte(0, UInt8(ascii: "[")), unsafe stop < line.end else {
                    return .logTimestamp
                }
                unsafe line.putText(name, line.at + 1, stop)
                unsafe line.at = unsafe stop + 1
                name &+= 1
            case .quoted:
                guard let stop = unsafe closingQuote(line) else { return .rowQuote }
                unsafe line.putText(name, line.at + 1, stop)
                unsafe line.at = unsafe stop + 1
                name &+= 1
            case .request:
                guard let stop = unsafe closingQuote(line) else { return .rowQuote }
                unsafe line.putRequest(name, line.at + 1, stop)
                unsafe line.at = unsafe stop + 1
                name &+= 3
            }
        }
        if unsafe line.rest == 0 { return nil }
        guard unsafe line.skip(0x20) else { return .rowSpace }
        unsafe line.put(lastName, SLUICE_TEXT, line.at, line.end)
        return nil
    }

    /// The end of a value without quotes; nil where there is none.
    @inline(__always)
    private static func value(_ line: LineScan) -> UnsafePointer<UInt8>? {
        let stop = unsafe line.wordEnd
        return unsafe stop > line.at ? stop : nil
    }

    /// The quote that ends the text at `at`: a space or the line's end follows it.
    ///
    /// Amazon's servers do not escape the quotes of a client's header.
    @inline(__always)
    private static func closingQuote(_ line: LineScan) -> UnsafePointer<UInt8>? {
        guard unsafe line.isByte(0, UInt8(ascii: "\"")) else { return nil }
        var quote = unsafe sluice_find(line.at + 1, line.end, UInt8(ascii: "\""))
        while unsafe quote < line.end, unsafe quote + 1 != line.end, unsafe quote[1] != 0x20 {
            unsafe quote = unsafe sluice_find(quote + 1, line.end, UInt8(ascii: "\""))
        }
        return unsafe quote < line.end ? quote : nil
    }
}
