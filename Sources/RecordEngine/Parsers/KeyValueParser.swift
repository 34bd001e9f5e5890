internal import CSimdjson
internal import Settings

/// `parse: { format: key_value, pair: "&", separator: "=" }`: keys and values with delimiters of choice.
///
/// - A key runs up to the separator or the end of its pair; a key alone is `true`. A record without any
///   separator is rejected, so that plain text is not taken for flags (trap J09).
/// - A value that begins with a quote runs to the next one, which the pair's end or the record's follows.
///   Escapes of JSON in double quotes are undone; otherwise a quote behind a backslash is kept as it stands.
/// - With `types: auto` bare values that are JSON numbers, `true`, `false` and `null` are that.
struct KeyValueParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "key_value",
        summary: "Keys and values with delimiters of choice.",
        semantics: 1,
        example: "- parse: { format: key_value, pair: \"; \", separator: \": \" }",
        options: [
            .init("pair", "text", standard: "\" \"", "What stands between two pairs."),
            .init("separator", "text", standard: "\"=\"", "What stands between key and value."),
            .init("quotes", "characters", standard: "'\"'", "What may stand around a value."),
            .init(
                "trim",
                "characters",
                standard: "\" \\t\"",
                "What is cut off both ends of keys and values."
            ),
            .init("prefix", "text", standard: "\"\"", "What the names of the fields begin with."),
            .init(
                "types",
                "auto or text",
                standard: "auto",
                "Whether bare numbers, true, false and null are that."
            ),
        ],
        notes: """
            A key without a value is `true`, but a record without any separator is rejected: it is plain text.
            Empty pairs are passed over. Values in quotes are always text. Keys keep order and duplicates.
            For `key=value` pairs as Go and Heroku write them there is [`logfmt`](#parse-logfmt).
            """,
        samples: [#"user: bob; age: 42; note: "a; b"; admin"#, "plain text", #"a: "open"#]
    )

    /// How values get their types.
    private enum Types: String, CaseIterable { case auto, text }

    /// What the scan is told.
    struct Dialect: Sendable {
        /// Between pairs; not empty.
        var pair = Array(" ".utf8)
        /// Between key and value; not empty.
        var separator = Array("=".utf8)
        /// Quotes.
        var quotes = Array("\"".utf8)
        /// Cut off.
        var trim = Array(" \t".utf8)
        /// Before every name.
        var prefix: [UInt8] = []
        /// Whether bare values have types.
        var isTyped = true
    }

    /// Reads the options.
    static func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        var dialect = Dialect()
        func bytes(_ name: String, _ standard: [UInt8], isNeeded: Bool = false) -> [UInt8] {
            guard let node = options.optional(name) else { return standard }
            let made = node.text(&context.diagnostics).map { Array($0.utf8) } ?? standard
            if made.isEmpty && isNeeded || made.contains(10) {
                let message = "\(node.displayPath) must be text without a line feed, and not empty."
                context.diagnostics.error(.configInvalidValue, message, at: node)
            }
            return made
        }
        dialect.pair = bytes("pair", dialect.pair, isNeeded: true)
        dialect.separator = bytes("separator", dialect.separator, isNeeded: true)
        dialect.quotes = bytes("quotes", dialect.quotes)
        dialect.trim = bytes("trim", dialect.trim)
        dialect.prefix = bytes("prefix", dialect.prefix)
        let types = options.optional("types")?.choice(Types.self, &context.diagnostics) ?? .auto
        dialect.isTyped = types == .auto
        if dialect.pair == dialect.separator {
            let message = "\(options.node.displayPath) has the same text between pairs as within them."
            context.diagnostics.error(.configInvalidValue, message, at: options.node)
        }
        let made = dialect
        return ParserPlan(spec) { _ in KeyValueParser(dialect: made) }
    }

    /// What the scan is told.
    let dialect: Dialect

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        let base = unsafe batch.text
        let (symbols, arena) = (batch.symbols, batch.arena)
        // A key of one byte and what ends it.
        let bound = batch.textExtent / 2 + batch.count
        unsafe batch.parseLines(fieldBound: bound) { start, end, fields in
            var scan = unsafe KeyValueScan(
                dialect: dialect,
                base: base,
                at: start,
                end: end,
                fields: fields,
                symbols: symbols,
                arena: arena
            )
            if let reason = unsafe scan.line() { return unsafe .rejected(reason, at: scan.at - start) }
            return unsafe scan.hasPair ? .fields(scan.count) : .rejected(.keyValueNone)
        }
    }
}
