internal import CRE2
internal import Glibc

/// `contains`, `startsWith`, `endsWith` and `matches` with a pattern made at run time.
func search(
    _ operation: Operation,
    _ text: ExpressionValue,
    _ wanted: ExpressionValue,
    _ byteOffset: UInt32,
    _ scratch: ExpressionScratch
) -> ExpressionValue {
    guard case .string(let text) = text else { return predicateOnOther(text, byteOffset) }
    guard case .string(let wanted) = wanted else { return predicateOnOther(wanted, byteOffset) }
    if operation == .matches {
        guard let pattern = unsafe scratch.pattern(wanted) else {
            return .error(ExpressionFault(.badPattern, at: byteOffset))
        }
        return unsafe .bool(RegularExpression.matches(pattern.handle, text))
    }
    guard wanted.count <= text.count else { return .bool(false) }
    guard wanted.count > 0, let start = text.baseAddress, let bytes = wanted.baseAddress else {
        return .bool(true)
    }
    switch operation {
    case .contains: return unsafe .bool(sluice_contains(start, text.count, bytes, wanted.count))
    case .startsWith: return unsafe .bool(memcmp(start, bytes, wanted.count) == 0)
    default: return unsafe .bool(memcmp(start + (text.count - wanted.count), bytes, wanted.count) == 0)
    }
}

/// A predicate on null is false; on any other type that it does not take it is a fault.
func predicateOnOther(_ value: ExpressionValue, _ byteOffset: UInt32) -> ExpressionValue {
    value.isNull ? .bool(false) : .error(ExpressionFault(.typeMismatch, at: byteOffset))
}

/// Code points of a string, as CEL counts them.
func size(of value: ExpressionValue, _ byteOffset: UInt32) -> ExpressionValue {
    switch value {
    case .string(let text):
        var count: Int64 = 0
        for position in 0..<text.count {
            if unsafe text[position] & 0xC0 != 0x80 { count &+= 1 }
        }
        return .int(count)
    case .null: return .null
    default: return .error(ExpressionFault(.typeMismatch, at: byteOffset))
    }
}
