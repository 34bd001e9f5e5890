/// One node of the configuration's tree, with its place in the file and its path
/// (`functions.clean.steps[2]`).
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
    /// From the root: `triggers.web-logs.retry.attempts`; empty for the root.
    ///
    /// Ends in `…` when it is very long.
    public let path: String

    /// Makes a node.
    public init(value: Value, location: SourceLocation, path: String) {
        self.value = value
        self.location = location
        self.path = path
    }

    /// The path as a message names it.
    public var displayPath: String { path.isEmpty ? "the configuration" : path }

    /// Whether nothing was written here: an empty value, `~` or `null`, unquoted.
    public var isNull: Bool {
        guard case .scalar(let text, isQuoted: false) = value else { return false }
        return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
    }

    /// What the node holds, as a message says it.
    public var kind: String {
        switch value {
        case .scalar: isNull ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
