internal import EventModel

extension ConfigNode {
    /// The text of a scalar; reports `config.invalid-value` and returns nil otherwise.
    public func text(_ diagnostics: inout Diagnostics) -> String? {
        if case .scalar(let text, _) = value { return text }
        diagnostics.error(.configInvalidValue, "\(path) must be a string.", at: self)
        return nil
    }

    /// An integer within `range`.
    public func integer(in range: ClosedRange<Int> = .min ... .max, _ diagnostics: inout Diagnostics) -> Int? {
        if case .scalar(let text, isQuoted: false) = value, let number = Int(text), range.contains(number) { return number }
        let wanted = range == .min ... .max ? "an integer" : "an integer from \(range.lowerBound) to \(range.upperBound)"
        diagnostics.error(.configInvalidValue, "\(path) must be \(wanted).", at: self)
        return nil
    }

    /// `true` or `false`, unquoted; YAML 1.1's `yes`, `no`, `on`, `off` are refused (trap S34).
    public func boolean(_ diagnostics: inout Diagnostics) -> Bool? {
        if case .scalar("true", isQuoted: false) = value { return true }
        if case .scalar("false", isQuoted: false) = value { return false }
        diagnostics.error(.configInvalidValue, "\(path) must be true or false.", at: self)
        return nil
    }

    /// The items of a list; a single scalar counts as a list of one where `orSingle` is set.
    public func list(orSingle: Bool = false, _ diagnostics: inout Diagnostics) -> [ConfigNode]? {
        switch value {
        case .sequence(let items): return items
        case .scalar where orSingle: return [self]
        default:
            diagnostics.error(.configInvalidValue, "\(path) must be a list.", at: self)
            return nil
        }
    }

    /// A list of strings; a single string counts as a list of one.
    public func texts(_ diagnostics: inout Diagnostics) -> [String]? {
        guard let items = list(orSingle: true, &diagnostics) else { return nil }
        return items.compactMap { $0.text(&diagnostics) }
    }

    /// A duration with its unit: `250ms`, `1s`, `5m`, `2h`, `1d`.
    public func duration(_ diagnostics: inout Diagnostics) -> Duration? {
        if case .scalar(let text, _) = value, let duration = Self.parseDuration(text) { return duration }
        diagnostics.error(
            .configInvalidValue, "\(path) must be a duration with a unit.", hint: "Write for instance 250ms, 1s, 5m or 2h.", at: self)
        return nil
    }

    /// A number of bytes: `65536`, `64KiB`, `512MiB`, `10GB`.
    public func byteCount(_ diagnostics: inout Diagnostics) -> Int? {
        if case .scalar(let text, _) = value, let count = Self.parseByteCount(text) { return count }
        diagnostics.error(
            .configInvalidValue, "\(path) must be a number of bytes.", hint: "Write for instance 64KiB, 512MiB or 10GB.", at: self)
        return nil
    }

    /// Reads `250ms`, `1s`, `5m`, `2h`, `1d`.
    public static func parseDuration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isNumber && $0.isASCII }
        guard let number = Int64(digits), number < 1 << 40 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(number)
        case "s": return .seconds(number)
        case "m": return .seconds(number * 60)
        case "h": return .seconds(number * 3600)
        case "d": return .seconds(number * 86400)
        default: return nil
        }
    }

    /// Reads `65536`, `64KiB`, `512MiB`, `10GB`.
    public static func parseByteCount(_ text: String) -> Int? {
        let digits = text.prefix { $0.isNumber && $0.isASCII }
        guard let number = Int(digits) else { return nil }
        let units = [
            "": 1, "B": 1, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
            "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
        ]
        guard let unit = units[text.dropFirst(digits.count).trimming()] else { return nil }
        let (count, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : count
    }
}

extension Substring {
    fileprivate func trimming() -> String { String(drop { $0 == " " }) }
}

/// Reads the entries of one mapping and reports those that nobody asked for.
public struct MappingReader {
    private let node: ConfigNode
    private let entries: [ConfigNode.Entry]
    private var known: Set<String> = []

    /// Begins to read; reports and returns nil when the node is no mapping.
    public init?(_ node: ConfigNode, _ diagnostics: inout Diagnostics) {
        guard case .mapping(let entries) = node.value else {
            diagnostics.error(.configInvalidValue, "\(node.path) must be a mapping.", at: node)
            return nil
        }
        self.node = node
        self.entries = entries
    }

    /// The value of a name, or nil.
    public mutating func optional(_ name: String) -> ConfigNode? {
        known.insert(name)
        return entries.first { $0.name == name }?.value
    }

    /// The value of a name; reports `config.missing-key` when it is not there.
    public mutating func required(_ name: String, _ diagnostics: inout Diagnostics) -> ConfigNode? {
        if let value = optional(name) { return value }
        diagnostics.error(.configMissingKey, "\(node.path) needs '\(name)'.", at: node)
        return nil
    }

    /// Reports every name that was not asked for, with the nearest known one as a hint.
    public consuming func finish(_ diagnostics: inout Diagnostics) {
        for entry in entries where !known.contains(entry.name) {
            let nearest = Suggestion.nearest(to: entry.name, among: known)
            diagnostics.add(
                Diagnostic(
                    .error, .configUnknownKey, "\(entry.value.path) is not known here.",
                    hint: nearest.map { "Did you mean '\($0)'?" } ?? "Known: \(known.sorted().joined(separator: ", ")).",
                    at: entry.location, path: entry.value.path))
        }
    }
}

/// Finds what a misspelt name was meant to be.
public enum Suggestion {
    /// The candidate with the smallest edit distance, if that is at most a third of the name's length (at least 1).
    public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(1, name.count / 3)
        return candidates.map { ($0, distance(Array(name.utf8), Array($0.utf8))) }
            .filter { $0.1 <= limit }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for i in left.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let substitution = diagonal + (left[i] == right[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, min(row[j], row[j + 1]) + 1)
            }
        }
        return row[right.count]
    }
}
