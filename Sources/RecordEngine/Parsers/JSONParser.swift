internal import CSimdjson
internal import Settings

/// `parse: json`: one JSON object a line (NDJSON), checked in full.
///
/// | line | becomes |
/// |---|---|
/// | an object | a record; values keep their bytes, order and duplicates |
/// | blanks only | dropped |
/// | a list, string, number, `true`, `null` | rejected: not an object |
/// | anything else: half a line, two objects, comments, NaN, trailing commas | rejected, with the place |
/// | invalid UTF-8 | rejected |
///
/// Lone surrogates written as escapes (`\ud800`) are JSON by RFC 8259 section 8.2 and keep their bytes.
@safe final class JSONParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "json",
        summary: "One JSON object a line, validated in full.",
        semantics: 1,
        example: "- parse: json",
        options: [
            ComponentSpec.Option(
                "explode",
                "name, dotted where it lies deeper",
                standard: "none",
                "The elements of this list in each document are the records, and nothing else of it is."
            )
        ],
        notes: """
            Every byte is checked against RFC 8259: comments, `NaN`, trailing commas, half a line and two
            objects on one line are rejected, and so are lists, strings and numbers on their own.
            `max_depth` limits how deep values are nested.

            With `explode` a document of any size and layout is read in constant memory, and may span lines.
            The name is that of a list within the document, or leads to one through objects:
            `result.items`. A document without the list is rejected.
            """,
        samples: [
            #"{"a": 1.50, "b": [1, 2]}"#,
            "[1, 2]",
        ]
    )

    private let handle: OpaquePointer

    /// Reads the options.
    static func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        var plan = ParserPlan(spec) { JSONParser(maximumDepth: $0.maximumDepth) }
        if let path = options.optional("explode")?.text(&context.diagnostics) {
            plan.framing = ScannedFraming.exploded(path)
        }
        return plan
    }

    /// Makes a parser that takes this many levels of nesting.
    init(maximumDepth: Int) {
        guard let handle = unsafe sluice_json_new(UInt32(clamping: maximumDepth)) else {
            preconditionFailure("There is no memory for a JSON parser.")
        }
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe sluice_json_free(handle) }

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        batch.reserveFields(sluice_json_field_bound(batch.textExtent) + batch.count)
        _ = unsafe sluice_json_parse(
            handle,
            batch.text,
            batch.records,
            batch.count,
            batch.symbols.handle,
            batch.spareFields,
            batch.fields
        )
    }
}
