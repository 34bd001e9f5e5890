internal import Glibc

/// What a comparison of two values says.
enum Equality {
    /// Both are there and are equal, or are not.
    case yes, no
    /// One of them is null: neither equal nor unequal.
    case unknown
}

/// Numbers compare by value whatever their types (cel-spec, doc/langdef.md, "Equality and Ordering"); values
/// of different types are unequal.
@inline(__always)
func equality(_ left: ExpressionValue, _ right: ExpressionValue) -> Equality {
    switch (left, right) {
    case (.string(let l), .string(let r)): unsafe isSame(l, r) ? .yes : .no
    case (.int(let l), .int(let r)): l == r ? .yes : .no
    case (.bool(let l), .bool(let r)): l == r ? .yes : .no
    case (.null, _), (_, .null): .unknown
    default: mixedEquality(left, right)
    }
}

private func mixedEquality(_ left: ExpressionValue, _ right: ExpressionValue) -> Equality {
    switch (left, right) {
    case (.composite(let l), .composite(let r)): unsafe isSame(l, r) ? .yes : .no
    default: numericOrder(left, right) == .same ? .yes : .no
    }
}

@inline(__always)
private func isSame(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    guard let l = left.baseAddress, let r = right.baseAddress else { return true }
    return unsafe memcmp(l, r, left.count) == 0
}

/// How two values lie; `none` for NaN and for values that have no order.
enum ValueOrder {
    /// Where the left one lies as seen from the right one.
    case before, same, after, none
}

/// Whether `<`, `<=`, `>` or `>=` holds; false where there is no order.
func order(_ left: ExpressionValue, _ right: ExpressionValue, holds operation: Operation) -> Bool {
    let order: ValueOrder
    switch (left, right) {
    case (.int(let l), .int(let r)): order = l < r ? .before : l == r ? .same : .after
    case (.string(let l), .string(let r)): order = unsafe textOrder(l, r)
    case (.bool(let l), .bool(let r)): order = l == r ? .same : r ? .before : .after
    default: order = numericOrder(left, right)
    }
    switch operation {
    case .less: return order == .before
    case .lessOrEqual: return order == .before || order == .same
    case .greater: return order == .after
    default: return order == .after || order == .same
    }
}

/// By bytes, which for UTF-8 is the order of code points.
private func textOrder(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> ValueOrder {
    let count = min(left.count, right.count)
    if count > 0, let l = left.baseAddress, let r = right.baseAddress {
        let difference = unsafe memcmp(l, r, count)
        if difference != 0 { return difference < 0 ? .before : .after }
    }
    return left.count == right.count ? .same : left.count < right.count ? .before : .after
}

private func numericOrder(_ left: ExpressionValue, _ right: ExpressionValue) -> ValueOrder {
    switch (left, right) {
    case (.int(let l), .int(let r)): order(l, r)
    case (.uint(let l), .uint(let r)): order(l, r)
    case (.double(let l), .double(let r)): l < r ? .before : l > r ? .after : l == r ? .same : .none
    case (.int(let l), .uint(let r)): l < 0 ? .before : order(UInt64(l), r)
    case (.uint(let l), .int(let r)): r < 0 ? .after : order(l, UInt64(r))
    case (.int(let l), .double(let r)): order(l, r)
    case (.double(let l), .int(let r)): reversed(order(r, l))
    case (.uint(let l), .double(let r)): order(l, r)
    case (.double(let l), .uint(let r)): reversed(order(r, l))
    default: .none
    }
}

private func order<T: Comparable>(_ left: T, _ right: T) -> ValueOrder {
    left < right ? .before : left == right ? .same : .after
}

/// Exact: converting the integer to a double would make 2^53 + 1 equal to 2^53.
private func order<T: FixedWidthInteger>(_ left: T, _ right: Double) -> ValueOrder {
    if right.isNaN { return .none }
    let truncated = right.rounded(.towardZero)
    guard let whole = T(exactly: truncated) else { return right < 0 ? .after : .before }
    if left != whole { return left < whole ? .before : .after }
    return right > truncated ? .before : right < truncated ? .after : .same
}

private func reversed(_ order: ValueOrder) -> ValueOrder {
    switch order {
    case .before: .after
    case .after: .before
    default: order
    }
}
