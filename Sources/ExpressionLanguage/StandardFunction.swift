internal import EventModel

/// A function of the language (cel-spec, doc/langdef.md, "List of Standard Definitions").
///
/// Null in gives null out, and false from the predicates: an absent field is no failure.
enum StandardFunction: String, CaseIterable {
    /// Functions of strings.
    case contains, startsWith, endsWith, matches, size
    /// Conversions, named after the type that they give.
    case toInt = "int", toUint = "uint", toDouble = "double", toText = "string", toBool = "bool"

    /// Written `x.name(…)`.
    var takesReceiver: Bool {
        switch self {
        case .contains, .startsWith, .endsWith, .matches, .size: true
        default: false
        }
    }

    /// Written `name(x, …)`.
    var isGlobal: Bool {
        switch self {
        case .contains, .startsWith, .endsWith: false
        default: true
        }
    }

    /// Types of the receiver and the arguments; nil takes any that converts.
    var parameters: [ExpressionType?] {
        switch self {
        case .contains, .startsWith, .endsWith, .matches: [.string, .string]
        case .size: [.string]
        default: [nil]
        }
    }

    /// The type that it gives, null aside.
    var result: ExpressionType {
        switch self {
        case .contains, .startsWith, .endsWith, .matches, .toBool: .bool
        case .size, .toInt: .int
        case .toUint: .uint
        case .toDouble: .double
        case .toText: .string
        }
    }

    /// What runs it.
    var operation: Operation {
        switch self {
        case .contains: .contains
        case .startsWith: .startsWith
        case .endsWith: .endsWith
        case .matches: .matches
        case .size: .size
        case .toInt: .toInt
        case .toUint: .toUint
        case .toDouble: .toDouble
        case .toText: .toText
        case .toBool: .toBool
        }
    }

    /// How to write a call.
    var usage: String {
        switch self {
        case .contains, .startsWith, .endsWith: "Write x.\(rawValue)('text')."
        case .matches: "Write x.matches('pattern')."
        case .size: "Write size(x) or x.size()."
        default: "Write \(rawValue)(x)."
        }
    }

    /// Functions and macros of full CEL that are not part of the subset.
    static let unsupported: Set<String> = [
        "all", "exists", "exists_one", "map", "filter", "timestamp", "duration", "getFullYear", "getMonth",
        "getDate",
        "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "getSeconds",
        "getMilliseconds",
        "type", "dyn", "bytes",
    ]

    /// The error of a call of a function that does not exist.
    static func unknown(_ name: String, hint: String?, at offset: Int) -> Finding {
        if unsupported.contains(name) {
            return Finding(
                .expressionUnknownFunction,
                "'\(name)' is not part of the supported subset of CEL.",
                hint: "Functions: has, " + allCases.map(\.rawValue).joined(separator: ", ") + ".",
                at: offset
            )
        }
        return Finding(.expressionUnknownFunction, "There is no function '\(name)'.", hint: hint, at: offset)
    }
}
