/// Why an evaluation failed, and where: trivially copyable, because one is made per failing record.
public struct ExpressionFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        /// An integer result does not fit into 64 bits.
        case overflow
        /// Integer division or remainder by zero.
        case divisionByZero
        /// An operator or function got a value of a type that it does not take.
        case typeMismatch
        /// A condition or logical operator got something other than true, false or null.
        case notBool
        /// Text that is not what a conversion wants: `int("x")`.
        case badConversion
        /// A pattern made at run time that RE2 refuses.
        case badPattern
        /// A made string, or all strings made for one record, pass the limit.
        case tooMuchText
    }

    /// What went wrong.
    public let kind: Kind
    /// Offset in the expression's source, in UTF-8 bytes, of the operation that failed.
    public let byteOffset: UInt32

    /// Describes a fault.
    public init(_ kind: Kind, at byteOffset: UInt32) {
        self.kind = kind
        self.byteOffset = byteOffset
    }

    /// The reason for people; goes into rejects as it is.
    public var description: String {
        switch kind {
        case .overflow: "integer overflow"
        case .divisionByZero: "division by zero"
        case .typeMismatch: "value of the wrong type"
        case .notBool: "condition is neither true nor false"
        case .badConversion: "text that cannot be converted"
        case .badPattern: "invalid regular expression"
        case .tooMuchText: "too much text made by one expression"
        }
    }
}
