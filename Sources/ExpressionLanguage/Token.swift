/// One word of an expression's source.
struct Token {
    /// What the word is.
    enum Kind: Equatable {
        /// Digits without sign; 2^63 is only valid after a minus.
        case int(UInt64)
        /// Digits with the suffix `u`.
        case uint(UInt64)
        /// Digits with a point or exponent.
        case double(Double)
        /// The bytes of a string literal after its escapes were replaced.
        case string([UInt8])
        /// A name or a reserved word.
        case identifier(String)
        /// An operator or bracket.
        case symbol(Symbol)
        /// Behind the last word.
        case end
    }

    /// Operators and brackets, as they are written.
    enum Symbol: String {
        /// Operators of two characters.
        case equal = "==", notEqual = "!=", lessOrEqual = "<=", greaterOrEqual = ">=", and = "&&", or = "||"
        /// Operators of one character.
        case less = "<", greater = ">", not = "!", plus = "+", minus = "-", star = "*", slash = "/", percent =
            "%"
        /// What separates and groups.
        case question = "?", colon = ":", dot = ".", comma = ",", openParenthesis = "(", closeParenthesis =
            ")"
        /// Brackets of lists and indexes.
        case openBracket = "[", closeBracket = "]"
    }

    /// What the word is.
    let kind: Kind
    /// Where the word begins, in bytes of the source.
    let byteOffset: Int

    /// The word as a message shows it.
    var shown: String {
        switch kind {
        case .int, .uint, .double: "a number"
        case .string: "a string"
        case .identifier(let name): "'\(name)'"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        case .end: "the end"
        }
    }
}
