/// What one instruction of a compiled expression does.
enum Operation: UInt8 {
    /// Constant number `first`.
    case constant
    /// The caller's slot `first`.
    case slot
    /// `!` and `-` of instruction `first`.
    case not, negate
    /// Arithmetic on instructions `first` and `second`.
    case add, subtract, multiply, divide, remainder
    /// Comparison of instructions `first` and `second`.
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    /// Whether instruction `first` gives null, or something else.
    case isNull, isPresent
    /// Over `second` operands, listed in the operand table from `first` on.
    case and, or
    /// Whether instruction `third` equals one of `second` operands, listed from `first` on.
    case isIn
    /// Instruction `second` where `first` holds, else `third`.
    case conditional
    /// Search in the text of `first` for that of `second`.
    case contains, startsWith, endsWith
    /// A pattern that is only known when it runs.
    case matches
    /// Pattern number `second`, compiled with the expression.
    case matchesCompiled
    /// A function of instruction `first`.
    case size, toInt, toUint, toDouble, toText, toBool
}

/// One node of a compiled expression: trivially copyable, operands named by their index in the same array.
///
/// Operands always stand before the instruction that uses them.
struct Instruction {
    /// What to do.
    let operation: Operation
    /// Where in the source it came from; goes into faults.
    let byteOffset: UInt32
    /// Meaning by operation; see `Operation`.
    let first: Int32
    /// Meaning by operation; see `Operation`.
    let second: Int32
    /// Meaning by operation; see `Operation`.
    let third: Int32

    /// Makes an instruction; sources of at most 64 KiB keep all numbers within 32 bits.
    init(_ operation: Operation, at byteOffset: Int, _ first: Int = 0, _ second: Int = 0, _ third: Int = 0) {
        self.operation = operation
        self.byteOffset = UInt32(truncatingIfNeeded: byteOffset)
        self.first = Int32(truncatingIfNeeded: first)
        self.second = Int32(truncatingIfNeeded: second)
        self.third = Int32(truncatingIfNeeded: third)
    }
}
