internal import CSimdjson
internal import Settings

/// `text: { name: "literal and {field}" }` makes text fields, one after another.
///
/// `{field}` stands for a field's value: text as it is, numbers, lists and objects as they are written, null
/// and absent as nothing. `{{` and `}}` are braces.
struct TextStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "text",
        summary: "Makes text fields from literals and {field} templates.",
        semantics: 1,
        example: "- text: { env: prod, where: \"{service}@{host}\" }",
        notes: """
            `{field}` stands for the field's value: text as it is, numbers, lists and objects as they are
            written, null and absent as nothing. `{{` and `}}` are braces.
            """,
        samples: [
            #"{"service":"cart","host":"h1"}"#,
            #"{"service":"cart"}"#,
        ]
    )

    /// A part of a template.
    enum Segment: Sendable, Equatable {
        /// Text as it stands.
        case literal([UInt8])
        /// The value of a field.
        case field(UInt16)
    }

    /// The field that is made.
    let madeField: String?
    /// Its symbol.
    let symbol: UInt16
    /// The template, in order.
    let segments: [Segment]
    private let literalBytes: Int

    /// Takes a parsed template.
    init(_ madeField: String, symbol: UInt16, segments: [Segment]) {
        self.madeField = madeField
        self.symbol = symbol
        self.segments = segments
        literalBytes = segments.reduce(0) { sum, segment in
            if case .literal(let bytes) = segment { sum + bytes.count } else { sum }
        }
    }

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        context.entries(node).compactMap { entry in
            guard let segments = segments(entry.value, &context) else { return nil }
            context.add(entry.name)
            return TextStep(entry.name, symbol: context.symbols.symbol(for: entry.name), segments: segments)
        }
    }

    /// The parts of a template; reports its mistakes.
    static func segments(_ node: ConfigNode, _ context: inout StepContext) -> [Segment]? {
        guard let text = node.text(&context.diagnostics) else { return nil }
        guard let parts = TextTemplate.parse(text) else {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.path) has a brace without its partner.",
                hint: "Write {field} for a field's value, and {{ or }} for a brace.",
                at: node
            )
            return nil
        }
        return parts.map { part in
            switch part {
            case .literal(let text): return .literal(Array(text.utf8))
            case .field(let name):
                context.checkKnown(name, at: node.location, path: node.path)
                return .field(context.symbols.symbol(for: name))
            }
        }
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            var bound = literalBytes
            for case .field(let symbol) in segments {
                bound &+= 8 &+ Int(batch.lastField(symbol, of: record)?.value_length ?? 0)
            }
            guard batch.arena.count + bound <= RecordBatch.maximumArenaBytes else {
                unsafe batch.records[index].reject(.tooMuchText)
                continue
            }
            batch.arena.reserve(bound)
            let offset = batch.arena.count
            for segment in segments {
                switch segment {
                case .literal(let bytes): unsafe bytes.withUnsafeBytes { unsafe batch.arena.append($0) }
                case .field(let symbol): append(batch.lastField(symbol, of: record), to: batch)
                }
            }
            let value = MadeValue(tag: SLUICE_TEXT, offset: offset, length: batch.arena.count - offset)
            unsafe batch.set(symbol, to: value, in: &batch.records[index])
        }
    }

    private func append(_ field: sluice_field?, to batch: RecordBatch) {
        guard let field else { return }
        switch Int(field.tag) {
        case SLUICE_TRUE: batch.arena.append("true")
        case SLUICE_FALSE: batch.arena.append("false")
        default:
            // A string with escapes is decoded to the arena's end, which is where it is wanted.
            let text = unsafe batch.plainText(of: field)
            if !field.isEscaped { unsafe batch.arena.append(text) }
        }
    }
}

extension ByteBuffer {
    fileprivate func append(_ word: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}
