internal import EventModel

/// Operands: literals, names, calls and what follows them.
extension Parser {
    private static let reserved: Set<String> = [
        "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
        "package",
        "namespace", "return", "var", "void", "while",
    ]

    /// An operand with its selections, indexes and calls.
    mutating func member() throws(Finding) -> Int { try suffixes(of: primary()) }

    /// Reads `.name`, `.name(…)` and `[…]` behind an operand.
    mutating func suffixes(of first: Int) throws(Finding) -> Int {
        var operand = first
        while true {
            let offset = current.byteOffset
            if take(.dot) {
                guard case .identifier(let name) = current.kind else { throw unexpected("a name after '.'") }
                let nameOffset = current.byteOffset
                advance()
                if current.kind == .symbol(.openParenthesis) {
                    let arguments = try callArguments()
                    operand = try add(
                        .call(name: name, receiver: operand, arguments: arguments),
                        at: nameOffset,
                        children: [operand] + arguments
                    )
                } else {
                    operand = try add(
                        .select(operand: operand, field: name),
                        at: nameOffset,
                        children: [operand]
                    )
                }
            } else if take(.openBracket) {
                let index = try nested(at: offset) { (parser: inout Self) throws(Finding) in
                    try parser.expression()
                }
                try expect(.closeBracket, closing: offset)
                operand = try add(
                    .index(operand: operand, index: index),
                    at: offset,
                    children: [operand, index]
                )
            } else {
                return operand
            }
        }
    }

    private mutating func primary() throws(Finding) -> Int {
        let token = current
        let offset = token.byteOffset
        switch token.kind {
        case .symbol(.openParenthesis):
            advance()
            let inner = try nested(at: offset) { (parser: inout Self) throws(Finding) in
                try parser.expression()
            }
            try expect(.closeParenthesis, closing: offset)
            return inner
        case .symbol(.openBracket):
            let elements = try sequence(until: .closeBracket)
            return try add(.list(elements), at: offset, children: elements)
        case .identifier(let name):
            return try name == "true" || name == "false" || name == "null"
                ? literal(name == "null" ? .null : .bool(name == "true")) : identifier(name)
        case .int(let magnitude):
            guard let value = Int64(exactly: magnitude) else {
                throw Finding(
                    .expressionSyntax,
                    "This number does not fit into a signed integer.",
                    hint: "Write \(magnitude)u for an unsigned one.",
                    at: offset
                )
            }
            return try literal(.int(value))
        case .uint(let value): return try literal(.uint(value))
        case .double(let value): return try literal(.double(value))
        case .string(let bytes): return try literal(.string(bytes))
        default: throw unexpected("a value")
        }
    }

    private mutating func literal(_ literal: SyntaxTree.Literal) throws(Finding) -> Int {
        let offset = current.byteOffset
        advance()
        return try add(.literal(literal), at: offset, children: [])
    }

    private mutating func identifier(_ name: String) throws(Finding) -> Int {
        let offset = current.byteOffset
        guard !Self.reserved.contains(name) else {
            throw Finding(
                .expressionSyntax,
                "'\(name)' is a reserved word.",
                hint: "Reach a field of that name by record[\"\(name)\"].",
                at: offset
            )
        }
        advance()
        guard current.kind == .symbol(.openParenthesis) else {
            return try add(.identifier(name), at: offset, children: [])
        }
        let arguments = try callArguments()
        return try add(
            .call(name: name, receiver: nil, arguments: arguments),
            at: offset,
            children: arguments
        )
    }

    private mutating func callArguments() throws(Finding) -> [Int] { try sequence(until: .closeParenthesis) }

    /// `(a, b)` or `[a, b]`, from the opening bracket on; a trailing comma is allowed in lists, as CEL has
    /// it.
    private mutating func sequence(until closing: Token.Symbol) throws(Finding) -> [Int] {
        let offset = current.byteOffset
        advance()
        var elements: [Int] = []
        while !take(closing) {
            let element = try nested(at: offset) { (parser: inout Self) throws(Finding) in
                try parser.expression()
            }
            elements.append(element)
            if take(closing) { break }
            guard take(.comma) else {
                try expect(closing, closing: offset)
                break
            }
            if closing == .closeParenthesis, current.kind == .symbol(closing) { throw unexpected("a value") }
        }
        return elements
    }
}
