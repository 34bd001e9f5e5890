/// `int() uint() double() string() bool()` (cel-spec, doc/langdef.md, "List of Standard Definitions").
func convert(
    _ value: ExpressionValue,
    _ operation: Operation,
    _ byteOffset: UInt32,
    _ scratch: ExpressionScratch
) -> ExpressionValue {
    if value.isNull { return .null }
    let result: ExpressionValue?
    switch operation {
    case .toInt: result = toInt(value)
    case .toUint: result = toUint(value)
    case .toDouble: result = toDouble(value)
    case .toBool: result = toBool(value)
    default:
        result = toText(value, scratch)
    }
    if let result { return result }
    let kind: ExpressionFault.Kind
    switch value {
    case .string: kind = operation == .toText ? .tooMuchText : .badConversion
    case .int, .uint, .double:
        kind = operation == .toText ? .tooMuchText : operation == .toBool ? .typeMismatch : .overflow
    default: kind = .typeMismatch
    }
    return .error(ExpressionFault(kind, at: byteOffset))
}

/// Doubles are cut towards zero; what does not fit is a fault.
private func toInt(_ value: ExpressionValue) -> ExpressionValue? {
    switch value {
    case .int: value
    case .uint(let number): Int64(exactly: number).map { .int($0) }
    case .double(let number): Int64(exactly: number.rounded(.towardZero)).map { .int($0) }
    case .string(let text): unsafe decimal(text).map { .int($0) }
    default: nil
    }
}

private func toUint(_ value: ExpressionValue) -> ExpressionValue? {
    switch value {
    case .uint: value
    case .int(let number): UInt64(exactly: number).map { .uint($0) }
    case .double(let number): UInt64(exactly: number.rounded(.towardZero)).map { .uint($0) }
    case .string(let text): unsafe decimal(text).map { .uint($0) }
    default: nil
    }
}

private func toDouble(_ value: ExpressionValue) -> ExpressionValue? {
    switch value {
    case .double: value
    case .int(let number): .double(Double(number))
    case .uint(let number): .double(Double(number))
    case .string(let text): unsafe Double(String(decoding: text, as: UTF8.self)).map { .double($0) }
    default: nil
    }
}

/// Accepts what Go's `strconv.ParseBool` does, as CEL implementations agree (cel-spec,
/// tests/simple/conversions).
private func toBool(_ value: ExpressionValue) -> ExpressionValue? {
    switch value {
    case .bool: return value
    case .string(let text):
        switch unsafe String(decoding: text.prefix(6), as: UTF8.self) {
        case "1", "t", "T", "true", "TRUE", "True": return .bool(true)
        case "0", "f", "F", "false", "FALSE", "False": return .bool(false)
        default: return nil
        }
    default: return nil
    }
}

private func toText(_ value: ExpressionValue, _ scratch: ExpressionScratch) -> ExpressionValue? {
    let text: String
    switch value {
    case .string: return value
    case .composite(let json): return unsafe .string(json)
    case .int(let number): text = String(number)
    case .uint(let number): text = String(number)
    case .bool(let truth): text = truth ? "true" : "false"
    case .double(let number):
        // The shortest text that reads back to the same double, without Swift's ".0".
        let shown = number.description
        text = shown.hasSuffix(".0") ? String(shown.dropLast(2)) : shown
    default: return nil
    }
    // Numbers are short, so the scratch arena can only refuse them when a record has used it up.
    return unsafe scratch.copy(text).map { unsafe .string($0) }
}

/// An optional sign and decimal digits, nothing else.
private func decimal<T: FixedWidthInteger>(_ text: UnsafeRawBufferPointer) -> T? {
    guard let first = unsafe text.first else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    let start = isNegative || first == UInt8(ascii: "+") ? 1 : 0
    guard start < text.count, T.isSigned || !isNegative else { return nil }
    var result: T = 0
    for position in start..<text.count {
        let digit = unsafe text[position] &- 0x30
        guard digit < 10 else { return nil }
        let (product, overflow) = result.multipliedReportingOverflow(by: 10)
        let (sum, overflow2) =
            isNegative
            ? product.subtractingReportingOverflow(T(digit)) : product.addingReportingOverflow(T(digit))
        if overflow || overflow2 { return nil }
        result = sum
    }
    return result
}
