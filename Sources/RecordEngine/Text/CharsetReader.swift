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
        ],
        notes: """
            The value is the name of an encoding, or a mapping: `utf-8`, `utf-16` (a byte order mark tells the
            order; little-endian without one), `auto` (a byte order mark tells; without one bytes stay as they
            are), and what the C library's iconv reads, such as `latin-1`, `windows-1252`, `gbk`, `gb18030`,
            `big5`, `shift_jis`, `euc-jp`, `euc-kr` and `koi8-r`.

            With `invalid: reject` the records that hold bytes that are no text are rejected; with `replace`
            each such part becomes U+FFFD, and a warning counts them; with `keep` (UTF-8 only) they stay.
            Without `charset` bytes stay as they are, and encoders that write JSON reject what is no UTF-8; a
            text that begins as UTF-16 does brings a warning. A byte order mark is never part of a record.
            """
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
