/// The type of an expression as far as it is known before it runs.
public enum ExpressionType: String, Sendable, Hashable, CaseIterable {
    /// The literal `null`.
    case null
    /// true or false.
    case bool
    /// A signed 64-bit integer.
    case int
    /// An unsigned 64-bit integer.
    case uint
    /// An IEEE 754 double.
    case double
    /// UTF-8 text.
    case string
    /// Known only when it runs: a field of a record.
    case dynamic

    /// Whether values of the type are numbers.
    var isNumeric: Bool { self == .int || self == .uint || self == .double }
    /// The type's name in a sentence: `an int`.
    var withArticle: String { self == .int ? "an int" : self == .null ? "null" : "a \(rawValue)" }
}

/// The names that an expression may use.
public struct ExpressionEnvironment: Sendable {
    /// nil: any bare identifier is a field of the record; else the declared, possibly dotted, names.
    let declared: [String: ExpressionType]?

    /// Any bare identifier is a field; `record["user-agent"]` reaches names that are no identifiers.
    public static let record = ExpressionEnvironment(declared: nil)

    /// The event that a trigger's `when` decides about.
    public static let event = ExpressionEnvironment(declared: [
        "object.bucket": .string, "object.key": .string, "object.name": .string, "object.dir": .string,
        "object.stem": .string, "object.ext": .string, "object.size": .int, "event.type": .string,
        "event.time": .string,
    ])

    /// Only these names, for instance `["line": .string]`.
    public init(names: [String: ExpressionType]) { declared = names }

    private init(declared: [String: ExpressionType]?) { self.declared = declared }
}
