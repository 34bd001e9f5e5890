internal import Settings

/// A configuration value in one form, whatever its layout, comments and quotes.
enum CanonicalNode {
    /// The text; the value of the entry `secret` is replaced, because it must show nowhere.
    static func text(_ node: ConfigNode, replacing secret: String, by mark: String?) -> String {
        switch node.value {
        case .scalar(let text, _):
            return JSONText.quoted(text)
        case .sequence(let items):
            return "[" + items.map { text($0, replacing: secret, by: mark) }.joined(separator: ",") + "]"
        case .mapping(let entries):
            let parts = entries.map { entry in
                let value =
                    entry.name == secret && mark != nil
                    ? JSONText.quoted(mark ?? "") : text(entry.value, replacing: secret, by: mark)
                return JSONText.quoted(entry.name) + ":" + value
            }
            return "{" + parts.joined(separator: ",") + "}"
        }
    }
}
