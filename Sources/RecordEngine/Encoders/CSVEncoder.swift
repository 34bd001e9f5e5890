internal import CSimdjson
internal import Settings

/// `encode: csv` and `encode: tsv`: one row a record (RFC 4180; trap J11).
///
/// - The columns are those of `columns`, or all fields in the order in which records have them, where the
///   steps before leave no others.
/// - A value is quoted where it holds a delimiter, quote, carriage return or line feed; quotes in it are
///   doubled. Null and absent values are empty; lists and objects are their JSON text.
/// - Where a name has several fields, the last one counts.
struct CSVEncoder: RecordEncoder {
    /// Commas between values.
    static let csv = ComponentSpec(
        name: "csv",
        summary: "One row of comma-separated values a record.",
        semantics: 1,
        example: "- encode: { format: csv, columns: [time, user, amount] }",
        options: options(delimiter: "\",\""),
        notes: notes,
        samples: [
            #"{"time":"12:00","user":"Doe, \"Jo\"","amount":7,"more":1}"#, #"{"time":null,"amount":[1,"a"]}"#,
        ]
    )
    /// Tabs between values.
    static let tsv = ComponentSpec(
        name: "tsv",
        summary: "One row of tab-separated values a record.",
        semantics: 1,
        example: "- encode: { format: tsv, columns: [time, user, amount] }",
        options: options(delimiter: "\"\\t\""),
        notes: notes,
        samples: [#"{"time":"12:00","user":"Doe, Jo","amount":7}"#]
    )

    private static let notes = """
        Without `columns`, all fields are written, in the order in which records have them; that works where
        it is known which there are: behind `parse: combined`, for instance, or behind `keep`. Values that
        hold a delimiter, a quote or a line feed are quoted as RFC 4180 says. Null and absent values are
        empty, lists and objects their JSON text.

        With `guard_formulas: true`, text that a spreadsheet would take for a formula (it begins with `=`,
        `+`, `-`, `@`, a tab or a carriage return) gets an apostrophe before it.
        """

    private static func options(delimiter: String) -> [ComponentSpec.Option] {
        [
            .init(
                "columns",
                "list of names",
                standard: nil,
                "The fields that are written, in this order; all, where it is known which there are."
            ),
            .init("header", "true or false", standard: "true", "Whether the first row names the columns."),
            .init("delimiter", "one character", standard: delimiter, "What stands between two values."),
            .init(
                "guard_formulas",
                "true or false",
                standard: "false",
                "Whether text that looks like a formula is made harmless."
            ),
        ]
    }

    /// Reads the options.
    static func compile(
        _ spec: ComponentSpec,
        _ options: inout ComponentOptions,
        _ context: inout StepContext
    ) -> (any RecordEncoder)? {
        let standard: UInt8 = spec.name == tsv.name ? UInt8(ascii: "\t") : UInt8(ascii: ",")
        let delimiter = options.byte("delimiter", &context.diagnostics, standard: standard)
        let hasHeader = options.optional("header")?.boolean(&context.diagnostics) ?? true
        let guards = options.optional("guard_formulas")?.boolean(&context.diagnostics) ?? false
        let columns: [String]
        if let node = options.optional("columns") {
            guard let names = context.columnNames(node) else { return nil }
            for name in names { context.checkKnown(name, at: node.location, path: node.path) }
            columns = names
        } else if !context.fields.isOpen, !context.fields.names.isEmpty {
            columns = context.fields.names
        } else {
            context.diagnostics.error(
                .configInvalidValue,
                "\(options.node.displayPath) needs 'columns': records may have any fields here.",
                hint: "Write { format: \(spec.name), columns: [a, b] }, or 'keep' the fields before.",
                at: options.node
            )
            return nil
        }
        guard let delimiter, delimiter != UInt8(ascii: "\"") else {
            let message = "\(options.node.displayPath) needs a delimiter that is no quote."
            context.diagnostics.error(.configInvalidValue, message, at: options.node)
            return nil
        }
        let symbols = columns.map { context.symbols.symbol(for: $0) }
        return CSVEncoder(columns, symbols, delimiter, hasHeader: hasHeader, guardsFormulas: guards)
    }

    /// The header row, and how rows are counted.
    let frame: OutputFrame
    private let columnCount: Int
    /// The column of each symbol; −1 where it has none.
    private let columns: [Int32]
    private let delimiter: UInt8
    private let guardsFormulas: Bool

    private init(
        _ names: [String],
        _ symbols: [UInt16],
        _ delimiter: UInt8,
        hasHeader: Bool,
        guardsFormulas: Bool
    ) {
        columnCount = names.count
        var columns: [Int32] = []
        for (column, symbol) in symbols.enumerated() {
            while columns.count <= Int(symbol) { columns.append(-1) }
            columns[Int(symbol)] = Int32(column)
        }
        self.columns = columns
        self.delimiter = delimiter
        self.guardsFormulas = guardsFormulas
        var frame = OutputFrame()
        frame.recordEnd = .unquotedLineFeed
        if hasHeader {
            let row = ByteBuffer()
            for (column, name) in names.enumerated() {
                if column > 0 { row.append(delimiter) }
                unsafe Array(name.utf8).withUnsafeBytes {
                    unsafe Self.append($0, delimiter, isGuarded: guardsFormulas, to: row)
                }
            }
            row.append(UInt8(ascii: "\n"))
            unsafe frame.prefix = Array(row.bytes)
        }
        self.frame = frame
    }

    /// Appends one row per live record.
    func encode(_ batch: RecordBatch, _ range: Range<Int>, to output: ByteBuffer) {
        // The field of each column in one record; −1 where it has none.
        let places = UnsafeMutableBufferPointer<Int32>.allocate(capacity: columnCount)
        defer { unsafe places.deallocate() }
        for index in range where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            unsafe places.update(repeating: -1)
            for place in record.fieldRange {
                let symbol = unsafe Int(batch.fields[place].symbol)
                if symbol == 0 || symbol >= columns.count || columns[symbol] < 0 { continue }
                if unsafe batch.fields[place].isRemoved { continue }
                unsafe places[Int(columns[symbol])] = Int32(truncatingIfNeeded: place)
            }
            batch.reserveForDecoding(record)
            let start = output.count
            for column in 0..<columnCount {
                if column > 0 { output.append(delimiter) }
                let place = unsafe Int(places[column])
                if place < 0 { continue }
                let field = unsafe batch.fields[place]
                let isText = Int(field.tag) == SLUICE_TEXT || Int(field.tag) == SLUICE_STRING
                let isGuarded = guardsFormulas && isText
                unsafe Self.append(
                    batch.writtenText(of: field),
                    delimiter,
                    isGuarded: isGuarded,
                    to: output
                )
            }
            // An empty line would be no row for most readers.
            if output.count == start {
                output.append(UInt8(ascii: "\""))
                output.append(UInt8(ascii: "\""))
            }
            output.append(UInt8(ascii: "\n"))
        }
    }

    /// One value, quoted where it must be.
    private static func append(
        _ text: UnsafeRawBufferPointer,
        _ delimiter: UInt8,
        isGuarded: Bool,
        to output: ByteBuffer
    ) {
        guard let first = unsafe text.first else { return }
        output.reserve(2 * text.count + 3)
        let isFormula = isGuarded && "=+-@\t\r".utf8.contains(first)
        let target = unsafe (output.base + output.count).assumingMemoryBound(to: UInt8.self)
        // The place of the opening quote is filled or taken back when all of the value was seen.
        var count = 1
        if isFormula {
            unsafe target[count] = UInt8(ascii: "'")
            count &+= 1
        }
        var isQuoted = false
        for index in 0..<text.count {
            let byte = unsafe text[index]
            unsafe target[count] = byte
            count &+= 1
            if byte == UInt8(ascii: "\"") {
                unsafe target[count] = byte
                count &+= 1
                isQuoted = true
            } else if byte == delimiter || byte == 0x0A || byte == 0x0D {
                isQuoted = true
            }
        }
        if isQuoted {
            unsafe target[0] = UInt8(ascii: "\"")
            unsafe target[count] = UInt8(ascii: "\"")
            output.count &+= count &+ 1
        } else {
            unsafe UnsafeMutableRawPointer(target).copyMemory(from: target + 1, byteCount: count &- 1)
            output.count &+= count &- 1
        }
    }
}
