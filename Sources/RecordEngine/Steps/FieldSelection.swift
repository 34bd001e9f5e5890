internal import CSimdjson
internal import Settings

/// The fields that a step works on: those named, or all of them.
struct FieldSelection: Sendable {
    /// What stands for all fields in the configuration.
    static let wildcard = "*"

    private let isAll: Bool
    private let symbols: SymbolSet

    /// Every field, whatever its name.
    static let all = FieldSelection(isAll: true, symbols: SymbolSet([]))

    private init(isAll: Bool, symbols: SymbolSet) {
        self.isAll = isAll
        self.symbols = symbols
    }

    /// Reads a list of names, or `"*"`; reports its mistakes.
    init(_ node: ConfigNode, _ context: inout StepContext) {
        if case .scalar(Self.wildcard, _) = node.value {
            self = .all
            return
        }
        let names = context.fieldNames(node)
        self.init(isAll: false, symbols: SymbolSet(names.map { context.symbols.symbol(for: $0) }))
    }

    /// Reads the value of a step that is a list of names, `"*"`, or a mapping with `fields` and options.
    ///
    /// `options` takes what it knows from the mapping; it is not called for the short forms.
    static func read(
        _ node: ConfigNode,
        _ context: inout StepContext,
        options: (inout MappingReader, inout StepContext) -> Void = { _, _ in }
    ) -> FieldSelection? {
        guard case .mapping = node.value else { return FieldSelection(node, &context) }
        guard var reader = MappingReader(node, &context.diagnostics) else { return nil }
        let fields = reader.optional("fields")
        options(&reader, &context)
        reader.finish(&context.diagnostics)
        return fields.map { FieldSelection($0, &context) } ?? .all
    }

    /// Whether the step works on this field.
    @inline(__always)
    func contains(_ field: sluice_field) -> Bool {
        !field.isRemoved && (isAll || symbols.contains(field.symbol))
    }
}

extension RecordBatch {
    /// Gives `body` the decoded text of every selected field that holds text, and room in the arena.
    ///
    /// `body` appends the new text to the arena and says true, or leaves the arena alone and says false: the
    /// value stays as it is, byte for byte. The text it gets stays where it is while at most `growth` times
    /// its length and 64 bytes are appended.
    func rewriteText(
        _ selection: FieldSelection,
        growth: Int,
        _ body: (UnsafeRawBufferPointer) -> Bool
    ) {
        for index in 0..<count where unsafe records[index].isLive {
            for place in unsafe records[index].fieldRange {
                let field = unsafe fields[place]
                let isText = field.tag == UInt8(SLUICE_STRING) || field.tag == UInt8(SLUICE_TEXT)
                guard isText, selection.contains(field) else { continue }
                let before = arena.count
                let wanted = (growth + 1) * Int(field.value_length) + 64
                guard before + wanted <= Self.maximumArenaBytes else {
                    unsafe records[index].reject(.tooMuchText)
                    break
                }
                arena.reserve(wanted)
                let text = unsafe plainText(of: field)
                let offset = arena.count
                guard unsafe body(text) else {
                    arena.count = before
                    continue
                }
                let value = MadeValue(tag: SLUICE_TEXT, offset: offset, length: arena.count - offset)
                unsafe replace(&fields[place], with: value)
                unsafe records[index].is_changed = 1
            }
        }
    }
}
