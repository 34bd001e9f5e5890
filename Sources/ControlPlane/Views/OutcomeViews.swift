public import DurableLedger

/// Which deliveries a command changed.
public struct ChangedView: Codable, Sendable, Hashable {
    /// Those that were changed.
    public let changed: [Int64]
    /// Those that were asked for and are as they were: not in a state that the command can change.
    public let unchanged: [Int64]

    /// Takes both lists.
    public init(changed: [Int64], unchanged: [Int64]) {
        self.changed = changed
        self.unchanged = unchanged
    }

    /// Compares what was asked for with what was changed.
    public init(asked: [DeliveryID], changed: [DeliveryID]) {
        let done = Set(changed)
        self.changed = changed.map(\.rawValue).sorted()
        self.unchanged = asked.filter { !done.contains($0) }.map(\.rawValue).sorted()
    }
}

/// What a check of the ledger found.
public struct VerificationView: Codable, Sendable, Hashable {
    /// Whether the counters agree with the rows, and the rows with each other.
    public let ok: Bool
    /// What does not agree.
    public let problems: [String]

    /// Shows a verification.
    public init(problems: [String]) {
        self.ok = problems.isEmpty
        self.problems = problems
    }
}

/// What a check of a configuration, or a reload, found.
public struct CheckView: Codable, Sendable, Hashable {
    /// Whether the configuration can be used; after a reload: whether it is used now.
    public let ok: Bool
    /// The file.
    public let file: String
    /// All findings, in the order of the file.
    public let findings: [FindingView]

    /// Shows a check.
    public init(ok: Bool, file: String, findings: [FindingView]) {
        self.ok = ok
        self.file = file
        self.findings = findings
    }
}

/// One finding about a configuration.
public struct FindingView: Codable, Sendable, Hashable {
    /// `error` or `warning`.
    public let severity: String
    /// The stable code.
    public let code: String
    /// What is wrong.
    public let message: String
    /// What to write instead.
    @OrNull public var hint: String?
    /// From 1.
    public let line: Int
    /// From 1, in characters.
    public let column: Int
    /// Where in the tree: `triggers.web.retry`.
    public let path: String

    /// Describes a finding.
    public init(
        severity: String,
        code: String,
        message: String,
        hint: String?,
        line: Int,
        column: Int,
        path: String
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column
        self.path = path
    }
}

/// An answer that says no more than that it was done.
public struct AcceptedView: Codable, Sendable, Hashable {
    /// Always true.
    public let ok: Bool

    /// It was done.
    public init() { ok = true }
}
