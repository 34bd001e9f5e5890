internal import EventModel

/// Cuts an expression into tokens, as CEL's language definition does (cel-spec, doc/langdef.md, "Syntax").
struct Lexer {
    private let source: [UInt8]
    private var position = 0

    /// Begins at the first byte.
    init(_ source: String) { self.source = Array(source.utf8) }

    /// All tokens, the last of them `.end`.
    static func tokens(of source: String) throws(Finding) -> [Token] {
        var lexer = Lexer(source)
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private mutating func next() throws(Finding) -> Token {
        skipBlanksAndComments()
        let start = position
        guard let byte = peek() else { return Token(kind: .end, byteOffset: start) }
        let kind: Token.Kind
        if isDigit(byte) || (byte == UInt8(ascii: ".") && isDigit(peek(1) ?? 0)) {
            kind = try number()
        } else if let quote = stringStart() {
            kind = try string(quote)
        } else if isLetter(byte) {
            kind = .identifier(takeIdentifier())
        } else {
            kind = .symbol(try symbol())
        }
        return Token(kind: kind, byteOffset: start)
    }

    private func peek(_ ahead: Int = 0) -> UInt8? {
        position + ahead < source.count ? source[position + ahead] : nil
    }

    private mutating func skipBlanksAndComments() {
        while let byte = peek() {
            if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D {
                position += 1
            } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
                while let next = peek(), next != 0x0A, next != 0x0D { position += 1 }
            } else {
                return
            }
        }
    }

    private mutating func takeIdentifier() -> String {
        let start = position
        while let byte = peek(), isLetter(byte) || isDigit(byte) { position += 1 }
        return String(decoding: source[start..<position], as: UTF8.self)
    }

    private mutating func symbol() throws(Finding) -> Token.Symbol {
        for length in [2, 1] where position + length <= source.count {
            let text = String(decoding: source[position..<(position + length)], as: UTF8.self)
            if let symbol = Token.Symbol(rawValue: text) {
                position += length
                return symbol
            }
        }
        throw unexpectedCharacter()
    }

    private func unexpectedCharacter() -> Finding {
        let rest = String(decoding: source[position...].prefix(16), as: UTF8.self)
        let character = rest.unicodeScalars.first.map(String.init) ?? ""
        let hint: String?
        switch character {
        case "=": hint = rest.hasPrefix("=~") ? "Write x.matches('pattern')." : "Write == to compare."
        case "&": hint = "Write && for 'and'."
        case "|": hint = "Write || for 'or'."
        case "“", "”", "‘", "’": hint = "Write strings in plain quotes: 'text' or \"text\"."
        case "{": hint = "Maps are not part of the supported subset of CEL."
        case "\\": hint = "Put text in quotes."
        default: hint = nil
        }
        let isControl = character.unicodeScalars.first.map { $0.value < 0x20 || $0.value == 0x7F } ?? true
        let shown = isControl ? "A control character" : "'\(character)'"
        return Finding(.expressionSyntax, "\(shown) is not expected here.", hint: hint, at: position)
    }
}

// MARK: Numbers

extension Lexer {
    private mutating func number() throws(Finding) -> Token.Kind {
        let start = position
        if peek() == UInt8(ascii: "0"), let x = peek(1), x | 0x20 == UInt8(ascii: "x") {
            position += 2
            let digits = takeWhile { hexadecimalValue($0) != nil }
            return try integer(digits, radix: 16, start)
        }
        var digits = takeWhile(isDigit)
        var isDouble = false
        if peek() == UInt8(ascii: "."), isDigit(peek(1) ?? 0) {
            isDouble = true
            position += 1
            digits += "." + takeWhile(isDigit)
        }
        if let e = peek(), e | 0x20 == UInt8(ascii: "e") {
            let signed = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
            if isDigit(peek(signed ? 2 : 1) ?? 0) {
                isDouble = true
                digits += signed && peek(1) == UInt8(ascii: "-") ? "e-" : "e"
                position += signed ? 2 : 1
                digits += takeWhile(isDigit)
            }
        }
        guard isDouble else { return try integer(digits, radix: 10, start) }
        try refuseLetter(after: start)
        let text = digits.hasPrefix(".") ? "0" + digits : digits
        guard let value = Double(text), value.isFinite else {
            throw Finding(.expressionSyntax, "This number is too large for a double.", at: start)
        }
        return .double(value)
    }

    private mutating func integer(_ digits: String, radix: Int, _ start: Int) throws(Finding) -> Token.Kind {
        let isUnsigned = peek().map { $0 | 0x20 == UInt8(ascii: "u") } ?? false
        if isUnsigned { position += 1 }
        try refuseLetter(after: start)
        guard !digits.isEmpty, let value = UInt64(digits, radix: radix) else {
            let reason =
                digits.isEmpty ? "Hexadecimal digits are missing." : "This number does not fit into 64 bits."
            throw Finding(.expressionSyntax, reason, at: start)
        }
        return isUnsigned ? .uint(value) : .int(value)
    }

    /// A letter right after a number is a typing mistake, not a new word.
    private func refuseLetter(after start: Int) throws(Finding) {
        guard let byte = peek(), isLetter(byte) else { return }
        throw Finding(
            .expressionSyntax,
            "This is neither a number nor a name.",
            hint: "Numbers are written 10, 10u, 0x1F, 1.5 or 1e3; put text in quotes.",
            at: start
        )
    }

    private mutating func takeWhile(_ condition: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = peek(), condition(byte) { position += 1 }
        return String(decoding: source[start..<position], as: UTF8.self)
    }
}

// MARK: Strings

extension Lexer {
    /// How a string literal begins: its quote, whether it is raw and whether it is tripled.
    private struct Opening {
        let quote: UInt8
        let isRaw: Bool
        let isTriple: Bool
        let prefixCount: Int
    }

    private func stringStart() -> Opening? {
        let isRaw = (peek() ?? 0) | 0x20 == UInt8(ascii: "r")
        let prefixCount = isRaw ? 1 : 0
        guard let quote = peek(prefixCount), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            return nil
        }
        let isTriple = peek(prefixCount + 1) == quote && peek(prefixCount + 2) == quote
        return Opening(quote: quote, isRaw: isRaw, isTriple: isTriple, prefixCount: prefixCount)
    }

    private mutating func string(_ opening: Opening) throws(Finding) -> Token.Kind {
        let start = position
        position += opening.prefixCount + (opening.isTriple ? 3 : 1)
        var bytes: [UInt8] = []
        while let byte = peek() {
            if byte == opening.quote, !opening.isTriple || isTripleQuote(opening.quote) {
                position += opening.isTriple ? 3 : 1
                return .string(bytes)
            }
            if !opening.isTriple, byte == 0x0A || byte == 0x0D { break }
            if byte == UInt8(ascii: "\\"), !opening.isRaw {
                var decoder = EscapeDecoder(source: source, position: position)
                bytes += try decoder.decode()
                position = decoder.position
            } else {
                bytes.append(byte)
                position += 1
            }
        }
        throw Finding(
            .expressionSyntax,
            "This string does not end.",
            hint: "Close it with its quote.",
            at: start
        )
    }

    private func isTripleQuote(_ quote: UInt8) -> Bool { peek(1) == quote && peek(2) == quote }
}

/// Whether a byte is an ASCII digit.
func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

/// Whether a byte can begin a name: an ASCII letter or `_`.
func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_") }

/// The value of a hexadecimal digit, or nil.
func hexadecimalValue(_ byte: UInt8) -> UInt32? {
    if isDigit(byte) { return UInt32(byte - 0x30) }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 ? UInt32(letter) + 10 : nil
}
