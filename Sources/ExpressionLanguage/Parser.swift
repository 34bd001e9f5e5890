internal import EventModel

/// Recursive descent over CEL's grammar (cel-spec, doc/langdef.md, "Syntax").
struct Parser {
    /// Nested parentheses, brackets, calls, conditionals and prefix operators; CEL asks for at least 32.
    static let maximumNesting = 100
    /// Operators in a row make a tree high; evaluation recurses over it.
    static let maximumHeight = 250

    private let tokens: [Token]
    /// Index of the current token; always below their count.
    var position = 0
    private var nesting = 0
    private var tree = SyntaxTree()

    private init(_ tokens: [Token]) { self.tokens = tokens }

    /// The tree of a whole source.
    static func parse(_ source: String) throws(Finding) -> SyntaxTree {
        var parser = Parser(try Lexer.tokens(of: source))
        if parser.current.kind == .end {
            throw Finding(.expressionSyntax, "The expression is empty.", at: 0)
        }
        _ = try parser.expression()
        guard parser.current.kind == .end else { throw parser.unexpected("an operator or the end") }
        return parser.tree
    }

    /// The token to be read next.
    var current: Token { tokens[position] }

    /// Moves on; the last token is `.end` and is never passed.
    mutating func advance() { if position + 1 < tokens.count { position += 1 } }

    /// Reads a symbol if it comes next.
    mutating func take(_ symbol: Token.Symbol) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    /// Reads a closing bracket, or says which bracket it is missing for.
    mutating func expect(_ symbol: Token.Symbol, closing opening: Int) throws(Finding) {
        if take(symbol) { return }
        let missing = unexpected("'\(symbol.rawValue)'")
        throw current.kind == .end
            ? Finding(.expressionSyntax, "'\(symbol.rawValue)' is missing for this bracket.", at: opening)
            : missing
    }

    /// The error about the current token.
    func unexpected(_ wanted: String) -> Finding {
        let words = ["and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!", "is": "=="]
        var hint: String?
        if case .identifier(let name) = current.kind {
            hint = words[name].map { "Write \($0) instead of '\(name)'." }
        }
        if case .symbol(.equal) = current.kind { hint = "Compare two values: path == '/healthz'." }
        return Finding(
            .expressionSyntax,
            "Expected \(wanted), found \(current.shown).",
            hint: hint,
            at: current.byteOffset
        )
    }

    /// Appends a node above its children, or throws where the tree gets too high.
    mutating func add(_ kind: SyntaxTree.Kind, at offset: Int, children: [Int]) throws(Finding) -> Int {
        let height = 1 + (children.map { tree[$0].height }.max() ?? 0)
        guard height <= Self.maximumHeight else {
            throw Finding(
                .expressionTooLarge,
                "More than \(Self.maximumHeight) operators depend on each other here.",
                hint: "Split the expression into several steps.",
                at: offset
            )
        }
        return tree.append(.init(kind: kind, byteOffset: offset, height: height))
    }

    /// Runs one level deeper.
    mutating func nested(
        at offset: Int,
        _ body: (inout Self) throws(Finding) -> Int
    ) throws(Finding) -> Int {
        nesting += 1
        guard nesting <= Self.maximumNesting else {
            throw Finding(
                .expressionTooLarge,
                "The expression is nested more than \(Self.maximumNesting) levels deep.",
                at: offset
            )
        }
        let node = try body(&self)
        nesting -= 1
        return node
    }
}

// MARK: Operators, from the loosest to the tightest

extension Parser {
    /// A whole expression: a conditional or what binds tighter.
    mutating func expression() throws(Finding) -> Int {
        let condition = try logic(isAnd: false)
        let offset = current.byteOffset
        guard take(.question) else { return condition }
        let yes = try logic(isAnd: false)
        guard take(.colon) else { throw unexpected("':' of the conditional") }
        let no = try nested(at: offset) { (parser: inout Self) throws(Finding) in try parser.expression() }
        return try add(.conditional(condition, yes, no), at: offset, children: [condition, yes, no])
    }

    private mutating func logic(isAnd: Bool) throws(Finding) -> Int {
        let symbol: Token.Symbol = isAnd ? .and : .or
        let first = try isAnd ? relation() : logic(isAnd: true)
        let offset = current.byteOffset
        var operands = [first]
        while take(symbol) { operands.append(try isAnd ? relation() : logic(isAnd: true)) }
        guard operands.count > 1 else { return first }
        return try add(.logic(isAnd: isAnd, operands), at: offset, children: operands)
    }

    private mutating func relation() throws(Finding) -> Int {
        var left = try sum()
        while let (operation, offset) = relationOperator() {
            advance()
            let right = try sum()
            left = try add(.binary(operation, left, right), at: offset, children: [left, right])
        }
        return left
    }

    private func relationOperator() -> (SyntaxTree.BinaryOperator, Int)? {
        switch current.kind {
        case .identifier("in"): (.isIn, current.byteOffset)
        case .symbol(.equal): (.equal, current.byteOffset)
        case .symbol(.notEqual): (.notEqual, current.byteOffset)
        case .symbol(.less): (.less, current.byteOffset)
        case .symbol(.lessOrEqual): (.lessOrEqual, current.byteOffset)
        case .symbol(.greater): (.greater, current.byteOffset)
        case .symbol(.greaterOrEqual): (.greaterOrEqual, current.byteOffset)
        default: nil
        }
    }

    private mutating func sum() throws(Finding) -> Int {
        var left = try product()
        while true {
            let offset = current.byteOffset
            let operation: SyntaxTree.BinaryOperator
            if take(.plus) {
                operation = .add
            } else if take(.minus) {
                operation = .subtract
            } else {
                return left
            }
            let right = try product()
            left = try add(.binary(operation, left, right), at: offset, children: [left, right])
        }
    }

    private mutating func product() throws(Finding) -> Int {
        var left = try unary()
        while true {
            let offset = current.byteOffset
            let operation: SyntaxTree.BinaryOperator
            if take(.star) {
                operation = .multiply
            } else if take(.slash) {
                operation = .divide
            } else if take(.percent) {
                operation = .remainder
            } else {
                return left
            }
            let right = try unary()
            left = try add(.binary(operation, left, right), at: offset, children: [left, right])
        }
    }

    private mutating func unary() throws(Finding) -> Int {
        let offset = current.byteOffset
        if take(.not) {
            let operand = try nested(at: offset) { (parser: inout Self) throws(Finding) in try parser.unary()
            }
            return try add(.unary(.not, operand), at: offset, children: [operand])
        }
        guard take(.minus) else { return try member() }
        // The sign belongs to the literal, or the smallest int could not be written (INT_LIT ::= -? DIGIT+).
        if case .int(let magnitude) = current.kind, magnitude <= UInt64(Int64.max) + 1 {
            advance()
            let literal = SyntaxTree.Kind.literal(.int(Int64(truncatingIfNeeded: 0 &- magnitude)))
            return try suffixes(of: add(literal, at: offset, children: []))
        }
        let operand = try nested(at: offset) { (parser: inout Self) throws(Finding) in try parser.unary() }
        return try add(.unary(.negate, operand), at: offset, children: [operand])
    }
}
