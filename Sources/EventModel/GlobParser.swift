/// Reads a pattern's bytes into symbols; `{a,b}` is written out into one list per alternative.
struct GlobParser {
    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// All patterns that the braces stand for; at least one.
    static func alternatives(_ bytes: [UInt8]) throws(GlobError) -> [[Glob.Symbol]] {
        var parser = GlobParser(bytes)
        let found = try parser.sequence(openBrace: nil, depth: 0)
        return found
    }

    /// Reads up to the end, or within braces up to `,` or `}`.
    private mutating func sequence(openBrace: Int?, depth: Int) throws(GlobError) -> [[Glob.Symbol]] {
        var lists: [[Glob.Symbol]] = [[]]
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: ",") where openBrace != nil, UInt8(ascii: "}") where openBrace != nil:
                return lists
            case UInt8(ascii: "{"):
                let choices = try braces(depth: depth)
                lists = lists.flatMap { list in choices.map { list + $0 } }
                guard lists.count <= Glob.maximumAlternatives else {
                    throw GlobError(
                        "The braces stand for more than \(Glob.maximumAlternatives) patterns.",
                        hint: "Write several patterns in a list.",
                        at: position - 1
                    )
                }
            default:
                let symbol = try symbol()
                for index in lists.indices { lists[index].append(symbol) }
            }
        }
        if let openBrace { throw GlobError("'}' is missing for this brace.", at: openBrace) }
        return lists
    }

    private mutating func braces(depth: Int) throws(GlobError) -> [[Glob.Symbol]] {
        let start = position
        guard depth < 8 else { throw GlobError("Braces are nested more than 8 levels deep.", at: start) }
        var choices: [[Glob.Symbol]] = []
        repeat {
            position += 1
            choices += try sequence(openBrace: start, depth: depth + 1)
        } while bytes[position] == UInt8(ascii: ",")
        position += 1
        return choices
    }

    private mutating func symbol() throws(GlobError) -> Glob.Symbol {
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "/"): return .slash
        case UInt8(ascii: "?"): return .set(.anyInComponent)
        case UInt8(ascii: "["): return .set(try characterClass())
        case UInt8(ascii: "*"):
            guard position < bytes.count, bytes[position] == UInt8(ascii: "*") else { return .star }
            position += 1
            return .doubleStar
        case UInt8(ascii: "\\"):
            guard position < bytes.count, bytes[position] != UInt8(ascii: "/") else {
                throw GlobError("'\\' needs a character to take as it is.", at: position - 1)
            }
            position += 1
            return .byte(bytes[position - 1])
        default: return .byte(byte)
        }
    }

    /// After `[`: `!` or `^` turns it round; `]` first and `-` first or last stand for themselves.
    private mutating func characterClass() throws(GlobError) -> ByteSet {
        let start = position - 1
        var isNegated = false
        if let first = peek(), first == UInt8(ascii: "!") || first == UInt8(ascii: "^") {
            isNegated = true
            position += 1
        }
        var members: Set<UInt8> = []
        var isFirst = true
        while let low = peek(), low != UInt8(ascii: "]") || isFirst {
            isFirst = false
            let from = try member(start)
            guard peek() == UInt8(ascii: "-"), position + 1 < bytes.count,
                bytes[position + 1] != UInt8(ascii: "]")
            else {
                members.insert(from)
                continue
            }
            position += 1
            let to = try member(start)
            guard from <= to else { throw GlobError("This range is backwards.", at: start) }
            members.formUnion(from...to)
        }
        guard peek() != nil else { throw GlobError("']' is missing for this bracket.", at: start) }
        position += 1
        var set = isNegated ? ByteSet.anyInComponent : ByteSet()
        for byte in members where byte != UInt8(ascii: "/") {
            if isNegated { set.remove(byte) } else { set.insert(byte) }
        }
        return set
    }

    private mutating func member(_ start: Int) throws(GlobError) -> UInt8 {
        if peek() == UInt8(ascii: "\\") { position += 1 }
        guard let byte = peek() else { throw GlobError("']' is missing for this bracket.", at: start) }
        guard byte < 0x80 else {
            throw GlobError(
                "Brackets take single bytes, this character has several.",
                hint: "Use braces: {ä,ö}.",
                at: start
            )
        }
        position += 1
        return byte
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }
}
