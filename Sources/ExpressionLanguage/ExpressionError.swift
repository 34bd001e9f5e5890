public import EventModel

/// Why an expression cannot be compiled, with its place in the source.
public struct ExpressionError: Error, Sendable, Hashable {
    /// A stable code: `expression.syntax`.
    public let code: SluiceError.Code
    /// What is wrong.
    public let message: String
    /// What to write instead, where we know it.
    public let hint: String?
    /// Where it is wrong, in UTF-8 bytes from the start of the source; at most the source's length.
    public let byteOffset: Int
    /// The line of that place, from 1.
    public let line: Int
    /// The column of that place within its line, from 1, in characters.
    public let column: Int

    /// The same finding as the program's one error.
    public var sluiceError: SluiceError {
        SluiceError(code, "\(message) (column \(column))", hint: hint)
    }

    /// Adds line and column; O(length of the source).
    init(_ finding: Finding, in source: String) {
        code = finding.code
        message = finding.message
        hint = finding.hint
        byteOffset = min(finding.byteOffset, source.utf8.count)
        let before = String(decoding: source.utf8.prefix(byteOffset), as: UTF8.self)
        let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
        line = max(1, lines.count)
        column = (lines.last?.count ?? 0) + 1
    }
}

/// A mistake as lexer, parser and checker throw it; the compiler adds line and column.
struct Finding: Error {
    /// A stable code.
    let code: SluiceError.Code
    /// What is wrong.
    let message: String
    /// What to write instead, where we know it.
    let hint: String?
    /// Where it is wrong, in bytes of the source.
    let byteOffset: Int

    /// Describes a mistake.
    init(_ code: SluiceError.Code, _ message: String, hint: String? = nil, at byteOffset: Int) {
        self.code = code
        self.message = message
        self.hint = hint
        self.byteOffset = byteOffset
    }
}

extension SluiceError.Code {
    /// Not an expression of the language.
    public static let expressionSyntax = Self("expression.syntax", .usage)
    /// Operands that an operator or function can never take.
    public static let expressionType = Self("expression.type", .usage)
    /// A name that nothing declares.
    public static let expressionUnknownName = Self("expression.unknown-name", .usage)
    /// A function that does not exist, or is called in the wrong way.
    public static let expressionUnknownFunction = Self("expression.unknown-function", .usage)
    /// A regular expression that RE2 refuses.
    public static let expressionInvalidPattern = Self("expression.invalid-pattern", .usage)
    /// Source that is too long or too deeply nested.
    public static let expressionTooLarge = Self("expression.too-large", .usage)
}
