/// One word of an expression's source.
struct Token {
    enum Kind: Equatable {
        /// Digits without sign; 2^63 is only valid after a minus.
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        /// The bytes of a string literal after its escapes were replaced.
        case string([UInt8])
        case identifier(String)
        case symbol(Symbol)
        case end
    }

    enum Symbol: String {
        case equal = "==", notEqual = "!=", lessOrEqual = "<=", greaterOrEqual = ">=", and = "&&", or = "||"
        case less = "<", greater = ">", not = "!", plus = "+", minus = "-", star = "*", slash = "/", percent =
            "%"
        case question = "?", colon = ":", dot = ".", comma = ",", openParenthesis = "(", closeParenthesis =
            ")"
        case openBracket = "[", closeBracket = "]"
    }

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
