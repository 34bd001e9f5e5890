internal import CSimdjson
internal import Settings

/// `case: { lower: [level], upper: [method] }` changes letters.
///
/// By the rules of Unicode without a locale (`İ`, `ß` as the Unicode Character Database maps them). Values
/// that are no text stay as they are.
struct CaseStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "case",
        summary: "Makes text lower or upper case.",
        semantics: 1,
        example: "- case: { lower: [level], upper: [method] }",
        options: [
            .init("lower", "list of names", standard: "none", "The fields to make lower case."),
            .init("upper", "list of names", standard: "none", "The fields to make upper case."),
        ],
        notes: """
            Letters of any script, by the rules of Unicode without a locale. Values that are no text stay
            as they are.
            """,
        samples: [
            #"{"level":"ERROR","method":"get"}"#
        ]
    )

    /// The fields.
    let selection: FieldSelection
    /// Whether letters become upper case.
    let isUpper: Bool

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        guard var reader = MappingReader(node, &context.diagnostics) else { return [] }
        let lists = [(reader.optional("lower"), false), (reader.optional("upper"), true)]
        reader.finish(&context.diagnostics)
        if lists.allSatisfy({ $0.0 == nil }) {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.path) changes no field.",
                hint: "Write { lower: [level] } or { upper: [method] }.",
                at: node
            )
        }
        return lists.compactMap { list, isUpper in
            list.map { CaseStep(selection: FieldSelection($0, &context), isUpper: isUpper) }
        }
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        let first = isUpper ? UInt8(ascii: "a") : UInt8(ascii: "A")
        // A few letters become three times as long: U+0390 has three code points in upper case.
        unsafe batch.rewriteText(selection, growth: 4) { text in
            var isChanged = false
            var isASCII = true
            for index in 0..<text.count {
                let byte = unsafe text[index]
                if byte &- first < 26 { isChanged = true }
                if byte >= 0x80 { isASCII = false }
            }
            if !isASCII {
                let before = unsafe String(decoding: text, as: UTF8.self)
                let after = isUpper ? before.uppercased() : before.lowercased()
                if after.utf8.elementsEqual(before.utf8) { return false }
                for byte in after.utf8 { batch.arena.append(byte) }
                return true
            }
            if !isChanged { return false }
            for index in 0..<text.count {
                let byte = unsafe text[index]
                batch.arena.append(byte &- first < 26 ? byte ^ 0x20 : byte)
            }
            return true
        }
    }
}
