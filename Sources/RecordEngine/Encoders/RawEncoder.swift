internal import CSimdjson
internal import Settings

/// `encode: raw`: the text of the field `line`, or of a template, one line a record.
///
/// A record without that field, or whose text holds a line feed, is rejected: it would not be one line.
struct RawEncoder: RecordEncoder {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "raw",
        summary: "The text of the field 'line', or of a template.",
        semantics: 1,
        example: "- encode: raw",
        options: [
            .init(
                "template",
                "text with {field}",
                standard: "\"{line}\"",
                "What each line is made of; the field 'line' must be there where no template is given."
            )
        ],
        notes: """
            A record without that field, or whose text holds a line feed, is rejected: it would not be one
            line. In a template, `{field}` stands for a value as in the step [`text`](steps.md#text).
            """,
        samples: [
            #"{"line":"say \"hi\""}"#,
            #"{"a":1}"#,
        ]
    )
    /// The field whose text is written.
    static let fieldName = "line"

    /// Makes the encoder; warns when no step makes the field.
    static func compile(
        _ options: inout ComponentOptions,
        _ context: inout StepContext
    ) -> (any RecordEncoder)? {
        if let node = options.optional("template") {
            return TextStep.segments(node, &context).map { TemplateEncoder(segments: $0) }
        }
        context.checkKnown(fieldName, at: options.node.location, path: options.node.path)
        return RawEncoder(symbol: context.symbols.symbol(for: fieldName))
    }

    /// The symbol of the field `line`.
    let symbol: UInt16

    /// Appends one line per live record.
    func encode(_ batch: RecordBatch, _ range: Range<Int>, to output: ByteBuffer) {
        for index in range where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            guard let field = batch.lastField(symbol, of: record), field.tag != UInt8(SLUICE_NULL) else {
                unsafe batch.records[index].reject(.noLine)
                continue
            }
            if field.isEscaped { batch.reserveForDecoding(record) }
            let text = unsafe batch.plainText(of: field)
            if unsafe text.contains(UInt8(ascii: "\n")) {
                unsafe batch.records[index].reject(.lineFeedInLine)
                continue
            }
            unsafe output.append(text)
            output.append(UInt8(ascii: "\n"))
        }
    }
}
