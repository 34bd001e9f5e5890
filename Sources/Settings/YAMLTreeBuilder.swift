internal import EventModel

/// Turns events into the tree; each event is one step of a small machine with a stack, so depth costs no call
/// stack.
struct YAMLTreeBuilder {
    /// A list or mapping that is still open.
    private struct Frame {
        let location: SourceLocation
        let path: String
        let isMapping: Bool
        /// Of a list.
        var items: [ConfigNode] = []
        /// Of a mapping.
        var entries: [ConfigNode.Entry] = []
        /// Where each name of a mapping stands.
        var names: [String: SourceLocation] = [:]
        /// A name that waits for its value; a duplicate's or unusable name's value is read and left out.
        var pending: (name: String, location: SourceLocation, isKept: Bool)?
    }

    private var stack: [Frame] = []
    private var nodeCount = 0
    private var hasDocument = false
    /// The finished tree.
    private(set) var root: ConfigNode?
    /// Whether something was found that makes reading on pointless.
    private(set) var isAbandoned = false

    /// Takes the next event; returns whether to go on.
    mutating func take(_ event: YAMLEvent, _ diagnostics: inout Diagnostics) -> Bool {
        refuseExtras(event, &diagnostics)
        nodeCount += 1
        if nodeCount > YAML.maximumNodeCount {
            return abandon(
                "The configuration has more than \(YAML.maximumNodeCount) values.",
                at: event,
                &diagnostics
            )
        }
        switch event.kind {
        case .documentStart:
            if hasDocument {
                return abandon(
                    "A second document begins here; the configuration is one.",
                    at: event,
                    &diagnostics
                )
            }
            hasDocument = true
        case .scalar(let text, let isQuoted):
            if isAtName {
                takeName(text, event, &diagnostics)
            } else {
                add(
                    ConfigNode(
                        value: .scalar(text, isQuoted: isQuoted),
                        location: event.location,
                        path: nextPath
                    )
                )
            }
        case .alias:
            if isAtName { takeName(nil, event, &diagnostics) } else { addPlaceholder(event) }
        case .sequenceStart, .mappingStart:
            return open(event, &diagnostics)
        case .sequenceEnd, .mappingEnd:
            close()
        }
        return true
    }

    /// Whether the next node is a name of the innermost mapping.
    private var isAtName: Bool {
        guard let frame = stack.last else { return false }
        return frame.isMapping && frame.pending == nil
    }

    /// The path of the node that comes next; a very long one stays as it is, so that paths cost bounded
    /// memory.
    private var nextPath: String {
        guard let frame = stack.last else { return "" }
        if frame.path.utf8.count > 256 { return frame.path.hasSuffix("…") ? frame.path : frame.path + "…" }
        guard let name = frame.pending?.name else { return "\(frame.path)[\(frame.items.count)]" }
        return frame.path.isEmpty ? String(name.prefix(256)) : "\(frame.path).\(name.prefix(256))"
    }

    private mutating func open(_ event: YAMLEvent, _ diagnostics: inout Diagnostics) -> Bool {
        if isAtName {
            return abandon("A name must be plain text, not a list or mapping.", at: event, &diagnostics)
        }
        if stack.count >= YAML.maximumDepth {
            return abandon("Nested more than \(YAML.maximumDepth) levels deep.", at: event, &diagnostics)
        }
        var isMapping = false
        if case .mappingStart = event.kind { isMapping = true }
        stack.append(Frame(location: event.location, path: nextPath, isMapping: isMapping))
        return true
    }

    private mutating func close() {
        guard let frame = stack.popLast() else { return }
        add(
            ConfigNode(
                value: frame.isMapping ? .mapping(frame.entries) : .sequence(frame.items),
                location: frame.location,
                path: frame.path
            )
        )
    }

    private mutating func add(_ node: ConfigNode) {
        guard var frame = stack.popLast() else {
            root = node
            return
        }
        if let pending = frame.pending {
            if pending.isKept {
                frame.entries.append(
                    ConfigNode.Entry(name: pending.name, location: pending.location, value: node)
                )
            }
            frame.pending = nil
        } else {
            frame.items.append(node)
        }
        stack.append(frame)
    }

    /// Stands for a value that was refused; whatever is said of its place later is left out by `Diagnostics`.
    private mutating func addPlaceholder(_ event: YAMLEvent) {
        add(ConfigNode(value: .scalar("", isQuoted: false), location: event.location, path: nextPath))
    }

    private mutating func takeName(_ text: String?, _ event: YAMLEvent, _ diagnostics: inout Diagnostics) {
        guard var frame = stack.popLast() else { return }
        defer { stack.append(frame) }
        guard let name = text else {
            frame.pending = ("", event.location, false)
            return
        }
        if let first = frame.names[name] {
            let path = frame.path.isEmpty ? name : "\(frame.path).\(name)"
            diagnostics.add(
                Diagnostic(
                    .error,
                    .configDuplicateKey,
                    "'\(name)' is here a second time; the first one is at \(first).",
                    hint: "Remove one of the two.",
                    at: event.location,
                    path: path
                )
            )
        }
        frame.pending = (name, event.location, frame.names[name] == nil)
        frame.names[name] = frame.names[name] ?? event.location
    }

    private func refuseExtras(_ event: YAMLEvent, _ diagnostics: inout Diagnostics) {
        func refuse(_ message: String, hint: String) {
            diagnostics.unreadable(
                Diagnostic(.error, .configSyntax, message, hint: hint, at: event.location, path: nextPath)
            )
        }
        if case .alias(let name) = event.kind {
            refuse("The alias '*\(name)' is refused.", hint: "Write the value out here.")
        } else if let tag = event.tag {
            refuse("The tag '\(tag)' is refused.", hint: "Leave it out; each setting knows its own type.")
        } else if let anchor = event.anchor {
            refuse("The anchor '&\(anchor)' is refused.", hint: "Leave it out; values cannot be shared.")
        }
    }

    private mutating func abandon(
        _ message: String,
        at event: YAMLEvent,
        _ diagnostics: inout Diagnostics
    ) -> Bool {
        diagnostics.unreadable(
            Diagnostic(.error, .configSyntax, message, at: event.location, path: nextPath)
        )
        isAbandoned = true
        return false
    }
}
