internal import CSimdjson
internal import ExpressionLanguage
internal import Settings

/// `keep_if: <CEL>` drops the records for which the condition does not hold; `drop_if: <CEL>` those for which
/// it does.
///
/// Null counts as false. A condition that cannot be evaluated rejects the record. Before `parse` the only
/// field is `line`, the raw text, and dropped records are never parsed.
struct ConditionStep: RecordStep {
    /// What users read about `keep_if`.
    static let keepIf = ComponentSpec(
        name: "keep_if",
        summary: "Keeps the records for which a condition holds.",
        semantics: 1,
        example: "- keep_if: status >= 500",
        notes: """
            The condition is CEL (see [expressions](../configuration.md#expressions)). Null counts as
            false. Values of different types are unequal and have no order, so text is never `>= 500`. A
            condition that cannot be evaluated, or is neither true nor false, rejects the record. Before
            `parse`, the only name is `line`, the raw text of the line, and what is dropped there is never
            parsed.
            """,
        samples: [
            #"{"status":503}"#,
            #"{"status":200}"#,
            #"{"path":"/"}"#,
            #"{"status":"503"}"#,
        ]
    )
    /// What users read about `drop_if`.
    static let dropIf = ComponentSpec(
        name: "drop_if",
        summary: "Drops the records for which a condition holds.",
        semantics: 1,
        example: "- drop_if: path == \"/healthz\"",
        notes: """
            The opposite of [`keep_if`](#keep_if): null counts as false here too, so a record without the
            field stays.
            """,
        samples: [
            #"{"path":"/healthz"}"#,
            #"{"path":"/a"}"#,
            #"{"a":1}"#,
        ]
    )

    /// The condition.
    let binding: ExpressionBinding
    /// Whether records stay or go when it holds.
    let keeps: Bool

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, keeps: Bool, _ context: inout StepContext) -> [any RecordStep] {
        guard let expression = context.expression(node) else { return [] }
        context.checkCondition(expression, at: node)
        if context.isBeforeParse { return [LineConditionStep(expression: expression, keeps: keeps)] }
        return [ConditionStep(binding: context.bind(expression), keeps: keeps)]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let value = unsafe binding.evaluate(batch.records[index], in: batch)
            unsafe batch.records[index].decide(value, keeps: keeps)
        }
    }
}

/// A condition on the raw line, before `parse`.
struct LineConditionStep: RecordStep {
    /// The condition, on `line` alone.
    let expression: CompiledExpression
    /// Whether records stay or go when it holds.
    let keeps: Bool

    /// What a line must hold to stay, where the condition says so.
    var requiredText: [UInt8]? { keeps ? expression.requiredText : nil }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        let memory = batch.expressions
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            let line = unsafe UnsafeRawBufferPointer(
                start: batch.text + Int(record.offset),
                count: Int(record.length)
            )
            unsafe memory.slots[0] = .string(line)
            memory.scratch.reset()
            let value = unsafe expression.evaluate(UnsafeBufferPointer(memory.slots), scratch: memory.scratch)
            unsafe batch.records[index].decide(value, keeps: keeps)
        }
    }
}

extension sluice_record {
    /// What a condition means for the record.
    @inline(__always)
    fileprivate mutating func decide(_ value: ExpressionValue, keeps: Bool) {
        switch value.verdict {
        case .yes: if !keeps { drop() }
        case .no: if keeps { drop() }
        case .fault(let fault): reject(RejectReason(fault))
        }
    }
}
