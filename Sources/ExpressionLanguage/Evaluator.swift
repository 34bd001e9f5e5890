// How an expression runs.
//
// `run` walks the instructions as a tree: operands that are slots or constants are read in place, everything
// else is one recursive call (at most `Parser.maximumHeight` deep). Values are trivially copyable and travel
// by value, so no step allocates or counts references; faults are values too, because `&&` and `||` may
// absorb them (cel-spec, doc/langdef.md, "Logical Operators").

/// The value of one instruction.
func run(
    _ index: Int,
    _ program: Program,
    _ slots: UnsafePointer<ExpressionValue>?,
    _ scratch: ExpressionScratch
) -> ExpressionValue {
    let code = unsafe program.instructions[index]
    switch code.operation {
    case .constant, .slot: return unsafe operand(code, index, program, slots, scratch)
    case .and: return unsafe connect(code, absorbing: false, program, slots, scratch)
    case .or: return unsafe connect(code, absorbing: true, program, slots, scratch)
    case .isIn: return unsafe membership(code, program, slots, scratch)
    case .conditional:
        let condition = unsafe value(code.first, program, slots, scratch)
        switch condition {
        case .bool(true): return unsafe value(code.second, program, slots, scratch)
        case .bool(false), .null: return unsafe value(code.third, program, slots, scratch)
        case .error: return condition
        default: return .error(ExpressionFault(.notBool, at: code.byteOffset))
        }
    default: break
    }
    let first = unsafe value(code.first, program, slots, scratch)
    if case .error = first { return first }
    switch code.operation {
    case .not: return negated(first, code.byteOffset)
    case .negate: return opposite(of: first, code.byteOffset)
    case .isNull: return .bool(first.isNull)
    case .isPresent: return .bool(!first.isNull)
    case .matchesCompiled:
        guard case .string(let text) = first else { return predicateOnOther(first, code.byteOffset) }
        return .bool(unsafe RegularExpression.matches(program.patterns[Int(code.second)], text))
    case .size: return size(of: first, code.byteOffset)
    case .toInt, .toUint, .toDouble, .toText, .toBool:
        return convert(first, code.operation, code.byteOffset, scratch)
    default: break
    }
    let second = unsafe value(code.second, program, slots, scratch)
    if case .error = second { return second }
    switch code.operation {
    case .equal: return .bool(equality(first, second) == .yes)
    case .notEqual: return .bool(equality(first, second) == .no)
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
        return .bool(order(first, second, holds: code.operation))
    case .add, .subtract, .multiply, .divide, .remainder:
        return calculate(code.operation, first, second, code.byteOffset, scratch)
    default: return search(code.operation, first, second, code.byteOffset, scratch)
    }
}

/// Slots and constants without a call.
@inline(__always)
private func value(
    _ index: Int32,
    _ program: Program,
    _ slots: UnsafePointer<ExpressionValue>?,
    _ scratch: ExpressionScratch
) -> ExpressionValue {
    let code = unsafe program.instructions[Int(index)]
    return unsafe operand(code, Int(index), program, slots, scratch)
}

@inline(__always)
private func operand(
    _ code: Instruction,
    _ index: Int,
    _ program: Program,
    _ slots: UnsafePointer<ExpressionValue>?,
    _ scratch: ExpressionScratch
) -> ExpressionValue {
    switch code.operation {
    // A slot instruction exists only where `evaluate` has checked that there are slots.
    case .slot: unsafe slots.unsafelyUnwrapped[Int(code.first)]
    case .constant: unsafe program.constants[Int(code.first)]
    default: unsafe run(index, program, slots, scratch)
    }
}

/// `&&` (absorbing false) and `||` (absorbing true): the absorbing value wins over faults on either side.
private func connect(
    _ code: Instruction,
    absorbing: Bool,
    _ program: Program,
    _ slots: UnsafePointer<ExpressionValue>?,
    _ scratch: ExpressionScratch
) -> ExpressionValue {
    var fault: ExpressionFault?
    var position = Int(code.first)
    let end = position &+ Int(code.second)
    while position < end {
        let operand = unsafe value(program.operands[position], program, slots, scratch)
        switch operand {
        case .bool(let truth): if truth == absorbing { return operand }
        case .null: if !absorbing { return .bool(false) }
        case .error(let found): fault = fault ?? found
        default: fault = fault ?? ExpressionFault(.notBool, at: code.byteOffset)
        }
        position &+= 1
    }
    if let fault { return .error(fault) }
    return .bool(!absorbing)
}

private func membership(
    _ code: Instruction,
    _ program: Program,
    _ slots: UnsafePointer<ExpressionValue>?,
    _ scratch: ExpressionScratch
) -> ExpressionValue {
    let needle = unsafe value(code.third, program, slots, scratch)
    if case .error = needle { return needle }
    var fault: ExpressionFault?
    var position = Int(code.first)
    let end = position &+ Int(code.second)
    while position < end {
        let index = unsafe program.operands[position]
        let element = unsafe value(index, program, slots, scratch)
        if case .error(let found) = element {
            fault = fault ?? found
        } else if equality(needle, element) == .yes {
            return .bool(true)
        } else if needle.isNull, element.isNull,
            unsafe program.instructions[Int(index)].operation == .constant
        {
            // Only a written `null` tests for null, as with `==`.
            return .bool(true)
        }
        position &+= 1
    }
    if let fault { return .error(fault) }
    return .bool(false)
}

private func negated(_ value: ExpressionValue, _ byteOffset: UInt32) -> ExpressionValue {
    switch value {
    case .bool(let truth): .bool(!truth)
    case .null: .bool(true)
    default: .error(ExpressionFault(.notBool, at: byteOffset))
    }
}

extension ExpressionValue {
    /// Whether the value is absent.
    @inline(__always)
    var isNull: Bool {
        if case .null = self { return true }
        return false
    }
}
