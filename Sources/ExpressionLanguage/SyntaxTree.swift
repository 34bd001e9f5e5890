/// An expression as it was written: nodes in one array, children before their parents, the root last.
///
/// Indices instead of references: no recursion frees it, so its shape cannot overflow the stack.
struct SyntaxTree {
    /// One node.
    struct Node {
        /// What the node is, with the indices of its children.
        let kind: Kind
        /// Where the node's operator or first word stands, in bytes of the source.
        let byteOffset: Int
        /// 1 for a leaf, else one more than the highest child; at most `Parser.maximumHeight`.
        let height: Int
    }

    /// The forms of CEL's grammar.
    enum Kind {
        /// A value that stands in the source.
        case literal(Literal)
        /// A bare name.
        case identifier(String)
        /// `operand.field`.
        case select(operand: Int, field: String)
        /// `operand[index]`.
        case index(operand: Int, index: Int)
        /// `name(…)` or `receiver.name(…)`.
        case call(name: String, receiver: Int?, arguments: [Int])
        /// `[a, b]`.
        case list([Int])
        /// An operator before its operand.
        case unary(UnaryOperator, Int)
        /// An operator between two operands.
        case binary(BinaryOperator, Int, Int)
        /// `&&` or `||` over two or more operands: chains are flat, so their length costs no depth.
        case logic(isAnd: Bool, [Int])
        /// `condition ? yes : no`.
        case conditional(Int, Int, Int)
    }

    /// A value that stands in the source.
    enum Literal: Hashable {
        /// The word `null`.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A number without point or suffix.
        case int(Int64)
        /// A number with the suffix `u`.
        case uint(UInt64)
        /// A number with a point or exponent; always finite.
        case double(Double)
        /// The UTF-8 bytes of a string.
        case string([UInt8])
    }

    /// Operators before their operand.
    enum UnaryOperator: String {
        /// Negates a condition.
        case not = "!"
        /// Negates a number.
        case negate = "-"
    }

    /// Operators between two operands, as they are written.
    enum BinaryOperator: String {
        /// Comparisons.
        case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual =
            ">="
        /// Membership and arithmetic.
        case isIn = "in", add = "+", subtract = "-", multiply = "*", divide = "/", remainder = "%"
    }

    /// All nodes, children before their parents.
    private(set) var nodes: [Node] = []

    /// Index of the whole expression.
    var root: Int { nodes.count - 1 }

    /// The node at an index.
    subscript(index: Int) -> Node { nodes[index] }

    /// Adds a node; gives its index.
    mutating func append(_ node: Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }
}
