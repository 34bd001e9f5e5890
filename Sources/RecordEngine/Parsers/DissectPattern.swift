/// A dissect pattern: keys, and the text between them.
struct DissectPattern: Sendable {
    /// Why a text is no pattern.
    struct Mistake: Error {
        /// What is wrong, without a full stop.
        let message: String
    }

    /// One `%{…}`.
    private struct Key {
        /// `+`, `?`, `*`, `&`, or nothing.
        var modifier: Character?
        var name = ""
        /// Behind `/`.
        var order: Int?
        /// Whether further copies of the delimiter are skipped.
        var isPadded = false
        /// Text between the key before and this one.
        var before: [UInt8] = []
        /// Text between this key and the next.
        var after: [UInt8] = []
    }

    /// A piece of a field.
    struct Part: Sendable {
        /// Which key of the pattern.
        let key: Int
        /// What stands between the piece before and this one.
        let joiner: [UInt8]
        fileprivate let order: Int
    }

    /// A field with its pieces, in order.
    struct Field: Sendable {
        /// Its name.
        let name: String
        /// At least one.
        fileprivate(set) var parts: [Part]
    }

    /// A field whose name and value are both keys of the pattern.
    struct Pair: Sendable {
        /// The key that is the name.
        let name: Int
        /// The key that is the value.
        let value: Int
    }

    private var keys: [Key] = []
    private var prefix: [UInt8] = []
    /// The fields, in the order in which they begin in the pattern.
    private(set) var fields: [Field] = []
    /// The fields that the record names.
    private(set) var pairs: [Pair] = []

    /// The stops of the scan and the bytes of their delimiters: first the text before the first key, then
    /// one stop per key.
    var stops: (stops: [DissectStop], delimiters: [UInt8]) {
        var delimiters = prefix
        var stops: [DissectStop] = []
        for key in keys {
            stops.append(
                DissectStop(from: delimiters.count, count: key.after.count, isPadded: key.isPadded)
            )
            delimiters += key.after
        }
        return (stops, delimiters)
    }

    /// Reads a pattern.
    static func parse(_ text: String) -> Result<Self, Mistake> {
        var pattern = Self()
        var rest = text[...]
        var literal = ""
        while let start = rest.firstIndex(of: "%") {
            literal += rest[..<start]
            rest = rest[start...]
            guard rest.hasPrefix("%{") else {
                literal.append(rest.removeFirst())
                continue
            }
            guard let end = rest.firstIndex(of: "}") else {
                return .failure(Mistake(message: "'%{' has no '}'"))
            }
            guard var key = key(rest[start..<end].dropFirst(2)) else {
                return .failure(Mistake(message: "'\(rest[start...end])' is no key"))
            }
            key.before = Array(literal.utf8)
            pattern.add(key, behind: literal)
            literal = ""
            rest = rest[rest.index(after: end)...]
        }
        pattern.close(literal + rest)
        if let mistake = pattern.mistake { return .failure(mistake) }
        return .success(pattern.resolved)
    }

    private static func key(_ text: Substring) -> Key? {
        var text = text
        var key = Key()
        if text.hasSuffix("->") {
            key.isPadded = true
            text.removeLast(2)
        }
        if let first = text.first, "+?*&".contains(first) { key.modifier = text.removeFirst() }
        if key.modifier == "+", let slash = text.lastIndex(of: "/") {
            guard let order = Int(text[text.index(after: slash)...]), order >= 0 else { return nil }
            key.order = order
            text = text[..<slash]
        }
        key.name = String(text)
        if key.name.isEmpty, let modifier = key.modifier, modifier != "?" { return nil }
        return key
    }

    private mutating func add(_ key: Key, behind literal: String) {
        close(literal)
        keys.append(key)
    }

    /// The text up to the next key or the end.
    private mutating func close(_ literal: String) {
        if let last = keys.indices.last {
            keys[last].after = Array(literal.utf8)
        } else {
            prefix = Array(literal.utf8)
        }
    }

    private var mistake: Mistake? {
        if keys.isEmpty { return Mistake(message: "a pattern needs at least one %{name}") }
        for key in keys.dropLast() where key.after.isEmpty {
            return Mistake(message: "'%{\(key.name)}' has no text behind it that ends it")
        }
        for key in keys where key.isPadded && key.after.isEmpty {
            return Mistake(message: "'%{\(key.name)->}' has no text behind it that could be repeated")
        }
        for (modifier, other) in [("*", "&"), ("&", "*")] as [(Character, Character)] {
            for key in keys where key.modifier == modifier {
                let partners = keys.count { $0.modifier == other && $0.name == key.name }
                if partners != 1 {
                    return Mistake(message: "'%{\(modifier)\(key.name)}' needs one '%{\(other)\(key.name)}'")
                }
            }
        }
        let taken = keys.contains { $0.modifier == "*" || ($0.modifier != "?" && !$0.name.isEmpty) }
        return taken ? nil : Mistake(message: "a pattern needs at least one %{name}")
    }

    /// With its keys put together to fields.
    private var resolved: Self {
        var made = self
        for (index, key) in keys.enumerated() {
            switch key.modifier {
            case "?", "&": continue
            case "*":
                guard let value = keys.firstIndex(where: { $0.modifier == "&" && $0.name == key.name }) else {
                    continue
                }
                made.pairs.append(Pair(name: index, value: value))
            default:
                if key.name.isEmpty { continue }
                let known = made.fields.firstIndex { $0.name == key.name }
                let count = known.map { made.fields[$0].parts.count } ?? 0
                // The first key of the pattern has no text before it that could join it to another piece.
                let joiner = index == 0 ? key.after : key.before
                let part = Part(key: index, joiner: joiner, order: key.order ?? count)
                guard let known else {
                    made.fields.append(Field(name: key.name, parts: [part]))
                    continue
                }
                // A name that stands twice without '+' means its last place.
                if key.modifier == "+" {
                    made.fields[known].parts.append(part)
                } else {
                    made.fields[known].parts = [part]
                }
            }
        }
        for index in made.fields.indices {
            // Pieces of equal order keep theirs: a stable sort by place of the pattern.
            made.fields[index].parts.sort { ($0.order, $0.key) < ($1.order, $1.key) }
        }
        return made
    }
}
