internal import CSimdjson
internal import Settings

/// `convert: { status: int, took: duration_ms, size: bytes }` gives fields another type.
///
/// Every field of a name is converted; null stays null, and what has the type already keeps its bytes.
/// Numbers are never rounded: digits that 64 bits cannot hold are written as they are.
struct ConvertStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "convert",
        summary: "Gives fields another type or unit.",
        semantics: 1,
        example: "- convert: { status: int, took: duration_ms, size: bytes }",
        options: [
            .init(
                "NAME",
                "type",
                standard: nil,
                "The field's type: int, float, bool, string, json, bytes, duration_ns, duration_us, "
                    + "duration_ms or duration_s."
            ),
            ErrorPolicy.option,
        ],
        notes: """
            Every field of the name is converted. Null stays null, and what has the type keeps
            its bytes. `int` takes signs, leading zeros, `0x1f`, and `1.50e2` because it is
            whole; digits are never rounded, not even those that 64 bits cannot hold. `bool`
            takes true, yes, on, y, t, 1 and their opposites. `json` is the value that a text
            of JSON holds. `bytes` reads `12KiB` or `3 MB`: KB is 1000, KiB and K are 1024.
            Durations are `1m30s`, `250ms`, `1.5h`, `PT5M`, and become a number of the unit
            named.
            """,
        samples: [
            #"{"status":"0200","took":"1.5s","size":"12 KiB"}"#,
            #"{"status":200,"took":250,"size":null}"#,
            #"{"status":"ok"}"#,
        ]
    )

    /// What each field becomes.
    struct Rule: Sendable {
        /// The field.
        var symbol: UInt16
        /// Its new type.
        var type: ValueType
    }

    /// In the order of the configuration.
    let rules: [Rule]
    /// What becomes of values that cannot be converted.
    let policy: ErrorPolicy

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        var rules: [Rule] = []
        var policy = ErrorPolicy.reject
        let entries = context.entries(node)
        for entry in entries {
            if entry.name == ErrorPolicy.option.name {
                policy = entry.value.choice(ErrorPolicy.self, &context.diagnostics) ?? policy
                continue
            }
            guard let type = entry.value.choice(ValueType.self, &context.diagnostics) else { continue }
            context.checkKnown(entry.name, at: entry.location, path: entry.value.path)
            rules.append(Rule(symbol: context.symbols.symbol(for: entry.name), type: type))
        }
        if rules.isEmpty, entries.allSatisfy({ $0.name == ErrorPolicy.option.name }), !entries.isEmpty {
            context.diagnostics.error(.configInvalidValue, "\(node.path) names no field.", at: node)
        }
        return [ConvertStep(rules: rules, policy: policy)]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        let reader = rules.contains { $0.type == .json } ? JSONValueReader() : nil
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            for place in unsafe batch.records[index].fieldRange {
                let field = unsafe batch.fields[place]
                if field.symbol == 0 || field.isRemoved || field.tag == UInt8(SLUICE_NULL) { continue }
                guard let rule = rules.first(where: { $0.symbol == field.symbol }) else { continue }
                guard batch.arena.count + 2 * Int(field.value_length) <= RecordBatch.maximumArenaBytes else {
                    unsafe batch.records[index].reject(.tooMuchText)
                    break
                }
                let made = batch.converted(field, to: rule.type, reader)
                if made == nil, policy == .keep { continue }
                if made == nil, policy == .reject {
                    unsafe batch.records[index].reject(.conversion)
                    break
                }
                let value = made ?? MadeValue(tag: SLUICE_NULL, offset: 0, length: 0)
                unsafe batch.replace(&batch.fields[place], with: value)
                unsafe batch.records[index].is_changed = 1
            }
        }
    }
}
