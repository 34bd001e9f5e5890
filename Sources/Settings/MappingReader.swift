/// Reads the entries of one mapping and reports those that nobody asked for.
public struct MappingReader {
    private let node: ConfigNode
    private let entries: [ConfigNode.Entry]
    private var known: Set<String> = []

    /// Begins to read; reports and returns nil when the node is no mapping.
    public init?(_ node: ConfigNode, _ diagnostics: inout Diagnostics) {
        guard case .mapping(let entries) = node.value else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.displayPath) must be a mapping, not \(node.kind).",
                at: node
            )
            return nil
        }
        self.node = node
        self.entries = entries
    }

    /// The value of a name, or nil.
    public mutating func optional(_ name: String) -> ConfigNode? {
        known.insert(name)
        return entries.first { $0.name == name }?.value
    }

    /// The value of a name; reports `config.missing-key` when it is not there.
    public mutating func required(_ name: String, _ diagnostics: inout Diagnostics) -> ConfigNode? {
        if let value = optional(name) { return value }
        diagnostics.error(.configMissingKey, "\(node.displayPath) needs '\(name)'.", at: node)
        return nil
    }

    /// Reports every name that was not asked for, with the nearest known one as a hint.
    public consuming func finish(_ diagnostics: inout Diagnostics) {
        for entry in entries where !known.contains(entry.name) {
            diagnostics.add(
                Diagnostic(
                    .error,
                    .configUnknownKey,
                    "\(entry.value.path) is not known here.",
                    hint: Suggestion.hint(for: entry.name, among: known),
                    at: entry.location,
                    path: entry.value.path
                )
            )
        }
    }
}
