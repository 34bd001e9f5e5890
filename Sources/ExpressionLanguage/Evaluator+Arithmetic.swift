/// `+ - * / %`: integers fault on overflow and division by zero, as in CEL (cel-spec, doc/langdef.md,
/// "Overflow").
func calculate(
    _ operation: Operation,
    _ left: ExpressionValue,
    _ right: ExpressionValue,
    _ byteOffset: UInt32,
    _ scratch: ExpressionScratch
) -> ExpressionValue {
    switch (left, right) {
    case (.int(let l), .int(let r)): integer(operation, l, r, byteOffset) { .int($0) }
    case (.uint(let l), .uint(let r)): integer(operation, l, r, byteOffset) { .uint($0) }
    case (.double(let l), .double(let r)): real(operation, l, r, byteOffset)
    case (.null, _), (_, .null): .null
    case (.string(let l), .string(let r)) where operation == .add: unsafe joined(l, r, byteOffset, scratch)
    case (.int(let l), .double(let r)): real(operation, Double(l), r, byteOffset)
    case (.uint(let l), .double(let r)): real(operation, Double(l), r, byteOffset)
    case (.double(let l), .int(let r)): real(operation, l, Double(r), byteOffset)
    case (.double(let l), .uint(let r)): real(operation, l, Double(r), byteOffset)
    case (.int(let l), .uint(let r)): mixed(operation, l, Int64(exactly: r), byteOffset)
    case (.uint(let l), .int(let r)): mixed(operation, Int64(exactly: l), r, byteOffset)
    default: .error(ExpressionFault(.typeMismatch, at: byteOffset))
    }
}

private func mixed(
    _ operation: Operation,
    _ left: Int64?,
    _ right: Int64?,
    _ byteOffset: UInt32
) -> ExpressionValue {
    guard let left, let right else { return .error(ExpressionFault(.overflow, at: byteOffset)) }
    return integer(operation, left, right, byteOffset) { .int($0) }
}

@inline(__always)
private func integer<T: FixedWidthInteger>(
    _ operation: Operation,
    _ left: T,
    _ right: T,
    _ byteOffset: UInt32,
    _ wrap: (T) -> ExpressionValue
) -> ExpressionValue {
    let (result, overflow): (T, Bool)
    switch operation {
    case .add: (result, overflow) = left.addingReportingOverflow(right)
    case .subtract: (result, overflow) = left.subtractingReportingOverflow(right)
    case .multiply: (result, overflow) = left.multipliedReportingOverflow(by: right)
    case .divide, .remainder:
        if right == 0 { return .error(ExpressionFault(.divisionByZero, at: byteOffset)) }
        (result, overflow) =
            operation == .divide
            ? left.dividedReportingOverflow(by: right) : left.remainderReportingOverflow(dividingBy: right)
    default: return .error(ExpressionFault(.typeMismatch, at: byteOffset))
    }
    return overflow ? .error(ExpressionFault(.overflow, at: byteOffset)) : wrap(result)
}

/// IEEE 754: division by zero gives an infinity or NaN. `%` has no overload for doubles in CEL.
private func real(
    _ operation: Operation,
    _ left: Double,
    _ right: Double,
    _ byteOffset: UInt32
) -> ExpressionValue {
    switch operation {
    case .add: .double(left + right)
    case .subtract: .double(left - right)
    case .multiply: .double(left * right)
    case .divide: .double(left / right)
    default: .error(ExpressionFault(.typeMismatch, at: byteOffset))
    }
}

private func joined(
    _ left: UnsafeRawBufferPointer,
    _ right: UnsafeRawBufferPointer,
    _ byteOffset: UInt32,
    _ scratch: ExpressionScratch
) -> ExpressionValue {
    guard let memory = unsafe scratch.allocate(left.count + right.count) else {
        return .error(ExpressionFault(.tooMuchText, at: byteOffset))
    }
    unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<left.count]).copyMemory(from: left)
    unsafe UnsafeMutableRawBufferPointer(rebasing: memory[left.count...]).copyMemory(from: right)
    return unsafe .string(UnsafeRawBufferPointer(memory))
}

/// `-x`.
func opposite(of value: ExpressionValue, _ byteOffset: UInt32) -> ExpressionValue {
    switch value {
    case .int(let number):
        number == .min ? .error(ExpressionFault(.overflow, at: byteOffset)) : .int(-number)
    case .double(let number): .double(-number)
    case .null: .null
    default: .error(ExpressionFault(.typeMismatch, at: byteOffset))
    }
}
