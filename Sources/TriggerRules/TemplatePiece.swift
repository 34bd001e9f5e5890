internal import Settings

/// One part of an output template.
enum TemplatePiece: Hashable, Sendable {
    /// Bytes that are written as they are; never empty.
    case literal([UInt8])
    /// `{name}` without its braces.
    case placeholder(String)

    /// What the source key gives to every template.
    static let keyPlaceholders = ["key", "dir", "name", "stem", "ext"]
    /// What some functions give: the member of an archive, the route and the partition of a record, the
    /// number of an output that follows a full one.
    static let outputPlaceholders = ["member", "output", "partition", "part"]

    /// Cuts a template's key into pieces; `{{` and `}}` are braces.
    ///
    /// `offset` is where the key begins in the text that errors refer to.
    static func parse(
        _ key: [UInt8],
        partitionKeys: Set<String>,
        offset: Int
    ) throws(TemplateError) -> [TemplatePiece] {
        var pieces: [TemplatePiece] = []
        var literal: [UInt8] = []
        var position = 0
        while position < key.count {
            let byte = key[position]
            let isBrace = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
            if isBrace, position + 1 < key.count, key[position + 1] == byte {
                literal.append(byte)
                position += 2
            } else if byte == UInt8(ascii: "{") {
                guard let end = key[position...].firstIndex(of: UInt8(ascii: "}")) else {
                    throw TemplateError(
                        "'}' is missing.",
                        hint: "Write {{ for a brace.",
                        at: offset + position
                    )
                }
                let name = String(decoding: key[(position + 1)..<end], as: UTF8.self)
                try check(name, partitionKeys, at: offset + position)
                if !literal.isEmpty { pieces.append(.literal(literal)) }
                literal = []
                pieces.append(.placeholder(name))
                position = end + 1
            } else if byte == UInt8(ascii: "}") {
                throw TemplateError("'{' is missing.", hint: "Write }} for a brace.", at: offset + position)
            } else {
                literal.append(byte)
                position += 1
            }
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        return pieces
    }

    private static func check(
        _ name: String,
        _ partitionKeys: Set<String>,
        at offset: Int
    ) throws(TemplateError) {
        let known = keyPlaceholders + outputPlaceholders + partitionKeys.sorted()
        guard !known.contains(name) else { return }
        let nearest = Suggestion.nearest(to: name, among: known)
        throw TemplateError(
            "There is no placeholder {\(name)}.",
            hint: nearest.map { "Did you mean {\($0)}?" }
                ?? "Known: " + known.map { "{\($0)}" }.joined(separator: ", ") + ".",
            at: offset
        )
    }
}
