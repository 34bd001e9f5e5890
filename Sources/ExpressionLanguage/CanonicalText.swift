/// Writes a checked expression in one form, prefix notation, so that equal logic has equal text.
struct CanonicalText {
    /// Raised when the meaning of the language changes, so that fingerprints change with it.
    static let semantics = 1

    /// The whole expression, `cel` and the semantics number first.
    private(set) var text = "cel\(Self.semantics):"
    private let checker: Checker

    /// Writes the checked expression out.
    init(_ checker: Checker) {
        self.checker = checker
        write(checker.tree.root)
    }

    private mutating func write(_ index: Int) {
        if let slot = checker.slots[index] {
            text += "$" + Self.quoted(Array(checker.names[slot].utf8))
            return
        }
        switch checker.tree[index].kind {
        case .literal(let literal): write(literal)
        case .call(let name, let receiver, let arguments):
            write(name, (receiver.map { [$0] } ?? []) + arguments)
        case .list(let elements): write("list", elements)
        case .unary(let operation, let operand): write(operation.rawValue, [operand])
        case .binary(let operation, let left, let right): write(operation.rawValue, [left, right])
        case .logic(let isAnd, let operands): write(isAnd ? "&&" : "||", operands)
        case .conditional(let condition, let yes, let no): write("?", [condition, yes, no])
        case .identifier, .select, .index: preconditionFailure("The checker bound every name to a slot.")
        }
    }

    private mutating func write(_ operation: String, _ operands: [Int]) {
        text += "(" + operation
        for operand in operands {
            text += " "
            write(operand)
        }
        text += ")"
    }

    private mutating func write(_ literal: SyntaxTree.Literal) {
        switch literal {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .uint(let value): text += "\(value)u"
        case .double(let value): text += "d" + String(value.bitPattern, radix: 16)
        case .string(let bytes): text += Self.quoted(bytes)
        }
    }

    private static func quoted(_ bytes: [UInt8]) -> String {
        var text = "\""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }
}
