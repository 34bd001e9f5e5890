/// What one instruction of a compiled expression does.
enum Operation: UInt8 {
    /// Constant number `first`.
    case constant
    /// The caller's slot `first`.
    case slot
    case not, negate
    case add, subtract, multiply, divide, remainder
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    /// Whether instruction `first` gives null, or something else.
    case isNull, isPresent
    /// Over `second` operands, listed in the operand table from `first` on.
    case and, or
    /// Whether instruction `third` equals one of `second` operands, listed from `first` on.
    case isIn
    /// Instruction `second` where `first` holds, else `third`.
    case conditional
    case contains, startsWith, endsWith
    /// A pattern that is only known when it runs.
    case matches
    /// Pattern number `second`, compiled with the expression.
    case matchesCompiled
    case size, toInt, toUint, toDouble, toText, toBool
}

/// One node of a compiled expression: trivially copyable, operands named by their index in the same array.
///
/// Operands always stand before the instruction that uses them.
struct Instruction {
    let operation: Operation
    /// Where in the source it came from; goes into faults.
    let byteOffset: UInt32
    let first: Int32
    let second: Int32
    let third: Int32

    init(_ operation: Operation, at byteOffset: Int, _ first: Int = 0, _ second: Int = 0, _ third: Int = 0) {
        self.operation = operation
        self.byteOffset = UInt32(truncatingIfNeeded: byteOffset)
        self.first = Int32(truncatingIfNeeded: first)
        self.second = Int32(truncatingIfNeeded: second)
        self.third = Int32(truncatingIfNeeded: third)
    }
}
