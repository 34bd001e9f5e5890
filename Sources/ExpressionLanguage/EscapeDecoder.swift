internal import EventModel

/// Reads one escape sequence of a string literal (cel-spec, doc/langdef.md, "String and Bytes Values").
struct EscapeDecoder {
    /// The whole expression.
    let source: [UInt8]
    /// At the backslash before, after the sequence when decoded.
    private(set) var position: Int

    /// Stands at the backslash.
    init(source: [UInt8], position: Int) {
        self.source = source
        self.position = position
    }

    /// The UTF-8 bytes that the sequence stands for.
    mutating func decode() throws(Finding) -> [UInt8] {
        let start = position
        position += 1
        guard position < source.count else { throw Self.unknown(at: start) }
        let letter = source[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            return [letter]
        case UInt8(ascii: "a"): return [0x07]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "v"): return [0x0B]
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return try utf8(of: hexadecimal(2, start), start)
        case UInt8(ascii: "u"): return try utf8(of: unicode(start), start)
        case UInt8(ascii: "U"): return try utf8(of: hexadecimal(8, start), start)
        case UInt8(ascii: "0")...UInt8(ascii: "3"): return try utf8(of: octal(first: letter, start), start)
        default: throw Self.unknown(at: start)
        }
    }

    /// Four digits, or a surrogate pair in two sequences.
    private mutating func unicode(_ start: Int) throws(Finding) -> UInt32 {
        let high = try hexadecimal(4, start)
        guard (0xD800..<0xDC00).contains(high), position + 1 < source.count,
            source[position] == UInt8(ascii: "\\"), source[position + 1] == UInt8(ascii: "u")
        else { return high }
        position += 2
        let low = try hexadecimal(4, start)
        guard (0xDC00..<0xE000).contains(low) else { return high }
        return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    }

    private mutating func hexadecimal(_ count: Int, _ start: Int) throws(Finding) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard position < source.count, let digit = hexadecimalValue(source[position]) else {
                throw Finding(.expressionSyntax, "This escape needs \(count) hexadecimal digits.", at: start)
            }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private mutating func octal(first: UInt8, _ start: Int) throws(Finding) -> UInt32 {
        var value = UInt32(first - 0x30)
        for _ in 0..<2 {
            guard position < source.count, source[position] &- 0x30 < 8 else {
                throw Finding(.expressionSyntax, "This escape needs three octal digits.", at: start)
            }
            value = value << 3 | UInt32(source[position] - 0x30)
            position += 1
        }
        return value
    }

    private func utf8(of value: UInt32, _ start: Int) throws(Finding) -> [UInt8] {
        guard let scalar = Unicode.Scalar(value) else {
            throw Finding(.expressionSyntax, "This escape is no Unicode character.", at: start)
        }
        return Array(String(scalar).utf8)
    }

    private static func unknown(at start: Int) -> Finding {
        Finding(
            .expressionSyntax,
            "This escape is not known.",
            hint: "Write \\\\ for a backslash, or a raw string for a pattern: r'\\d+'.",
            at: start
        )
    }
}
