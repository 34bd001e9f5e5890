internal import EventModel
internal import ExpressionLanguage
internal import Settings

/// The ways to cut text into records that `frame` names.
enum FramingKind: String, CaseIterable, Sendable {
    /// The words of the configuration.
    case lines, multiline, csv
    /// The elements of JSON lists.
    case jsonArray = "json_array"
    /// JSON documents of any layout.
    case jsonDocuments = "json_documents"

    /// What it is.
    var spec: ComponentSpec {
        switch self {
        case .lines: Self.linesSpec
        case .multiline: Self.multilineSpec
        case .csv: Self.csvSpec
        case .jsonArray: Self.jsonArraySpec
        case .jsonDocuments: Self.jsonDocumentsSpec
        }
    }

    private static let tooLong = ComponentSpec.Option(
        "too_long",
        "reject or truncate",
        standard: "reject",
        "What becomes of a record above `max_record`; one that is cut off has `_truncated: true`."
    )
    private static let skip = ComponentSpec.Option(
        "skip",
        "number of lines",
        standard: "0",
        "Lines at the beginning that are no records."
    )
    private static let linesSpec = ComponentSpec(
        name: "lines",
        summary: "Each line is a record.",
        semantics: 1,
        example: "- frame: { format: lines, skip: 3, too_long: truncate }",
        options: [skip, tooLong],
        notes: """
            A line ends at a line feed, with or without a carriage return before it; the last one need not
            end. Bytes of characters are not cut in two by `truncate`.
            """
    )
    private static let multilineSpec = ComponentSpec(
        name: "multiline",
        summary: "Lines that belong together are one record: stack traces.",
        semantics: 1,
        example: "- frame: { format: multiline, preset: java }",
        options: [
            ComponentSpec.Option(
                "preset",
                "java, python, go or swift",
                standard: nil,
                "A known kind of trace."
            ),
            ComponentSpec.Option("start", "pattern", standard: "none", "A line that begins a record."),
            ComponentSpec.Option(
                "continue",
                "pattern",
                standard: "none",
                "A line that matches goes on with the record before it."
            ),
            ComponentSpec.Option("max_lines", "number", standard: "500", "Most lines of one record."),
            skip, tooLong,
        ],
        notes: """
            One of `preset`, `start` and `continue` is needed. Presets know the traces of a language, together
            with the line of the log that reports them. Patterns are those of RE2, and see the first 1 KiB of
            a line. A record that reaches `max_lines`, or would pass `max_record`, ends there, and what
            follows is a further record: nothing is lost, and nothing is joined across objects or members.
            """
    )
    private static let csvSpec = ComponentSpec(
        name: "csv",
        summary: "Each row of CSV is a record; line feeds within quotes belong to it.",
        semantics: 1,
        example: "- frame: { format: csv, delimiter: \";\" }",
        options: [
            ComponentSpec.Option("delimiter", "one byte", standard: "\",\"", "What separates fields."),
            ComponentSpec.Option("quote", "one byte", standard: "'\"'", "What fields may stand between."),
            skip,
        ],
        notes: """
            A quote opens a field only where the field begins (RFC 4180). A row whose quote nothing ends is
            rejected as soon as it is longer than `max_record`, and the next line begins a row.
            """
    )
    private static let jsonArraySpec = ComponentSpec(
        name: "json_array",
        summary: "Each element of a JSON list is a record.",
        semantics: 1,
        example: "- frame: json_array",
        notes: """
            Line feeds outside of strings become blanks, so that a record that nothing changes is one line.
            Missing elements, commas and brackets are rejected records of their own. A value without an end
            is rejected where a line begins with `{` or `[` and valid JSON could not go on so.
            """
    )
    private static let jsonDocumentsSpec = ComponentSpec(
        name: "json_documents",
        summary: "Each JSON document is a record, however it is laid out.",
        semantics: 1,
        example: "- frame: json_documents",
        notes: """
            Documents may follow one another with or without blanks, span lines, or be one a line. Text that
            belongs to none is rejected, up to a line that begins with `{` or `[`; so is a document without an
            end, where valid JSON could not go on so. Line feeds outside of strings become blanks.
            """
    )

    /// Reads the options and reports their mistakes; nil where there is one.
    func compile(_ options: inout ComponentOptions, _ diagnostics: inout Diagnostics) -> ScannedFraming? {
        switch self {
        case .lines: return Self.withLineOptions(.lines, &options, &diagnostics)
        case .jsonArray: return ScannedFraming(layout: .json(.elements))
        case .jsonDocuments: return ScannedFraming(layout: .json(.documents))
        case .multiline:
            let lines = options.optional("max_lines")?.integer(in: 1...1_000_000, &diagnostics) ?? 500
            guard let rule = Self.rule(&options, &diagnostics) else { return nil }
            return Self.withLineOptions(.multiline(rule, maximumLines: lines), &options, &diagnostics)
        case .csv:
            let delimiter = Self.byte("delimiter", ",", &options, &diagnostics)
            let quote = Self.byte("quote", "\"", &options, &diagnostics)
            guard let delimiter, let quote else { return nil }
            var framing = ScannedFraming.csv(delimiter: delimiter, quote: quote)
            framing.headerRecords = options.optional("skip")?.integer(in: 0...1_000_000, &diagnostics) ?? 0
            return framing
        }
    }

    private static func withLineOptions(
        _ layout: ScannedFraming.Layout,
        _ options: inout ComponentOptions,
        _ diagnostics: inout Diagnostics
    ) -> ScannedFraming {
        ScannedFraming(
            layout: layout,
            tooLong: options.optional("too_long")?.choice(RecordAssembler.TooLong.self, &diagnostics)
                ?? .reject,
            headerRecords: options.optional("skip")?.integer(in: 0...1_000_000, &diagnostics) ?? 0
        )
    }

    private static func byte(
        _ name: String,
        _ standard: Character,
        _ options: inout ComponentOptions,
        _ diagnostics: inout Diagnostics
    ) -> UInt8? {
        guard let node = options.optional(name) else { return standard.asciiValue }
        guard let text = node.text(&diagnostics) else { return nil }
        if let byte = text.utf8.first, text.utf8.count == 1, byte != Newlines.lineFeed { return byte }
        diagnostics.error(.configInvalidValue, "\(node.displayPath) must be one byte.", at: node)
        return nil
    }

    /// Exactly one of `preset`, `start` and `continue`.
    private static func rule(
        _ options: inout ComponentOptions,
        _ diagnostics: inout Diagnostics
    ) -> MultilineRule? {
        let preset = options.optional("preset")
        let start = options.optional("start")
        let following = options.optional("continue")
        guard let node = preset ?? start ?? following,
            [preset, start, following].count(where: { $0 != nil }) == 1
        else {
            diagnostics.error(
                .configInvalidValue,
                "\(options.node.displayPath) needs one of 'preset', 'start' and 'continue'.",
                hint: "Write { format: multiline, preset: java }.",
                at: options.node
            )
            return nil
        }
        do throws(SluiceError) {
            if preset != nil { return try node.choice(MultilinePreset.self, &diagnostics)?.makeRule() }
            guard let source = node.text(&diagnostics) else { return nil }
            let pattern = try TextPattern(source)
            return start != nil ? .start(pattern) : .following(pattern)
        } catch {
            diagnostics.add(
                Diagnostic(
                    .error,
                    error.code,
                    "\(node.displayPath): \(error.message)",
                    hint: error.hint,
                    at: node.location,
                    path: node.path
                )
            )
            return nil
        }
    }
}
