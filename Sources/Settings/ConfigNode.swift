public import EventModel

/// A place in the configuration file.
public struct SourceLocation: Hashable, Sendable, Comparable {
    /// From 1.
    public let line: Int
    /// From 1, in characters.
    public let column: Int

    /// Names a place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Orders as the file is read.
    public static func < (left: Self, right: Self) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// One node of the configuration's tree, with its place in the file and its path (`functions.clean.steps[2]`).
public struct ConfigNode: Sendable, Hashable {
    /// What the node holds.
    public indirect enum Value: Sendable, Hashable {
        /// Text; `isQuoted` tells `"8"` from `8`.
        case scalar(String, isQuoted: Bool)
        /// A list.
        case sequence([ConfigNode])
        /// Names with values, in the order of the file; duplicates have been reported and left out.
        case mapping([Entry])
    }

    /// One name of a mapping with its value.
    public struct Entry: Sendable, Hashable {
        /// The name.
        public let name: String
        /// Where the name stands.
        public let location: SourceLocation
        /// The value.
        public let value: ConfigNode

        /// Pairs a name with a value.
        public init(name: String, location: SourceLocation, value: ConfigNode) {
            self.name = name
            self.location = location
            self.value = value
        }
    }

    /// What the node holds.
    public let value: Value
    /// Where the node begins.
    public let location: SourceLocation
    /// From the root: `triggers.web-logs.retry.attempts`.
    public let path: String

    /// Makes a node.
    public init(value: Value, location: SourceLocation, path: String) {
        self.value = value
        self.location = location
        self.path = path
    }
}

/// One finding about the configuration.
public struct Diagnostic: Sendable, Hashable {
    /// How bad it is.
    public enum Severity: String, Sendable, Hashable {
        /// The configuration cannot be used.
        case error
        /// The configuration works, but probably not as meant.
        case warning
    }

    /// How bad it is.
    public let severity: Severity
    /// A stable code: `config.unknown-key`.
    public let code: SluiceError.Code
    /// What is wrong.
    public let message: String
    /// What to write instead, where we know it.
    public let hint: String?
    /// Where it is wrong.
    public let location: SourceLocation
    /// The path of the node.
    public let path: String

    /// Makes a finding.
    public init(
        _ severity: Severity, _ code: SluiceError.Code, _ message: String, hint: String? = nil, at location: SourceLocation,
        path: String
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.hint = hint
        self.location = location
        self.path = path
    }
}

/// Collects findings, so that every mistake is reported at once.
public struct Diagnostics: Sendable {
    /// All findings, in the order they were made.
    public private(set) var findings: [Diagnostic] = []

    /// Starts with no finding.
    public init() {}

    /// Whether the configuration cannot be used.
    public var hasErrors: Bool { findings.contains { $0.severity == .error } }

    /// Adds a finding.
    public mutating func add(_ finding: Diagnostic) { findings.append(finding) }

    /// Adds an error about a node.
    public mutating func error(_ code: SluiceError.Code, _ message: String, hint: String? = nil, at node: ConfigNode) {
        add(Diagnostic(.error, code, message, hint: hint, at: node.location, path: node.path))
    }

    /// Adds a warning about a node.
    public mutating func warning(_ code: SluiceError.Code, _ message: String, hint: String? = nil, at node: ConfigNode) {
        add(Diagnostic(.warning, code, message, hint: hint, at: node.location, path: node.path))
    }
}

extension SluiceError.Code {
    /// A name that the configuration does not know.
    public static let configUnknownKey = Self("config.unknown-key", .usage)
    /// A name that is missing.
    public static let configMissingKey = Self("config.missing-key", .usage)
    /// A value of the wrong type or out of range.
    public static let configInvalidValue = Self("config.invalid-value", .usage)
    /// The same name twice in one mapping.
    public static let configDuplicateKey = Self("config.duplicate-key", .usage)
    /// Not YAML, or YAML that is refused: aliases, tags, depth, size.
    public static let configSyntax = Self("config.syntax", .usage)
    /// A reference to a bucket, function or trigger that does not exist.
    public static let configUnknownReference = Self("config.unknown-reference", .usage)
}
