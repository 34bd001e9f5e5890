internal import CSimdjson
internal import Settings

/// `parse_field: { field: message, format: json }`: any parser on the text of one field.
///
/// The fields that the parser finds are added to the record; those of a name that is there already get the
/// new value in their place, as with `set`. A record without the field, or where it is null or blank, stays
/// as it is.
struct ParseFieldStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "parse_field",
        summary: "Parses the text of one field, by any of the parsers.",
        semantics: 1,
        example: "- parse_field: { field: message, format: json }",
        options: [
            .init("field", "name", standard: nil, "The field whose text is parsed."),
            .init("format", "format of parse", standard: nil, "The parser; its own options stand beside it."),
            .init("into", "text", standard: "\"\"", "What the names of the new fields begin with."),
            .init("keep", "true or false", standard: "false", "Whether the field itself stays."),
            .init(
                "on_error",
                "reject or keep",
                standard: "reject",
                "What becomes of a record whose field is malformed: it is rejected, or stays as it is."
            ),
        ],
        notes: """
            The fields that the parser finds are added at the record's end; one that is there already gets
            the new value in its place. A record without the field, or where it is null or blank, stays as
            it is. Formats whose objects begin with a header (`w3c`, `csv` without `columns`) and `auto` need
            more than one text, and cannot be used here.
            """,
        samples: [
            #"{"time":"12:00","message":"{\"user\": \"bob\", \"n\": 1.50}"}"#,
            #"{"time":"12:00","message":"no JSON"}"#, #"{"time":"12:00"}"#,
        ]
    )

    /// What becomes of malformed values.
    enum ErrorPolicy: String, CaseIterable, Sendable {
        /// The words of the configuration.
        case reject, keep
    }

    /// The field whose text is parsed.
    let symbol: UInt16
    /// What parses it.
    let parser: FieldParser.Plan
    /// Whether the field stays.
    let keepsField: Bool
    /// What becomes of malformed values.
    let policy: ErrorPolicy

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        guard var options = ComponentOptions(node, &context.diagnostics) else { return [] }
        let field = options.required("field", &context.diagnostics)?.text(&context.diagnostics)
        let prefix = options.optional("into")?.text(&context.diagnostics) ?? ""
        let keeps = options.optional("keep")?.boolean(&context.diagnostics) ?? false
        let policy = options.optional("on_error")?.choice(ErrorPolicy.self, &context.diagnostics) ?? .reject
        guard let kind = options.format.choice(ParserKind.self, &context.diagnostics) else { return [] }
        let needsHeader = (kind == .csv || kind == .tsv) && options.optional("columns") == nil
        if needsHeader || kind == .auto || kind == .w3c {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.displayPath) cannot parse one text as '\(kind.rawValue)'.",
                hint: needsHeader
                    ? "Name the columns: { columns: [a, b] }." : "Name the format of the field.",
                at: options.format
            )
            return []
        }
        guard let plan = kind.compile(&options, &context), let field else { return [] }
        options.finish(&context.diagnostics)
        context.checkKnown(field, at: node.location, path: node.path)
        if !keeps, policy == .reject { context.fields.remove(field) }
        for name in plan.fields.names { context.fields.add(prefix + name) }
        if plan.fields.isOpen { context.fields.open() }
        let names = plan.fields.names + plan.soughtNames
        let known = names.map { ($0, context.symbols.symbol(for: prefix + $0)) }
        let step = ParseFieldStep(
            symbol: context.symbols.symbol(for: field),
            parser: FieldParser.Plan(
                plan: plan,
                known: known.map(\.0),
                symbols: known.map(\.1),
                prefix: JSONText.escaped(Array(prefix.utf8)),
                number: context.nextMemoryNumber()
            ),
            keepsField: keeps,
            policy: policy
        )
        return [step]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        let memory = batch.memory(parser.number) { FieldParser(parser) }
        memory.removeAll()
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            guard let field = batch.lastField(symbol, of: record), field.tag != UInt8(SLUICE_NULL) else {
                continue
            }
            if field.isEscaped { batch.reserveForDecoding(record) }
            unsafe memory.append(batch.writtenText(of: field), of: index)
        }
        memory.parse(into: batch) { index, found in
            switch found {
            case .nothing: return
            case .fields(let fields): merge(fields, into: index, of: batch)
            case .rejected(let reason, let detail):
                if policy == .keep { return }
                unsafe batch.records[index].reject(reason, detail: detail)
            }
        }
    }

    /// Adds the fields to a record, or gives their values to those of the same name.
    private func merge(_ found: [sluice_field], into index: Int, of batch: RecordBatch) {
        if batch.arena.count > RecordBatch.maximumArenaBytes {
            unsafe batch.records[index].reject(.tooMuchText)
            return
        }
        var fields: [sluice_field] = []
        for place in unsafe batch.records[index].fieldRange {
            var field = unsafe batch.fields[place]
            if !keepsField, field.symbol == symbol { field.flags |= UInt8(SLUICE_REMOVED) }
            fields.append(field)
        }
        let ownCount = fields.count
        for new in found {
            var isSet = false
            for place in 0..<ownCount where !fields[place].isRemoved {
                guard isSameName(fields[place], new, of: batch) else { continue }
                let flags = Int(new.flags) & (SLUICE_IN_ARENA | SLUICE_VALUE_ESCAPED)
                let value = MadeValue(
                    tag: Int(new.tag),
                    offset: Int(new.value_offset),
                    length: Int(new.value_length),
                    flags: flags
                )
                batch.replace(&fields[place], with: value)
                isSet = true
            }
            if !isSet { fields.append(new) }
        }
        batch.setFields(fields, of: index)
    }

    /// Names without a symbol are compared as they are written.
    private func isSameName(_ own: sluice_field, _ new: sluice_field, of batch: RecordBatch) -> Bool {
        if own.symbol != 0 || new.symbol != 0 { return own.symbol == new.symbol }
        let (left, right) = unsafe (batch.writtenName(of: own), batch.writtenName(of: new))
        return unsafe left.count == right.count && left.elementsEqual(right)
    }
}
