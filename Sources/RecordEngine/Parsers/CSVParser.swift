internal import CSimdjson
internal import Settings

/// `parse: csv` and `parse: tsv`: rows of separated values (RFC 4180; trap J11).
///
/// - Names come from `columns`, or from the header: the first record of each unit. An empty name is
///   `column_3`, the second column `a` is `a_2`.
/// - Values are text as they stand, `00123` and `1.10` included. With `types: auto` bare values that are JSON
///   numbers, `true`, `false` and `null` are that, and a bare empty value is null; quoted ones stay text.
/// - Empty lines are dropped. A row with another number of values than there are columns is rejected, unless
///   `ragged` says otherwise.
final class CSVParser: RecordParser {
    /// Values between commas.
    static let csv = ComponentSpec(
        name: "csv",
        summary: "Comma-separated values, with a header line or named columns.",
        semantics: 1,
        example: "- parse: { format: csv, columns: [time, user, amount] }",
        options: options(delimiter: "\",\""),
        notes: notes,
        samples: [#"12:00,"Doe, ""Jo""",007"#, "12:01,Bob", ",,"]
    )
    /// Values between tabs.
    static let tsv = ComponentSpec(
        name: "tsv",
        summary: "Tab-separated values, with a header line or named columns.",
        semantics: 1,
        example: "- parse: { format: tsv, columns: [time, user, amount] }",
        options: options(delimiter: "\"\\t\""),
        notes: notes,
        samples: ["12:00\tDoe, Jo\t007", "12:01\tBob"]
    )

    private static let notes = """
        Rows follow RFC 4180: a value in quotes may hold delimiters, line feeds and doubled quotes. Without
        `columns` the first record names them: a second column `a` is `a_2`, one without a name
        `column_3`. Every value is text as it stands, so that `007` stays `007`; with `types: auto` bare
        numbers, `true`, `false` and `null` are that, and bare empty values null. Empty lines are dropped.

        A row with more or fewer values than columns is rejected. With `ragged: fill` missing values are
        null; with `ragged: keep` they are absent, and further ones are named `column_5` and so on.
        """

    private static func options(delimiter: String) -> [ComponentSpec.Option] {
        [
            .init(
                "header",
                "true or false",
                standard: "true",
                "Whether the first record of each object names the columns."
            ),
            .init(
                "columns",
                "list of names",
                standard: nil,
                "The names of the columns, where no header does; needed when 'header' is false."
            ),
            .init("delimiter", "one character", standard: delimiter, "What stands between two values."),
            .init(
                "quote",
                "one character",
                standard: "'\"'",
                "What stands around values that hold delimiters; nothing quotes where it is empty."
            ),
            .init(
                "types",
                "text or auto",
                standard: "text",
                "Whether bare numbers, true, false, null and empty values are what they look like."
            ),
            .init(
                "ragged",
                "reject, fill or keep",
                standard: "reject",
                "What becomes of a row with more or fewer values than columns."
            ),
        ]
    }

    /// How values get their types.
    private enum Types: String, CaseIterable { case text, auto }

    /// What becomes of rows with another number of values than there are columns.
    enum Ragged: String, CaseIterable, Sendable {
        /// They are rejected.
        case reject
        /// Missing values are null; rows with more values are rejected.
        case fill
        /// Missing values are absent; further ones are named `column_N`.
        case keep
    }

    /// Values that `fill` adds to one row, at most: a short row costs memory for each.
    static let maximumFill = 1_000

    /// Reads the options.
    static func compile(
        _ spec: ComponentSpec,
        _ options: inout ComponentOptions,
        _ context: inout StepContext
    ) -> ParserPlan? {
        let standard: UInt8 = spec.name == tsv.name ? UInt8(ascii: "\t") : UInt8(ascii: ",")
        let delimiter = options.byte("delimiter", &context.diagnostics, standard: standard)
        let quote = options.byte("quote", &context.diagnostics, standard: UInt8(ascii: "\""))
        let types = options.optional("types")?.choice(Types.self, &context.diagnostics) ?? .text
        let ragged = options.optional("ragged")?.choice(Ragged.self, &context.diagnostics) ?? .reject
        let columns = options.optional("columns").flatMap { context.columnNames($0) }
        let header = options.optional("header")
        let hasHeader = header?.boolean(&context.diagnostics) ?? (columns == nil)
        if hasHeader == (columns != nil) {
            context.diagnostics.error(
                .configInvalidValue,
                columns == nil
                    ? "\(options.node.displayPath) needs 'columns' where no header names them."
                    : "\(options.node.displayPath) names its columns twice, by 'columns' and by a header.",
                hint: "Write 'columns: [a, b]', or 'header: true' and no columns.",
                at: header ?? options.node
            )
            return nil
        }
        guard let delimiter, delimiter != quote else {
            context.diagnostics.error(
                .configInvalidValue,
                "\(options.node.displayPath) needs a delimiter that is not its quote.",
                at: options.node
            )
            return nil
        }
        let dialect = CSVDialect(delimiter: delimiter, quote: quote, isTyped: types == .auto)
        let fields = KnownFields(isOpen: hasHeader || ragged == .keep, names: columns ?? [])
        var plan = ParserPlan(spec, fields: fields) { setup in
            CSVParser(dialect, ragged, columns.map { CSVColumns(symbols: setup.symbols(of: $0)) })
        }
        plan.framing = ScannedFraming.csv(
            delimiter: delimiter,
            quote: quote ?? ScannedFraming.noQuote,
            headerRecords: hasHeader ? 1 : 0
        )
        return plan
    }

    private let dialect: CSVDialect
    private let ragged: Ragged
    private let named: CSVColumns?
    /// The columns of `unit`; nil where its header cannot be read.
    private var columns: CSVColumns?
    /// The unit that `columns` belong to.
    private var unit: UnitContext?

    /// Takes the columns, where the configuration names them.
    init(_ dialect: CSVDialect, _ ragged: Ragged, _ columns: CSVColumns?) {
        self.dialect = dialect
        self.ragged = ragged
        named = columns
        self.columns = columns
    }

    /// Fills the fields of every live record; drops empty and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        if unit !== batch.unit {
            unit = batch.unit
            columns = named ?? readHeader(batch)
        }
        guard columns != nil else {
            let reason: RejectReason = batch.unit.header.isEmpty ? .csvNoHeader : .csvHeader
            unsafe batch.parseLines(fieldBound: 0) { _, _, _ in .rejected(reason) }
            return
        }
        columns?.place(in: batch.arena)
        let missing = ragged == .fill ? min(columns?.fields.count ?? 0, Self.maximumFill) : 0
        // A value and its delimiter are at least one byte; the last value of a row may have none.
        let bound = batch.textExtent + batch.count * (1 + missing)
        let base = unsafe batch.text
        let (arena, symbols) = (batch.arena, batch.symbols)
        let hasBlankDelimiter = dialect.delimiter <= 0x20
        let (dialect, ragged) = (dialect, ragged)
        unsafe columns?.fields.withUnsafeBufferPointer { columns in
            unsafe batch.parseLines(fieldBound: bound, dropsBlank: !hasBlankDelimiter) { start, end, fields in
                if unsafe start == end { return .dropped }
                var scan = unsafe CSVScan(
                    base: base,
                    at: start,
                    end: end,
                    fields: fields,
                    columns: columns,
                    arena: arena
                )
                if let reason = unsafe scan.row(dialect) {
                    return unsafe .rejected(reason, at: scan.at - start)
                }
                if unsafe scan.count == columns.count { return .fields(columns.count) }
                return unsafe Self.settle(&scan, ragged, symbols)
            }
        }
    }

    private func readHeader(_ batch: RecordBatch) -> CSVColumns? {
        guard !batch.unit.header.isEmpty, let names = CSVColumns.names(of: batch.unit.header, dialect)
        else { return nil }
        return CSVColumns(names: names, batch.symbols)
    }

    /// Decides about a row that has more or fewer values than there are columns.
    private static func settle(
        _ scan: inout CSVScan,
        _ ragged: Ragged,
        _ symbols: SymbolLookup
    ) -> LineVerdict {
        let (count, columnCount) = unsafe (scan.count, scan.columnCount)
        if count > CSVColumns.maximumCount { return .rejected(.csvColumnLimit) }
        if count < columnCount {
            switch ragged {
            case .keep: return .fields(count)
            case .fill where columnCount - count <= maximumFill:
                for index in count..<columnCount { unsafe scan.fields[index] = scan.columns[index] }
                return .fields(columnCount)
            case .fill, .reject: return .rejected(.csvTooFew, at: count)
            }
        }
        guard ragged == .keep else { return .rejected(.csvTooMany, at: count) }
        for index in columnCount..<count {
            let name = Array("column_\(index + 1)".utf8)
            unsafe scan.fields[index].symbol = unsafe name.withUnsafeBufferPointer { unsafe symbols.find($0) }
            unsafe scan.fields[index].name_offset = UInt32(truncatingIfNeeded: scan.arena.count)
            unsafe scan.fields[index].name_length = UInt32(truncatingIfNeeded: name.count)
            unsafe scan.fields[index].flags |= UInt8(SLUICE_REPLACED | SLUICE_NAME_IN_ARENA)
            unsafe name.withUnsafeBytes { unsafe scan.arena.append($0) }
        }
        return .fields(count)
    }
}
