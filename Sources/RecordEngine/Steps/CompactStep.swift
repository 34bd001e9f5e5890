internal import CSimdjson
internal import Settings

/// `compact: [null, empty]` removes fields that say nothing.
///
/// `null` is JSON's null; `empty` is text without a character, `[]` and `{}`. Only fields of the outermost
/// object are looked at.
struct CompactStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "compact",
        summary: "Removes fields that are null or empty.",
        semantics: 1,
        example: "- compact: [\"null\", empty]",
        notes: """
            `null` is JSON's null; `empty` is text without a character, `[]` and `{}`. Only fields of the
            outermost object are looked at.
            """,
        samples: [
            #"{"a":null,"b":"","c":[],"d":0}"#
        ]
    )

    /// What is removed.
    enum Kind: String, CaseIterable, Sendable {
        /// The words of the configuration.
        case null, empty
    }

    /// What is removed.
    let kinds: Set<Kind>

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        // `null` without quotes is YAML's null, and means the word here.
        let single = node.isNull ? [node] : nil
        guard let items = single ?? node.list(orSingle: true, &context.diagnostics) else { return [] }
        let kinds = items.compactMap { item in
            item.isNull ? .null : item.choice(Kind.self, &context.diagnostics)
        }
        if items.isEmpty {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.path) must name null, empty or both.",
                at: node
            )
        }
        return [CompactStep(kinds: Set(kinds))]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        let removesNull = kinds.contains(.null)
        let removesEmpty = kinds.contains(.empty)
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            for place in unsafe batch.records[index].fieldRange {
                let field = unsafe batch.fields[place]
                if field.isRemoved { continue }
                let isNull = field.tag == UInt8(SLUICE_NULL)
                guard isNull ? removesNull : removesEmpty && batch.isEmpty(field) else { continue }
                unsafe batch.fields[place].flags |= UInt8(SLUICE_REMOVED)
                unsafe batch.records[index].is_changed = 1
            }
        }
    }
}

extension RecordBatch {
    /// Whether the value is text without a character, a list without elements or an object without members.
    fileprivate func isEmpty(_ field: sluice_field) -> Bool {
        switch Int(field.tag) {
        case SLUICE_TEXT: return field.value_length == 0
        case SLUICE_STRING: return field.value_length == 2
        case SLUICE_COMPOSITE:
            let value = unsafe start(of: field)
            return unsafe sluice_is_blank(value + 1, Int(field.value_length) - 2)
        default: return false
        }
    }
}
