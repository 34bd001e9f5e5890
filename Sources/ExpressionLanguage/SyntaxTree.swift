/// An expression as it was written: nodes in one array, children before their parents, the root last.
///
/// Indices instead of references: no recursion frees it, so its shape cannot overflow the stack.
struct SyntaxTree {
    struct Node {
        let kind: Kind
        /// Where the node's operator or first word stands, in bytes of the source.
        let byteOffset: Int
        /// 1 for a leaf, else one more than the highest child; at most `Parser.maximumHeight`.
        let height: Int
    }

    enum Kind {
        case literal(Literal)
        case identifier(String)
        case select(operand: Int, field: String)
        case index(operand: Int, index: Int)
        case call(name: String, receiver: Int?, arguments: [Int])
        case list([Int])
        case unary(UnaryOperator, Int)
        case binary(BinaryOperator, Int, Int)
        /// `&&` or `||` over two or more operands: chains are flat, so their length costs no depth.
        case logic(isAnd: Bool, [Int])
        case conditional(Int, Int, Int)
    }

    enum Literal: Hashable {
        case null
        case bool(Bool)
        case int(Int64)
        case uint(UInt64)
        case double(Double)
        case string([UInt8])
    }

    enum UnaryOperator: String {
        case not = "!"
        case negate = "-"
    }

    enum BinaryOperator: String {
        case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual =
            ">="
        case isIn = "in", add = "+", subtract = "-", multiply = "*", divide = "/", remainder = "%"
    }

    private(set) var nodes: [Node] = []

    /// Index of the whole expression.
    var root: Int { nodes.count - 1 }

    subscript(index: Int) -> Node { nodes[index] }

    mutating func append(_ node: Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }
}
