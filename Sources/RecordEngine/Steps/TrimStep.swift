internal import CSimdjson
internal import Settings

/// `trim: [a, b]` takes blanks from both ends of text: space, tab, line feed, carriage return, vertical tab,
/// form feed.
///
/// `{ fields, chars, side: both | left | right }` takes other ASCII characters, or from one end only. `"*"`
/// stands for all fields. Values that are no text stay as they are.
struct TrimStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "trim",
        summary: "Takes blanks, or other characters, from the ends of text.",
        semantics: 1,
        example: "- trim: [name, message]",
        options: [
            .init("fields", "list of names", standard: "\"*\"", "The fields; `\"*\"` is all of them."),
            .init("chars", "text", standard: "blanks", "The ASCII characters to take away."),
            .init("side", "both, left or right", standard: "both", "The end to take them from."),
        ],
        notes: """
            Blanks are space, tab, line feed, carriage return, vertical tab and form feed. Values that are
            no text stay as they are.
            """,
        samples: [
            #"{"name":" Ann ","n":1}"#
        ]
    )

    /// The ends that are trimmed.
    enum Side: String, CaseIterable, Sendable {
        /// The words of the configuration.
        case both, left, right
    }

    /// The fields.
    let selection: FieldSelection
    /// Whether a byte is taken away, by its value.
    let isTaken: [Bool]
    /// The ends.
    let side: Side

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        var chars = " \t\n\r\u{B}\u{C}"
        var side = Side.both
        let selection = FieldSelection.read(node, &context) { reader, context in
            if let node = reader.optional("side") {
                side = node.choice(Side.self, &context.diagnostics) ?? side
            }
            guard let node = reader.optional("chars"), let text = node.text(&context.diagnostics) else {
                return
            }
            chars = text
            if text.isEmpty || !text.utf8.allSatisfy({ $0 < 0x80 }) {
                context.diagnostics.error(
                    .configInvalidValue,
                    "\(node.path) must be one or more ASCII characters.",
                    hint: "Use 'replace' with a pattern for others.",
                    at: node
                )
            }
        }
        guard let selection else { return [] }
        var isTaken = [Bool](repeating: false, count: 256)
        for byte in chars.utf8 { isTaken[Int(byte)] = true }
        return [TrimStep(selection: selection, isTaken: isTaken, side: side)]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        unsafe batch.rewriteText(selection, growth: 1) { text in
            var start = 0
            var end = text.count
            if side != .right {
                while start < end, unsafe isTaken[Int(text[start])] { start &+= 1 }
            }
            if side != .left {
                while end > start, unsafe isTaken[Int(text[end - 1])] { end &-= 1 }
            }
            if end - start == text.count { return false }
            unsafe batch.arena.append(UnsafeRawBufferPointer(rebasing: text[start..<end]))
            return true
        }
    }
}
