public import EventModel

/// Which keys a trigger takes: globs (`match:`), or prefixes and suffixes; temporary names are left out.
public struct KeyPattern: Sendable, Hashable {
    /// Any of these patterns; empty takes all.
    public let globs: [Glob]
    /// Any of these prefixes; empty takes all.
    public let prefixes: [ObjectKey]
    /// Any of these suffixes; empty takes all.
    public let suffixes: [ObjectKey]
    /// Names that are no finished files.
    public let ignored: IgnoredNames

    /// Takes keys that match one of the globs, have one of the prefixes and one of the suffixes.
    public init(
        globs: [Glob] = [],
        prefixes: [ObjectKey] = [],
        suffixes: [ObjectKey] = [],
        ignored: IgnoredNames = .temporary
    ) {
        self.globs = globs
        self.prefixes = prefixes
        self.suffixes = suffixes
        self.ignored = ignored
    }

    /// Why a key is not taken, as the end of "not taken because …", or nil.
    public func refusal(of key: ObjectKey) -> String? {
        if IgnoredNames.isOwn(key) { return "keys under '.sluice/' belong to Sluice" }
        if !globs.isEmpty, !globs.contains(where: { $0.matches(key.bytes) }) {
            return "the key does not match \(Self.list(globs.map(\.text)))" + dotNote(key)
        }
        if !prefixes.isEmpty, !prefixes.contains(where: { key.bytes.starts(with: $0.bytes) }) {
            return "the key does not begin with \(Self.list(prefixes.map(\.description)))"
        }
        if !suffixes.isEmpty, !suffixes.contains(where: { key.bytes.hasSuffix($0.bytes) }) {
            return "the key does not end with \(Self.list(suffixes.map(\.description)))"
        }
        guard let rule = ignored.rule(for: key, namedBy: self) else { return nil }
        return "the name looks temporary ('\(rule)')"
    }

    /// People wonder why `**` does not take `.git/config`.
    private func dotNote(_ key: ObjectKey) -> String {
        let hasDotName = key.bytes.split(separator: UInt8(ascii: "/")).contains {
            $0.first == UInt8(ascii: ".")
        }
        return hasDotName ? "; wildcards do not take names that begin with a dot" : ""
    }

    private static func list(_ words: [String]) -> String {
        let shown = words.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
        if words.count == 1 { return shown }
        return "any of \(shown)" + (words.count > 3 ? " and \(words.count - 3) more" : "")
    }
}

extension KeyPattern {
    /// The keys that pass globs, prefixes and suffixes; ignored names are not taken out.
    var language: KeyLanguage {
        var language = KeyLanguage()
        if globs.isEmpty {
            for prefix in prefixes.isEmpty ? [ObjectKey("")] : prefixes {
                for suffix in suffixes.isEmpty ? [ObjectKey("")] : suffixes {
                    language.formUnion(Self.between(prefix.bytes, suffix.bytes))
                }
            }
        } else {
            for glob in globs { language.formUnion(glob.language) }
        }
        return globs.isEmpty ? language.intersection(.anyKey) : language.trimmed()
    }

    /// Whether keys of more than one directory can pass.
    var spansDirectories: Bool {
        guard !globs.isEmpty else { return true }
        var all: Set<[UInt8]> = []
        for glob in globs {
            guard let directories = glob.directories else { return true }
            all.formUnion(directories)
        }
        return all.count > 1
    }

    /// Keys that begin and end so; prefix and suffix may share bytes, as `ab` and `bc` do in `abc`.
    private static func between(_ prefix: [UInt8], _ suffix: [UInt8]) -> KeyLanguage {
        var language = KeyLanguage()
        let middle = language.append(prefix, after: language.start)
        let loop = language.addState()
        language.addEmpty(middle, loop)
        language.addEdge(loop, .any, loop)
        language.accept(language.append(suffix, after: loop))
        for shared in 0..<min(prefix.count, suffix.count)
        where prefix.suffix(shared + 1) == suffix.prefix(shared + 1) {
            let word = prefix + suffix.dropFirst(shared + 1)
            language.accept(language.append(word, after: language.start))
        }
        return language
    }
}

extension [UInt8] {
    /// Whether the last bytes are these.
    func hasSuffix(_ bytes: [UInt8]) -> Bool { suffix(bytes.count).elementsEqual(bytes) }
}
