internal import CSimdjson
internal import ExpressionLanguage
internal import Settings

/// `sample: { rate: 0.1, by: user_id, keep: level == "ERROR" }` keeps a share of the records.
///
/// Which ones depends on a hash of the field `by`, or of the record's bytes, and on nothing else: the same
/// record is kept in every run and on every machine, and all records of one user are kept or none.
struct SampleStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "sample",
        summary: "Keeps a share of the records.",
        semantics: 1,
        example: "- sample: { rate: 0.1, by: user_id, keep: level == \"ERROR\" }",
        options: [
            .init("rate", "number", standard: nil, "The share that is kept, from 0 to 1."),
            .init(
                "by",
                "list of names",
                standard: "the whole record",
                "Records with the same values of these fields are kept together, or none of them."
            ),
            .init("keep", "condition", standard: "false", "Records for which it holds are always kept."),
        ],
        notes: """
            Which records are kept depends on a hash of the fields `by`, or of the record's bytes as they were
            read, and on nothing else: not on the order, the run or the machine. `sample: 0.1` is short for
            `sample: { rate: 0.1 }`. What is not kept counts as dropped.
            """,
        samples: [#"{"user_id":1}"#, #"{"user_id":11}"#, #"{"user_id":1,"level":"ERROR"}"#]
    )

    /// What is hashed.
    let key: RecordKey
    /// Records whose hash is below it are kept; nil keeps all.
    let threshold: UInt64?
    /// Records that are kept whatever their hash.
    let keep: ExpressionBinding?

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        guard case .mapping = node.value else {
            let rate = node.number(in: 0...1, &context.diagnostics)
            return rate.map { [SampleStep(key: .record, threshold: threshold($0), keep: nil)] } ?? []
        }
        guard var reader = MappingReader(node, &context.diagnostics) else { return [] }
        let rate = reader.required("rate", &context.diagnostics)?.number(in: 0...1, &context.diagnostics)
        let by = reader.optional("by")
        let condition = reader.optional("keep")
        reader.finish(&context.diagnostics)
        let key = by.map { RecordKey.read($0, &context) } ?? .record
        let expression = condition.flatMap { context.expression($0) }
        if let condition, let expression { context.checkCondition(expression, at: condition) }
        guard let rate else { return [] }
        let keep = expression.map { context.bind($0) }
        return [SampleStep(key: key, threshold: threshold(rate), keep: keep)]
    }

    private static func threshold(_ rate: Double) -> UInt64? {
        rate >= 1 ? nil : UInt64(rate * 18_446_744_073_709_551_616.0)
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        guard let threshold else { return }
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            if key.hash(of: record, in: batch).low < threshold { continue }
            switch keep?.evaluate(record, in: batch).verdict ?? .no {
            case .yes: continue
            case .no: unsafe batch.records[index].drop()
            case .fault(let fault): unsafe batch.records[index].reject(RejectReason(fault))
            }
        }
    }
}
