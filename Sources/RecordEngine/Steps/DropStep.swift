internal import CSimdjson
internal import Settings

/// `drop: [a, b]` removes every field of these names.
struct DropStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "drop",
        summary: "Removes fields.",
        semantics: 1,
        example: "- drop: [trace_id, debug]",
        notes: """
            One name may stand without brackets.
            """,
        samples: [
            #"{"path":"/a","trace_id":"4bf9","debug":{"a":1}}"#
        ]
    )

    /// The fields named.
    let symbols: SymbolSet

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        let names = context.fieldNames(node)
        for name in names { context.fields.remove(name) }
        return [DropStep(symbols: SymbolSet(names.map { context.symbols.symbol(for: $0) }))]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            for place in unsafe batch.records[index].fieldRange
            where unsafe symbols.contains(batch.fields[place].symbol) {
                unsafe batch.fields[place].flags |= UInt8(SLUICE_REMOVED)
                unsafe batch.records[index].is_changed = 1
            }
        }
    }
}
