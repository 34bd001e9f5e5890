internal import Settings

/// `charset: NAME`, or `{ from: NAME, invalid: reject | replace | keep }`.
enum CharsetReader {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "charset",
        summary: "Reads the text in an encoding; records are UTF-8 from there on.",
        semantics: 1,
        example: "- charset: { from: shift_jis, invalid: replace }",
        options: [
            ComponentSpec.Option("from", "name of an encoding", standard: nil, "The encoding of the text."),
            ComponentSpec.Option(
                "invalid",
                "reject, replace or keep",
                standard: "reject",
                "What becomes of bytes that are no text in it."
            ),
        ]
    )

    /// Reads the step and reports its mistakes.
    static func read(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> TextCharset? {
        guard case .mapping = node.value else { return charset(node, .reject, &diagnostics) }
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let from = reader.required("from", &diagnostics)
        let invalidNode = reader.optional("invalid")
        let invalid = invalidNode?.choice(TextCharset.Invalid.self, &diagnostics)
        reader.finish(&diagnostics)
        guard let from, let charset = charset(from, invalid ?? .reject, &diagnostics) else { return nil }
        if let invalidNode, invalid == .keep, charset.encoding != .utf8 {
            diagnostics.error(
                .configInvalidValue,
                "\(invalidNode.displayPath): only UTF-8 can be kept as it is.",
                hint: "Write reject or replace.",
                at: invalidNode
            )
            return nil
        }
        return charset
    }

    private static func charset(
        _ node: ConfigNode,
        _ invalid: TextCharset.Invalid,
        _ diagnostics: inout Diagnostics
    ) -> TextCharset? {
        guard let name = node.text(&diagnostics) else { return nil }
        guard let charset = TextCharset(named: name, invalid: invalid) else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.displayPath): no encoding '\(name)' is known.",
                hint: Suggestion.hint(for: name.lowercased(), among: TextCharset.names),
                at: node
            )
            return nil
        }
        guard charset.isAvailable else {
            diagnostics.error(
                .textCharsetUnavailable,
                "\(node.displayPath): the C library of this machine cannot read '\(name)'.",
                hint: LibraryConversion.installHint,
                at: node
            )
            return nil
        }
        return charset
    }
}
