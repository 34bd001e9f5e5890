internal import Foundation
internal import Settings

/// The part of JSON Schema (draft 2020-12) that our schema uses, over a located tree; an independent reader
/// of what `sluice schema` prints.
struct SchemaChecker {
    /// A schema that uses something this checker does not know.
    struct Unknown: Error { let keyword: String }

    private let root: [String: Any]

    /// Reads a schema.
    init(_ text: String) throws {
        root = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// Whether the tree is valid.
    func accepts(_ node: ConfigNode) throws -> Bool { try accepts(node, root) }

    private func accepts(_ node: ConfigNode, _ schema: [String: Any]) throws -> Bool {
        for (keyword, value) in schema where try !holds(keyword, value, node, schema) { return false }
        return true
    }

    private func holds(
        _ keyword: String,
        _ value: Any,
        _ node: ConfigNode,
        _ schema: [String: Any]
    ) throws -> Bool {
        switch keyword {
        case "description", "$schema", "title", "$defs": return true
        case "$ref":
            let name = (value as? String ?? "").replacing("#/$defs/", with: "")
            guard let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any] else {
                throw Unknown(keyword: "$ref \(name)")
            }
            return try accepts(node, target)
        case "anyOf":
            return try (value as? [[String: Any]] ?? []).contains { try accepts(node, $0) }
        case "oneOf":
            return try (value as? [[String: Any]] ?? []).count { try accepts(node, $0) } == 1
        case "type":
            let types = value as? [String] ?? [value as? String ?? ""]
            return types.contains { Self.isOf($0, node) }
        case "enum":
            return Self.text(node).map { (value as? [String] ?? []).contains($0) } ?? false
        case "pattern":
            guard let text = Self.text(node), let pattern = value as? String else { return true }
            return text.range(of: pattern, options: .regularExpression) != nil
        case "minimum": return Self.number(node).map { $0 >= (value as? Int ?? .min) } ?? true
        case "maximum": return Self.number(node).map { $0 <= (value as? Int ?? .max) } ?? true
        case "minProperties": return Self.entries(node).map { $0.count >= (value as? Int ?? 0) } ?? true
        case "maxProperties": return Self.entries(node).map { $0.count <= (value as? Int ?? 0) } ?? true
        case "items":
            guard case .sequence(let items) = node.value, let schema = value as? [String: Any] else {
                return true
            }
            return try items.allSatisfy { try accepts($0, schema) }
        case "required":
            guard let entries = Self.entries(node) else { return true }
            return (value as? [String] ?? []).allSatisfy { name in entries.contains { $0.name == name } }
        case "properties":
            let properties = value as? [String: [String: Any]] ?? [:]
            return try (Self.entries(node) ?? []).allSatisfy { entry in
                try properties[entry.name].map { try accepts(entry.value, $0) } ?? true
            }
        case "additionalProperties":
            let known = (schema["properties"] as? [String: Any] ?? [:]).keys
            let others = (Self.entries(node) ?? []).filter { !known.contains($0.name) }
            if let schema = value as? [String: Any] {
                return try others.allSatisfy { try accepts($0.value, schema) }
            }
            return others.isEmpty
        default: throw Unknown(keyword: keyword)
        }
    }

    private static func isOf(_ type: String, _ node: ConfigNode) -> Bool {
        switch (type, node.value) {
        case ("object", .mapping), ("array", .sequence): true
        case ("integer", .scalar), ("number", .scalar): number(node) != nil
        case ("boolean", .scalar(let text, isQuoted: false)): text == "true" || text == "false"
        case ("string", .scalar): text(node) != nil
        default: false
        }
    }

    private static func entries(_ node: ConfigNode) -> [ConfigNode.Entry]? {
        if case .mapping(let entries) = node.value { entries } else { nil }
    }

    private static func number(_ node: ConfigNode) -> Int? {
        if case .scalar(let text, isQuoted: false) = node.value { ConfigNode.decimal(text) } else { nil }
    }

    /// The text of a scalar that YAML's core schema does not read as something else.
    private static func text(_ node: ConfigNode) -> String? {
        guard case .scalar(let text, let isQuoted) = node.value, isQuoted || number(node) == nil, !node.isNull
        else {
            return nil
        }
        return !isQuoted && (text == "true" || text == "false") ? nil : text
    }
}
