internal import CSimdjson
internal import Settings

/// `rename: { old: new }` gives every field of the old name the new one; the value keeps its bytes and its
/// place.
///
/// All renames of one step happen at once, so two names can be swapped. Where a record has a field of the old
/// name, other fields of the new name are removed, as `mv` replaces a file; where it has none, nothing
/// happens.
struct RenameStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "rename",
        summary: "Gives fields other names.",
        semantics: 1,
        example: "- rename: { msg: message }",
        notes: """
            Each value keeps its bytes and its place. All renames of one step happen at once, so that two
            names can be swapped. Where a record has the old field, a field that has the new name already
            is removed.
            """,
        samples: [
            #"{"msg":"hello","n":1,"message":"old"}"#,
            #"{"n":1}"#,
        ]
    )

    /// From old to new symbol, by old symbol; 0 where the name stays.
    let targets: [UInt16]

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        var targets: [UInt16] = []
        var news: [String: String] = [:]
        for entry in context.entries(node) {
            guard let new = entry.value.text(&context.diagnostics) else { continue }
            if let other = news[new] {
                context.diagnostics.error(
                    .configInvalidValue,
                    "Both '\(other)' and '\(entry.name)' would be renamed to '\(new)'.",
                    at: entry.value
                )
                continue
            }
            news[new] = entry.name
            context.checkKnown(entry.name, at: entry.location, path: entry.value.path)
            let old = context.symbols.symbol(for: entry.name)
            while targets.count <= Int(old) { targets.append(0) }
            targets[Int(old)] = context.symbols.symbol(for: new)
        }
        context.fields.rename(Dictionary(news.map { ($1, $0) }) { first, _ in first })
        return [RenameStep(targets: targets)]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        // Of each old name the last record whose fields of the new name were removed: once is enough, however
        // often a hostile record repeats the old one.
        var cleared = [Int](repeating: -1, count: targets.count)
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let range = unsafe batch.records[index].fieldRange
            for place in range {
                let field = unsafe batch.fields[place]
                guard !field.isRemoved, Int(field.symbol) < targets.count else { continue }
                let target = targets[Int(field.symbol)]
                guard target != 0, target != field.symbol else { continue }
                if cleared[Int(field.symbol)] != index {
                    remove(target, in: range, of: batch)
                    cleared[Int(field.symbol)] = index
                }
                unsafe batch.fields[place].flags |= UInt8(SLUICE_NAMED) | Self.isRenamed
                unsafe batch.fields[place].symbol = target
                unsafe batch.records[index].is_changed = 1
            }
            for place in range { unsafe batch.fields[place].flags &= ~Self.isRenamed }
        }
    }

    /// Set while a record is worked on: the field has its new name already.
    private static let isRenamed: UInt8 = 128

    /// Removes the fields that have this name and were not given it by this step, nor will get another.
    private func remove(_ symbol: UInt16, in range: Range<Int>, of batch: RecordBatch) {
        for place in range {
            let field = unsafe batch.fields[place]
            let staysSo = Int(symbol) >= targets.count || targets[Int(symbol)] == 0
            if field.symbol == symbol, field.flags & Self.isRenamed == 0, staysSo {
                unsafe batch.fields[place].flags |= UInt8(SLUICE_REMOVED)
            }
        }
    }
}
