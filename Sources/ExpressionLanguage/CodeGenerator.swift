internal import EventModel

/// Turns a checked tree into instructions; patterns are compiled here, so that their mistakes show at compile
/// time.
struct CodeGenerator {
    /// The program; its last instruction gives the result.
    private(set) var instructions: [Instruction] = []
    /// Instruction numbers of operands that come in lists.
    private(set) var operands: [Int32] = []
    /// Literals by their number.
    private(set) var constants: [SyntaxTree.Literal] = []
    /// Patterns that stand in the source, by their number.
    private(set) var patterns: [RegularExpression] = []
    private let checker: Checker
    private var tree: SyntaxTree { checker.tree }

    /// Generates the whole expression; throws where RE2 refuses a pattern.
    init(_ checker: Checker) throws(Finding) {
        self.checker = checker
        _ = try generate(checker.tree.root)
    }

    private mutating func emit(_ instruction: Instruction) -> Int {
        instructions.append(instruction)
        return instructions.count - 1
    }

    private mutating func generate(_ index: Int) throws(Finding) -> Int {
        let node = tree[index]
        let offset = node.byteOffset
        if let slot = checker.slots[index] { return emit(Instruction(.slot, at: offset, slot)) }
        switch node.kind {
        case .literal(let literal):
            constants.append(literal)
            return emit(Instruction(.constant, at: offset, constants.count - 1))
        case .call(let name, let receiver, let arguments):
            return try call(name, (receiver.map { [$0] } ?? []) + arguments, at: offset)
        case .unary(let operation, let operand):
            let first = try generate(operand)
            return emit(Instruction(operation == .not ? .not : .negate, at: offset, first))
        case .logic(let isAnd, let children):
            let start = try table(of: children)
            return emit(Instruction(isAnd ? .and : .or, at: offset, start, children.count))
        case .conditional(let condition, let yes, let no):
            let (first, second, third) = (try generate(condition), try generate(yes), try generate(no))
            return emit(Instruction(.conditional, at: offset, first, second, third))
        case .binary(.isIn, let needle, let list):
            let third = try generate(needle)
            guard case .list(let elements) = tree[list].kind else {
                preconditionFailure("The checker wants a list.")
            }
            let start = try table(of: elements)
            return emit(Instruction(.isIn, at: offset, start, elements.count, third))
        case .binary(let operation, let left, let right):
            return try binary(operation, left, right, at: offset)
        case .identifier, .select, .index, .list:
            preconditionFailure("The checker bound every name to a slot.")
        }
    }

    /// Emits the children and lists them; gives where the list begins.
    private mutating func table(of children: [Int]) throws(Finding) -> Int {
        var indices: [Int32] = []
        for child in children { indices.append(Int32(try generate(child))) }
        operands += indices
        return operands.count - indices.count
    }

    private mutating func binary(
        _ operation: SyntaxTree.BinaryOperator,
        _ left: Int,
        _ right: Int,
        at offset: Int
    ) throws(Finding) -> Int {
        let isEquality = operation == .equal || operation == .notEqual
        for (side, other) in [(left, right), (right, left)] where isEquality {
            guard case .literal(.null) = tree[side].kind else { continue }
            let first = try generate(other)
            return emit(Instruction(operation == .equal ? .isNull : .isPresent, at: offset, first))
        }
        let (first, second) = (try generate(left), try generate(right))
        return emit(Instruction(Operation(operation), at: offset, first, second))
    }

    private mutating func call(_ name: String, _ arguments: [Int], at offset: Int) throws(Finding) -> Int {
        let first = try generate(arguments[0])
        guard let function = StandardFunction(rawValue: name) else {
            return emit(Instruction(.isPresent, at: offset, first))
        }
        guard arguments.count == 2 else { return emit(Instruction(function.operation, at: offset, first)) }
        if function == .matches, case .literal(.string(let pattern)) = tree[arguments[1]].kind {
            do {
                patterns.append(try RegularExpression(pattern))
            } catch {
                throw Finding(
                    .expressionInvalidPattern,
                    "The pattern is refused: \(error.reason).",
                    hint: "https://github.com/google/re2/wiki/Syntax (raw strings keep backslashes: r'\\d+')",
                    at: tree[arguments[1]].byteOffset
                )
            }
            return emit(Instruction(.matchesCompiled, at: offset, first, patterns.count - 1))
        }
        let second = try generate(arguments[1])
        return emit(Instruction(function.operation, at: offset, first, second))
    }
}

extension Operation {
    fileprivate init(_ binary: SyntaxTree.BinaryOperator) {
        switch binary {
        case .equal: self = .equal
        case .notEqual: self = .notEqual
        case .less: self = .less
        case .lessOrEqual: self = .lessOrEqual
        case .greater: self = .greater
        case .greaterOrEqual: self = .greaterOrEqual
        case .isIn: self = .isIn
        case .add: self = .add
        case .subtract: self = .subtract
        case .multiply: self = .multiply
        case .divide: self = .divide
        case .remainder: self = .remainder
        }
    }
}
