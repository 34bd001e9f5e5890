/// A value of the expression language: trivially copyable, so that evaluation allocates and counts nothing.
///
/// Strings and bytes are borrowed: the memory they point to belongs to the caller's record or to the evaluation's scratch
/// arena and lives until the record is done.
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
}
