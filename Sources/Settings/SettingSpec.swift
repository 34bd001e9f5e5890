/// What a setting may hold; the one table behind the JSON Schema and the reference page.
public indirect enum SettingType: Sendable, Hashable {
    /// Text, or `{ env: NAME }`, or `{ file: PATH }`.
    case string
    /// Text that never prints; better not written in the file itself.
    case secret
    /// A decimal integer within a range.
    case integer(ClosedRange<Int>)
    /// `true` or `false`.
    case boolean
    /// A number with `ms`, `s`, `m`, `h` or `d`.
    case duration
    /// A number of bytes, with or without a unit.
    case byteCount
    /// Text of a form that a regular expression (ECMA 262) describes; `form` says it for people.
    case pattern(String, form: String)
    /// One of a few words.
    case choice([String])
    /// A list.
    case list(SettingType)
    /// A list, or one value that counts as a list of one.
    case oneOrMany(SettingType)
    /// Names of the user's own choice, each with such a value.
    case mapping(SettingType)
    /// A mapping whose names are known.
    case section(SettingSection)
    /// A mapping with exactly one of these names: what is done, and with what.
    case step([Setting])
    /// One of several.
    case either([SettingType])
    /// Whatever YAML can write.
    case anything
}

/// One name of the configuration: what it means, what it may hold, what holds when it is left out.
public struct Setting: Sendable, Hashable {
    /// The name as written in the file.
    public let name: String
    /// What it may hold.
    public let type: SettingType
    /// Whether it must be there.
    public let isRequired: Bool
    /// What holds when it is left out, for people; nil when nothing does.
    public let standard: String?
    /// A value as written in the file.
    public let example: String
    /// What it means, in one or two sentences.
    public let summary: String

    /// Describes a setting.
    public init(
        _ name: String,
        _ type: SettingType,
        isRequired: Bool = false,
        standard: String? = nil,
        example: String,
        _ summary: String
    ) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.standard = standard
        self.example = example
        self.summary = summary
    }
}

/// A mapping whose names are known.
public struct SettingSection: Sendable, Hashable {
    /// A word for the schema's definitions and the page's headings: `bucket`.
    public let title: String
    /// What the section is about.
    public let summary: String
    /// Its names, in the order in which one would write them.
    public let settings: [Setting]
    /// Names of which exactly one must be there; empty where there is no such choice.
    public let exactlyOne: [String]

    /// Describes a section.
    public init(_ title: String, _ summary: String, exactlyOne: [String] = [], _ settings: [Setting]) {
        self.title = title
        self.exactlyOne = exactlyOne
        self.summary = summary
        self.settings = settings
    }

    /// This section and all below it, each once, from the top down.
    public var all: [SettingSection] {
        var found = [self]
        for setting in settings {
            for section in setting.type.sections.flatMap(\.all) where !found.contains(section) {
                found.append(section)
            }
        }
        return found
    }
}

extension SettingType {
    /// The sections that this type is made of.
    var sections: [SettingSection] {
        switch self {
        case .section(let section): [section]
        case .list(let type), .oneOrMany(let type), .mapping(let type): type.sections
        case .either(let types): types.flatMap(\.sections)
        case .step(let steps): steps.flatMap(\.type.sections)
        default: []
        }
    }

    /// What the type is called on the reference page.
    public var name: String {
        switch self {
        case .string: "string"
        case .secret: "secret"
        case .integer(let range):
            range.upperBound == .max ? "integer ≥ \(range.lowerBound)" : Self.name(of: range)
        case .boolean: "true or false"
        case .duration: "duration"
        case .byteCount: "bytes"
        case .pattern(_, let form): form
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let type): "list of \(type.name)"
        case .oneOrMany(let type): "\(type.name), or a list"
        case .mapping(let type): "names, each a \(type.name)"
        case .section(let section): "[\(section.title)](#\(section.title))"
        case .step: "[step](#steps)"
        case .either(let types): types.map(\.name).joined(separator: "; or ")
        case .anything: "anything"
        }
    }

    private static func name(of range: ClosedRange<Int>) -> String {
        "integer, \(range.lowerBound) to \(range.upperBound)"
    }
}
