/// Writes a table of settings as a JSON Schema (draft 2020-12), for editors that complete and check YAML.
///
/// The schema is a little wider than the program where JSON Schema cannot say more: references, expressions
/// and templates are checked by `sluice check`.
public enum JSONSchema {
    /// The schema of a file whose top level is `root`, as JSON text with a line ending.
    public static func text(of root: SettingSection, title: String) -> String {
        var definitions = [("external", external), ("secret", reference("external"))]
        for section in root.all.dropFirst() { definitions.append((section.title, schema(of: section))) }
        let members: [(String, JSON)] =
            [
                ("$schema", .text("https://json-schema.org/draft/2020-12/schema")), ("title", .text(title)),
            ] + members(of: root) + [("$defs", .object(definitions))]
        return JSON.object(members).text() + "\n"
    }

    private static func schema(of section: SettingSection) -> JSON { .object(members(of: section)) }

    private static func members(of section: SettingSection) -> [(String, JSON)] {
        var members: [(String, JSON)] = [
            ("description", .text(section.summary)), ("type", .text("object")),
            ("additionalProperties", .literal("false")),
        ]
        let required = section.settings.filter(\.isRequired).map { JSON.text($0.name) }
        if !required.isEmpty { members.append(("required", .array(required))) }
        if !section.exactlyOne.isEmpty {
            let choices = section.exactlyOne.map { JSON.object([("required", .array([.text($0)]))]) }
            members.append(("oneOf", .array(choices)))
        }
        members.append(("properties", .object(section.settings.map { ($0.name, schema(of: $0)) })))
        return members
    }

    private static func schema(of setting: Setting) -> JSON {
        var summary = setting.summary
        if let standard = setting.standard { summary += " Default: \(standard)." }
        guard case .object(let members) = schema(of: setting.type) else { return .literal("true") }
        return .object([("description", .text(summary))] + members)
    }

    private static func schema(of type: SettingType) -> JSON {
        switch type {
        case .string: reference("external")
        case .secret: reference("secret")
        case .integer(let range): integer(in: range)
        case .boolean: .object([("type", .text("boolean"))])
        case .duration: pattern("^(0|[1-9][0-9]*)(ms|s|m|h|d)$")
        case .byteCount:
            .object([
                (
                    "anyOf",
                    .array([integer(in: 0 ... .max), pattern("^(0|[1-9][0-9]*) *(B|[kKMGT]B|[KMGT]iB)$")])
                )
            ])
        case .pattern(let text, _): pattern(text)
        case .choice(let words): .object([("enum", .array(words.map { .text($0) }))])
        case .list(let item): .object([("type", .text("array")), ("items", schema(of: item))])
        case .oneOrMany(let item):
            .object([("anyOf", .array([schema(of: item), schema(of: .list(item))]))])
        case .mapping(let value):
            .object([("type", .text("object")), ("additionalProperties", schema(of: value))])
        case .section(let section): reference(section.title)
        case .step(let steps):
            .object([
                ("type", .text("object")), ("minProperties", .literal("1")), ("maxProperties", .literal("1")),
                ("additionalProperties", .literal("false")),
                ("properties", .object(steps.map { ($0.name, schema(of: $0)) })),
            ])
        case .either(let types): .object([("anyOf", .array(types.map(schema)))])
        case .anything: .object([])
        }
    }

    /// Text (a number or `no` counts as the text that was written), a variable or a file.
    private static var external: JSON {
        func source(_ name: String) -> JSON {
            .object([
                ("type", .text("object")), ("required", .array([.text(name)])),
                ("additionalProperties", .literal("false")),
                ("properties", .object([(name, .object([("type", .text("string"))]))])),
            ])
        }
        let scalar = JSON.object([("type", .array([.text("string"), .text("number"), .text("boolean")]))])
        return .object([("anyOf", .array([scalar, source("env"), source("file")]))])
    }

    private static func reference(_ name: String) -> JSON { .object([("$ref", .text("#/$defs/\(name)"))]) }

    private static func pattern(_ text: String) -> JSON {
        .object([("type", .text("string")), ("pattern", .text(text))])
    }

    private static func integer(in range: ClosedRange<Int>) -> JSON {
        var members: [(String, JSON)] = [("type", .text("integer"))]
        if range.lowerBound != .min { members.append(("minimum", .literal(String(range.lowerBound)))) }
        if range.upperBound != .max { members.append(("maximum", .literal(String(range.upperBound)))) }
        return .object(members)
    }
}

/// JSON that keeps the order of its names.
private indirect enum JSON {
    /// A string.
    case text(String)
    /// A number, `true` or `false`, as written.
    case literal(String)
    /// A list.
    case array([JSON])
    /// Names with values.
    case object([(String, JSON)])

    /// Indented text; what holds no further list or mapping stays on one line.
    func text(indentation: String = "") -> String {
        switch self {
        case .text(let text): return Self.quoted(text)
        case .literal(let text): return text
        case .array(let items):
            let inner = indentation + "  "
            guard items.contains(where: \.isNested) else {
                return "[\(items.map { $0.text() }.joined(separator: ", "))]"
            }
            let lines = items.map { inner + $0.text(indentation: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indentation)]"
        case .object(let members):
            let inner = indentation + "  "
            if members.isEmpty { return "{}" }
            if !members.contains(where: \.1.isNested) {
                return "{ \(members.map { "\(Self.quoted($0)): \($1.text())" }.joined(separator: ", ")) }"
            }
            let lines = members.map { "\(inner)\(Self.quoted($0)): \($1.text(indentation: inner))" }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indentation)}"
        }
    }

    private var isNested: Bool {
        switch self {
        case .text, .literal: false
        case .array(let items): items.contains(where: \.isNested)
        case .object: true
        }
    }

    /// RFC 8259, section 7.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
