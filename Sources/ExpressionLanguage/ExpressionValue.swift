/// A value of the expression language: trivially copyable, so that evaluation allocates and counts nothing.
///
/// Strings and bytes are borrowed: the memory they point to belongs to the caller's record or to the
/// evaluation's scratch arena and lives until the record is done.
@safe public enum ExpressionValue {
    /// Absent, or JSON null. Comparisons with it are false.
    case null
    /// true or false.
    case bool(Bool)
    /// A signed 64-bit integer.
    case int(Int64)
    /// An unsigned 64-bit integer.
    case uint(UInt64)
    /// An IEEE 754 double.
    case double(Double)
    /// UTF-8 text.
    case string(UnsafeRawBufferPointer)
    /// A list or map of the record that expressions can only test for presence; raw JSON text.
    case composite(UnsafeRawBufferPointer)
    /// Evaluation failed; never the content of a slot.
    case error(ExpressionFault)

    /// The value as a condition (`keep_if`, `when`): null counts as false, other types than bool are a fault.
    public var verdict: ExpressionVerdict {
        switch self {
        case .bool(true): .yes
        case .bool(false), .null: .no
        case .error(let fault): .fault(fault)
        default: .fault(ExpressionFault(.notBool, at: 0))
        }
    }
}

/// What a condition says of one record or event.
public enum ExpressionVerdict: Sendable, Hashable {
    /// It holds.
    case yes
    /// It does not hold.
    case no
    /// It could not be evaluated.
    case fault(ExpressionFault)
}
