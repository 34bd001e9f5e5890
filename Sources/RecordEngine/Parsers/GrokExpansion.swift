internal import Settings

/// Puts a grok pattern together: a regular expression, and which of its groups are which fields.
struct GrokExpansion {
    /// Why a pattern cannot be put together.
    struct Mistake: Error {
        /// What is wrong, without a full stop.
        let message: String
        /// What to do about it.
        var hint: String?
    }

    /// Levels of definitions within definitions, so that one that means itself ends.
    private static let maximumDepth = 32
    /// Bytes of the whole regular expression.
    private static let maximumBytes = 64 << 10
    /// Begins the names of groups that stand for fields whose names may not be names of groups.
    private static let groupPrefix = "sluice_"

    private let definitions: [String: String]
    /// Field and type of each group that was made.
    private var made: [(field: String, kind: CaptureKind)] = []
    private var byteCount = 0

    /// Takes the named patterns.
    init(_ definitions: [String: String]) { self.definitions = definitions }

    /// The regular expression.
    mutating func expand(_ text: String) throws(Mistake) -> String { try expand(text, depth: 0) }

    private mutating func expand(_ text: String, depth: Int) throws(Mistake) -> String {
        if depth > Self.maximumDepth {
            throw Mistake(message: "patterns are nested deeper than \(Self.maximumDepth) levels")
        }
        byteCount += text.utf8.count
        if byteCount > Self.maximumBytes {
            throw Mistake(message: "the pattern is longer than \(Self.maximumBytes) bytes")
        }
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "%") {
            result += rest[..<start]
            rest = rest[start...]
            guard rest.hasPrefix("%{") else {
                result.append(rest.removeFirst())
                continue
            }
            guard let end = rest.firstIndex(of: "}") else {
                throw Mistake(message: "'%{' has no '}'")
            }
            result += try reference(rest[start..<end].dropFirst(2), depth: depth)
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// What stands between `%{` and `}`.
    private mutating func reference(_ text: Substring, depth: Int) throws(Mistake) -> String {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let definition = definitions[parts[0]] else {
            throw Mistake(
                message: "there is no pattern '\(parts[0])'",
                hint: Suggestion.hint(for: parts[0], among: Array(definitions.keys).sorted())
            )
        }
        if parts.count == 1 { return "(?:\(try expand(definition, depth: depth + 1)))" }
        guard parts.count <= 3, !parts[1].isEmpty else {
            throw Mistake(message: "'%{\(text)}' is not %{NAME}, %{NAME:field} or %{NAME:field:type}")
        }
        guard let kind = parts.count == 3 ? CaptureKind(rawValue: parts[2]) : .string else {
            throw Mistake(
                message: "there is no type '\(parts[2])'",
                hint: "Types are \(CaptureKind.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        let number = made.count
        made.append((Self.fieldName(parts[1]), kind))
        return "(?<\(Self.groupPrefix)\(number)>\(try expand(definition, depth: depth + 1)))"
    }

    /// `[http][status]` becomes `http_status`; every other name is as it stands.
    private static func fieldName(_ text: String) -> String {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.count > 2 else { return text }
        return text.dropFirst().dropLast().split(separator: "][").joined(separator: "_")
    }

    /// The fields of the compiled pattern's named groups, in the order of the groups.
    func fields(of groups: [(name: String, number: Int)]) -> [CaptureField] {
        var fields: [CaptureField] = []
        for (name, number) in groups {
            let index = name.hasPrefix(Self.groupPrefix) ? Int(name.dropFirst(Self.groupPrefix.count)) : nil
            let (field, kind) =
                index.flatMap { made.indices.contains($0) ? made[$0] : nil } ?? (name, .string)
            if let known = fields.firstIndex(where: { $0.name == field }) {
                fields[known].groups.append(number)
            } else {
                fields.append(CaptureField(name: field, kind: kind, groups: [number]))
            }
        }
        return fields
    }
}
