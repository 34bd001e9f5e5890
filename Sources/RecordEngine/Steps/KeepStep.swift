internal import CSimdjson
internal import Settings

/// `keep: [a, b]` removes every field but those of these names; their order stays.
struct KeepStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "keep",
        summary: "Removes all fields but these.",
        semantics: 1,
        example: "- keep: [timestamp, status]",
        notes: """
            The others keep their order. One name may stand without brackets.
            """,
        samples: [
            #"{"status":200,"path":"/a","timestamp":"12:00"}"#
        ]
    )

    /// The fields named.
    let symbols: SymbolSet

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        let names = context.fieldNames(node)
        context.fields.keepOnly(names)
        return [KeepStep(symbols: SymbolSet(names.map { context.symbols.symbol(for: $0) }))]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            for place in unsafe batch.records[index].fieldRange
            where unsafe !symbols.contains(batch.fields[place].symbol) {
                unsafe batch.fields[place].flags |= UInt8(SLUICE_REMOVED)
                unsafe batch.records[index].is_changed = 1
            }
        }
    }
}
