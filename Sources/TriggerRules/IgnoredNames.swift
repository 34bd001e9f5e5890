public import EventModel

/// Names of files that are still being written or belong to a tool (trap W08).
public struct IgnoredNames: Sendable, Hashable {
    /// Patterns for the last component of a key.
    public let patterns: [Glob]
    /// Whether names that begin with a dot, of files or directories, are left out too.
    public let ignoresDotNames: Bool

    /// All patterns in one, because most names match none of them.
    private let language: KeyLanguage

    /// Leaves out names that match one of the patterns.
    public init(patterns: [Glob], ignoresDotNames: Bool) {
        self.patterns = patterns
        self.ignoresDotNames = ignoresDotNames
        var language = KeyLanguage()
        for pattern in patterns { language.formUnion(pattern.language) }
        self.language = language.trimmed()
    }

    /// Downloads and uploads in progress, editors' backup, swap and lock files, NFS leftovers, dot names.
    public static let temporary = IgnoredNames(
        patterns: [
            "*.part", "*.partial", "*.filepart", "*.crdownload", "*.download", "*.tmp", "*.temp", "*.~*",
            "*~", "*.swp",
            "*.swx", "#*#", "~$*", ".nfs*",
        ].compactMap { try? Glob($0) },
        ignoresDotNames: true
    )
    /// Leaves out nothing.
    public static let none = IgnoredNames(patterns: [], ignoresDotNames: false)

    /// Whether a key lies where Sluice keeps its own files; such keys are never taken.
    public static func isOwn(_ key: ObjectKey) -> Bool {
        key.bytes.starts(with: ".sluice/".utf8) || key.bytes == Array(".sluice".utf8)
    }

    /// The rule that leaves a key out, or nil; a pattern that spells a temporary name out means it.
    func rule(for key: ObjectKey, namedBy pattern: KeyPattern) -> String? {
        // Globs decide about dot names themselves, component by component.
        let components = key.bytes.split(separator: UInt8(ascii: "/"))
        if ignoresDotNames, pattern.globs.isEmpty,
            components.contains(where: { $0.first == UInt8(ascii: ".") }),
            !pattern.prefixes.contains(where: { Self.spellsDotName($0, of: key) })
        {
            return ".*"
        }
        guard let name = components.last.map(Array.init), language.contains(name) else { return nil }
        guard let rule = patterns.first(where: { $0.matches(name) }) else { return nil }
        return Self.spells(rule.text, for: key, in: pattern) ? nil : rule.text
    }

    /// Whether the trigger's pattern fixes the very ending that a rule like `*.tmp` leaves out.
    private static func spells(_ rule: String, for key: ObjectKey, in pattern: KeyPattern) -> Bool {
        let ending = Array(rule.utf8.dropFirst())
        guard rule.hasPrefix("*"), !ending.contains(UInt8(ascii: "*")) else { return false }
        // A glob that takes the key but not a longer one has its ending written out.
        return pattern.globs.contains { $0.matches(key.bytes) && !$0.matches(key.bytes + [0x01]) }
            || pattern.suffixes.contains { $0.bytes.hasSuffix(ending) && key.bytes.hasSuffix($0.bytes) }
    }

    /// `prefix: .well-known/` asks for a dot name.
    private static func spellsDotName(_ prefix: ObjectKey, of key: ObjectKey) -> Bool {
        guard key.bytes.starts(with: prefix.bytes) else { return false }
        let components = prefix.bytes.split(separator: UInt8(ascii: "/"))
        let spelt = components.count { $0.first == UInt8(ascii: ".") }
        let all = key.bytes.split(separator: UInt8(ascii: "/")).count { $0.first == UInt8(ascii: ".") }
        return spelt == all
    }
}
