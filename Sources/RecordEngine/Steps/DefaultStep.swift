internal import CSimdjson
internal import Settings

/// `default: { env: prod, retries: 0 }` gives fields a value where they are absent or null.
///
/// Unquoted numbers, `true` and `false` are written as such, all else as text; `[]` and `{}` are not
/// possible.
struct DefaultStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "default",
        summary: "Gives fields a value where they are absent or null.",
        semantics: 1,
        example: "- default: { env: prod, retries: 0 }",
        notes: """
            Unquoted numbers, `true` and `false` are written as such, all else as text.
            """,
        samples: [
            #"{"env":null}"#,
            #"{"env":"test","retries":2}"#,
        ]
    )

    /// The field that is given a value.
    let madeField: String?
    /// Its symbol.
    let symbol: UInt16
    /// What the value is.
    let tag: Int
    /// Its text.
    let text: [UInt8]

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        context.entries(node).compactMap { entry in
            guard case .scalar(let text, let isQuoted) = entry.value.value, !entry.value.isNull else {
                context.diagnostics.error(
                    .configInvalidValue,
                    "\(entry.value.path) must be text, a number, true or false, not \(entry.value.kind).",
                    at: entry.value
                )
                return nil
            }
            context.add(entry.name)
            let bytes = Array(text.utf8)
            let tag =
                isQuoted ? SLUICE_TEXT : unsafe bytes.withUnsafeBufferPointer { unsafe JSONScalar.tag($0) }
            let symbol = context.symbols.symbol(for: entry.name)
            return DefaultStep(madeField: entry.name, symbol: symbol, tag: tag, text: bytes)
        }
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        var value: MadeValue?
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let field = unsafe batch.lastField(symbol, of: batch.records[index])
            if let field, field.tag != UInt8(SLUICE_NULL) { continue }
            let made = value ?? copy(to: batch.arena)
            value = made
            unsafe batch.set(symbol, to: made, in: &batch.records[index])
        }
    }

    /// All records of the batch share one copy.
    private func copy(to arena: ByteBuffer) -> MadeValue {
        let offset = arena.count
        unsafe text.withUnsafeBytes { unsafe arena.append($0) }
        return MadeValue(tag: tag, offset: offset, length: text.count)
    }
}
