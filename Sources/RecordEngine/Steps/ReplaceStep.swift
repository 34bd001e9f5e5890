internal import CSimdjson
internal import ExpressionLanguage
internal import Settings

/// `replace: { fields: [path], pattern: '\?.*$', with: '' }` replaces every match of an RE2 pattern in text.
///
/// `\1` to `\9` in `with` stand for groups, `\0` for the match, `\\` for a backslash. Matching takes linear
/// time (trap X05). It looks at decoded text, so an escape hides nothing (trap J13). Values that are no text
/// stay as they are.
struct ReplaceStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "replace",
        summary: "Replaces what a regular expression (RE2) matches.",
        semantics: 1,
        example: "- replace: { fields: [path], pattern: '/user/\\d+', with: '/user/{id}' }",
        options: [
            .init("fields", "list of names", standard: "\"*\"", "The fields; `\"*\"` is all of them."),
            .init("pattern", "text", standard: nil, "What is looked for."),
            .init("with", "text", standard: "''", "What stands in its place; `\\1` is the first group."),
            .init("first", "true or false", standard: "false", "Whether only the first match is replaced."),
        ],
        notes: """
            Every match is replaced. `\\1` to `\\9` stand for groups, `\\0` for the match, `\\\\` for a
            backslash. Matching looks at decoded text and takes linear time.
            """,
        samples: [
            #"{"path":"/user/17/cart"}"#
        ]
    )

    /// The fields.
    let selection: FieldSelection
    /// The pattern with its replacement.
    let replacement: TextReplacement

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        guard var reader = MappingReader(node, &context.diagnostics) else { return [] }
        let fields = reader.optional("fields")
        let patternNode = reader.required("pattern", &context.diagnostics)
        let withNode = reader.optional("with")
        let isFirstOnly = reader.optional("first").flatMap { $0.boolean(&context.diagnostics) } ?? false
        reader.finish(&context.diagnostics)
        let selection = fields.map { FieldSelection($0, &context) } ?? .all
        guard let patternNode, let pattern = patternNode.text(&context.diagnostics) else { return [] }
        let with = withNode.flatMap { $0.text(&context.diagnostics) } ?? ""
        switch TextReplacement.compile(pattern: pattern, with: with, firstOnly: isFirstOnly) {
        case .success(let replacement):
            return [ReplaceStep(selection: selection, replacement: replacement)]
        case .failure(let refusal):
            let place = refusal.isInPattern ? patternNode : withNode ?? node
            context.diagnostics.error(
                .configInvalidValue,
                "\(place.path): \(refusal.reason).",
                hint: refusal.isInPattern ? "Patterns are RE2's: no backreferences, no lookaround." : nil,
                at: place
            )
            return []
        }
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        unsafe batch.rewriteText(selection, growth: 1) { text in
            unsafe replacement.apply(to: text) { unsafe batch.arena.append($0) }
        }
    }
}
