public import EventModel

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
        _ severity: Severity,
        _ code: SluiceError.Code,
        _ message: String,
        hint: String? = nil,
        at location: SourceLocation,
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
    /// What `{ env: NAME }` and `{ file: PATH }` stand for.
    public let externals: ExternalValues
    /// Places whose value could not even be read: what is said of them later would only repeat that.
    private var unreadable: Set<SourceLocation> = []

    /// Starts with no finding.
    ///
    /// Without `externals`, every `{ env: … }` and `{ file: … }` is a mistake.
    public init(externals: ExternalValues = .none) { self.externals = externals }

    /// Whether the configuration cannot be used.
    public var hasErrors: Bool { findings.contains { $0.severity == .error } }

    /// All findings in the order of the file, errors before warnings at one place.
    public var sorted: [Diagnostic] {
        findings.enumerated().sorted { left, right in
            let ranks = [left, right].map {
                ($0.element.location, $0.element.severity == .error ? 0 : 1, $0.offset)
            }
            return ranks[0] < ranks[1]
        }.map(\.element)
    }

    /// Adds a finding.
    public mutating func add(_ finding: Diagnostic) {
        if !unreadable.contains(finding.location) { findings.append(finding) }
    }

    /// Adds findings that were made elsewhere.
    public mutating func add(contentsOf others: [Diagnostic]) { others.forEach { add($0) } }

    /// Adds an error about a node.
    public mutating func error(
        _ code: SluiceError.Code,
        _ message: String,
        hint: String? = nil,
        at node: ConfigNode
    ) {
        add(Diagnostic(.error, code, message, hint: hint, at: node.location, path: node.path))
    }

    /// Adds a warning about a node.
    public mutating func warning(
        _ code: SluiceError.Code,
        _ message: String,
        hint: String? = nil,
        at node: ConfigNode
    ) {
        add(Diagnostic(.warning, code, message, hint: hint, at: node.location, path: node.path))
    }

    /// Adds an error about a value that could not be read; whatever is said of its place afterwards is left
    /// out.
    mutating func unreadable(_ finding: Diagnostic) {
        add(finding)
        unreadable.insert(finding.location)
    }
}
