public import EventModel
internal import FoundationEssentials
internal import Settings

/// One of a function's `tests:`: what goes in, and what must come out of the encoder.
///
/// No part of the fingerprint: it says what the function does, and does not change it.
public struct FunctionTest: Sendable {
    /// What goes in.
    public enum Input: Sendable, Hashable {
        /// Text of the configuration, taken as it is: neither unpacked nor taken apart.
        case text([UInt8])
        /// A file, read as an object would be; relative to the configuration.
        case file(String)
    }

    /// What the rejects must be.
    public enum Rejects: Sendable, Hashable {
        /// So many, whatever they are.
        case count(Int)
        /// One text for each, in their order, that its line holds: a part of the reason, or of the record.
        case texts([String])
    }

    /// What it is called.
    public let name: String
    /// What goes in.
    public let input: Input
    /// When the object was last modified; nil where the function must not need it.
    public let objectTime: Timestamp?
    /// The one output without a name; nil is not compared.
    public let expected: [UInt8]?
    /// The outputs with names, `OUTPUT/PARTITION/MEMBER`, whichever there are; nil is not compared.
    public let outputs: [String: [UInt8]]?
    /// The rejects; nil is not compared.
    public let rejects: Rejects?
    /// How many records are dropped on purpose; nil is not compared.
    public let dropped: Int?

    /// Decodes the list `tests:`; reports every mistake at its place.
    static func decode(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> [FunctionTest] {
        guard let items = node.list(&diagnostics) else { return [] }
        var names: Set<String> = []
        return items.compactMap { item in
            guard let test = decodeOne(item, &diagnostics) else { return nil }
            if !names.insert(test.name).inserted {
                diagnostics.error(
                    .configInvalidValue,
                    "\(item.path) has the name '\(test.name)' of an earlier test.",
                    at: item
                )
            }
            return test
        }
    }

    private static func decodeOne(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> FunctionTest? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let name = reader.required("name", &diagnostics)?.text(&diagnostics)
        let input = input(&reader, node, &diagnostics)
        let time = reader.optional("time").flatMap { self.time($0, &diagnostics) }
        let expected = reader.optional("expect").flatMap { $0.text(&diagnostics) }
        let outputs = reader.optional("outputs").flatMap { self.outputs($0, &diagnostics) }
        let rejects = reader.optional("rejects").flatMap { self.rejects($0, &diagnostics) }
        let dropped = reader.optional("dropped").flatMap { $0.integer(in: 0 ... .max, &diagnostics) }
        let comparesNothing = ["expect", "outputs", "rejects", "dropped"].allSatisfy {
            reader.optional($0) == nil
        }
        reader.finish(&diagnostics)
        if comparesNothing {
            diagnostics.error(
                .configMissingKey,
                "\(node.path) says nothing of what must come out.",
                hint: "Add 'expect', 'outputs', 'rejects' or 'dropped'.",
                at: node
            )
        }
        guard let name, let input else { return nil }
        return FunctionTest(
            name: name,
            input: input,
            objectTime: time,
            expected: expected.map { Array($0.utf8) },
            outputs: outputs,
            rejects: rejects,
            dropped: dropped
        )
    }

    private static func input(
        _ reader: inout MappingReader,
        _ node: ConfigNode,
        _ diagnostics: inout Diagnostics
    ) -> Input? {
        let text = reader.optional("input")
        let file = reader.optional("file")
        if let text, file == nil { return text.text(&diagnostics).map { .text(Array($0.utf8)) } }
        if let file, text == nil { return file.text(&diagnostics).map { .file($0) } }
        diagnostics.error(
            .configMissingKey,
            "\(node.path) needs either 'input' or 'file'.",
            hint: "Write the lines behind 'input: |', or name a file.",
            at: node
        )
        return nil
    }

    private static func time(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> Timestamp? {
        guard let text = node.text(&diagnostics) else { return nil }
        if let date = try? Date(text, strategy: .iso8601) {
            return Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
        }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) must be a time.",
            hint: "Write for instance \"2026-10-01T00:00:00Z\".",
            at: node
        )
        return nil
    }

    private static func outputs(
        _ node: ConfigNode,
        _ diagnostics: inout Diagnostics
    ) -> [String: [UInt8]]? {
        guard case .mapping(let entries) = node.value else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be a mapping from names of outputs to their text, not \(node.kind).",
                at: node
            )
            return nil
        }
        var outputs: [String: [UInt8]] = [:]
        for entry in entries {
            if let text = entry.value.text(&diagnostics) { outputs[entry.name] = Array(text.utf8) }
        }
        return outputs
    }

    private static func rejects(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> Rejects? {
        if case .scalar = node.value {
            return node.integer(in: 0 ... .max, &diagnostics).map { .count($0) }
        }
        return node.texts(&diagnostics).map { .texts($0) }
    }
}
