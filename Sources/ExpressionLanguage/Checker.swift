internal import EventModel
internal import Settings

/// Gives every node its type, every name its slot, and refuses what can never work.
///
/// Gradual, as in CEL: what depends on a field is `dynamic` and is decided when it runs.
struct Checker {
    /// The expression as it was written.
    let tree: SyntaxTree
    /// The names that it may use.
    let environment: ExpressionEnvironment
    /// Type of each node of the tree; a node that only names part of another keeps `dynamic`.
    var types: [ExpressionType]
    /// Slot of each node that is a name as a whole.
    var slots: [Int: Int] = [:]
    /// Names in the order of their slots.
    var names: [String] = []
    /// Every use of a name, in source order of checking: node and whether it stands as a bare identifier.
    var uses: [(node: Int, slot: Int, isBare: Bool)] = []
    /// The slot of each name seen so far.
    var slotsByName: [String: Int] = [:]

    /// Checks a whole tree, or throws the first mistake in it.
    init(_ tree: SyntaxTree, in environment: ExpressionEnvironment) throws(Finding) {
        self.tree = tree
        self.environment = environment
        types = Array(repeating: .dynamic, count: tree.nodes.count)
        _ = try check(tree.root)
    }

    /// Type of one node; checks everything below it first.
    mutating func check(_ index: Int) throws(Finding) -> ExpressionType {
        let node = tree[index]
        let type: ExpressionType
        switch node.kind {
        case .literal(let literal): type = literal.type
        case .identifier, .select, .index: type = try resolve(index)
        case .call(let name, let receiver, let arguments):
            type = try call(name, receiver: receiver, arguments, at: node.byteOffset)
        case .list:
            throw Finding(
                .expressionType,
                "A list may only stand to the right of 'in'.",
                hint: "Write status in [200, 204].",
                at: node.byteOffset
            )
        case .unary(.not, let operand):
            try requireBool(operand, "'!'")
            type = .bool
        case .unary(.negate, let operand): type = try negation(of: operand)
        case .logic(let isAnd, let operands):
            for operand in operands { try requireBool(operand, isAnd ? "'&&'" : "'||'") }
            type = .bool
        case .conditional(let condition, let yes, let no):
            try requireBool(condition, "the condition before '?'")
            let (left, right) = (try check(yes), try check(no))
            type = left == right ? left : .dynamic
        case .binary(.isIn, let needle, let list): type = try membership(of: needle, in: list)
        case .binary(let operation, let left, let right):
            type = try binary(operation, check(left), check(right), at: node.byteOffset)
        }
        types[index] = type
        return type
    }

    private mutating func requireBool(_ operand: Int, _ place: String) throws(Finding) {
        let type = try check(operand)
        guard type == .bool || type == .dynamic else {
            throw Finding(
                .expressionType,
                "\(place) needs true or false, this is \(type.withArticle).",
                at: tree[operand].byteOffset
            )
        }
    }

    private mutating func negation(of operand: Int) throws(Finding) -> ExpressionType {
        let type = try check(operand)
        guard type == .int || type == .double || type == .dynamic else {
            throw Finding(
                .expressionType,
                "'-' needs an int or a double, this is \(type.withArticle).",
                at: tree[operand].byteOffset
            )
        }
        return type
    }

    private mutating func membership(of needle: Int, in list: Int) throws(Finding) -> ExpressionType {
        let left = try check(needle)
        guard case .list(let elements) = tree[list].kind else {
            throw Finding(
                .expressionType,
                "The right side of 'in' must be a list.",
                hint: "Write status in [200, 204].",
                at: tree[list].byteOffset
            )
        }
        for element in elements {
            _ = try binary(.equal, left, check(element), at: tree[element].byteOffset)
        }
        return .bool
    }

    private func binary(
        _ operation: SyntaxTree.BinaryOperator,
        _ left: ExpressionType,
        _ right: ExpressionType,
        at offset: Int
    ) throws(Finding) -> ExpressionType {
        let isDynamic = left == .dynamic || right == .dynamic
        let areNumeric = left.isNumeric && right.isNumeric
        switch operation {
        case .equal, .notEqual, .isIn:
            if isDynamic || areNumeric || left == right || left == .null || right == .null { return .bool }
            throw Finding(
                .expressionType,
                "\(left.withArticle) is never equal to \(right.withArticle).".capitalizedFirst,
                at: offset
            )
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            if left == .null || right == .null {
                throw Finding(
                    .expressionType,
                    "null has no order.",
                    hint: "Test for null with == null.",
                    at: offset
                )
            }
            if isDynamic || areNumeric || left == right { return .bool }
        case .add where left == .string && right == .string: return .string
        case .add, .subtract, .multiply, .divide:
            let accepted =
                areNumeric
                || (isDynamic && Self.mayCalculate(left, operation) && Self.mayCalculate(right, operation))
            if accepted { return isDynamic ? .dynamic : Self.promoted(left, right) }
        case .remainder:
            let (l, r) = (left == .double ? .null : left, right == .double ? ExpressionType.null : right)
            if Self.mayCalculate(l, operation), Self.mayCalculate(r, operation) {
                return isDynamic ? .dynamic : Self.promoted(l, r)
            }
        }
        throw Finding(
            .expressionType,
            "'\(operation.rawValue)' does not work on \(left.withArticle) and \(right.withArticle).",
            hint: left == .string || right == .string ? "Convert with int(x), double(x) or string(x)." : nil,
            at: offset
        )
    }

    private static func mayCalculate(_ type: ExpressionType, _ operation: SyntaxTree.BinaryOperator) -> Bool {
        type.isNumeric || type == .dynamic || (type == .string && operation == .add)
    }

    /// JSON does not tell 3 from 3.0, so numbers mix: a double makes a double, else an int makes an int.
    private static func promoted(_ left: ExpressionType, _ right: ExpressionType) -> ExpressionType {
        if left == .double || right == .double { return .double }
        return left == .uint && right == .uint ? .uint : .int
    }
}

extension SyntaxTree.Literal {
    /// The type that a literal has by its form.
    var type: ExpressionType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
