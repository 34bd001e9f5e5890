/// Text without which a condition cannot hold: a search for it in a whole block finds the few records that
/// are worth a look.
struct RequiredText {
    private let tree: SyntaxTree

    /// Looks at a checked tree.
    init(_ checker: Checker) { tree = checker.tree }

    /// The longest text that must occur in the value of `name` for the expression to be true; nil when there
    /// is none.
    func text(in name: String) -> [UInt8]? { text(tree.root, name) }

    private func text(_ index: Int, _ name: String) -> [UInt8]? {
        switch tree[index].kind {
        case .logic(isAnd: true, let operands):
            // One operand that is false makes it false, also where another cannot be computed.
            return operands.compactMap { text($0, name) }.max { $0.count < $1.count }
        case .call(let function, .some(let receiver), let arguments):
            guard ["contains", "startsWith", "endsWith"].contains(function), arguments.count == 1,
                case .identifier(name) = tree[receiver].kind,
                case .literal(.string(let bytes)) = tree[arguments[0]].kind, !bytes.isEmpty
            else { return nil }
            return bytes
        case .binary(.equal, let left, let right):
            return literal(equalTo: left, right, name) ?? literal(equalTo: right, left, name)
        default: return nil
        }
    }

    private func literal(equalTo field: Int, _ value: Int, _ name: String) -> [UInt8]? {
        guard case .identifier(name) = tree[field].kind,
            case .literal(.string(let bytes)) = tree[value].kind, !bytes.isEmpty
        else { return nil }
        return bytes
    }
}
