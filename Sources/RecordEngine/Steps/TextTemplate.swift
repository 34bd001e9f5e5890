/// The template language of `text`: literals, `{field}`, `{{` and `}}`.
///
/// No expressions (trap S35).
enum TextTemplate {
    /// A part of a template.
    enum Part: Equatable {
        /// Text as it stands.
        case literal(String)
        /// The value of a field.
        case field(String)
    }

    /// The parts of a template; nil where a brace has no partner or a field no name.
    static func parse(_ text: String) -> [Part]? {
        var parts: [Part] = []
        var literal = ""
        var rest = text[...]
        while let next = rest.popFirst() {
            switch next {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                literal.append(next)
                rest.removeFirst()
            case "{":
                guard let close = rest.firstIndex(of: "}"), close > rest.startIndex else { return nil }
                let name = rest[..<close]
                if name.contains("{") { return nil }
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(.field(String(name)))
                rest = rest[rest.index(after: close)...]
            case "}":
                return nil
            default:
                literal.append(next)
            }
        }
        if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
        return parts
    }
}
