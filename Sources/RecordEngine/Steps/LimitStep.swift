internal import CSimdjson
internal import Settings

/// `limit: 1000` keeps the first records of a result; `limit: { count: 10, by: service }` the first of each
/// service.
///
/// Stateful: its pipeline runs block after block.
struct LimitStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "limit",
        summary: "Keeps the first records, of all or of each value of some fields.",
        semantics: 1,
        example: "- limit: { count: 1, by: service }",
        options: [
            .init("count", "number", standard: nil, "How many records are kept."),
            .init(
                "by",
                "list of names",
                standard: "none",
                "Counts for each combination of values of these fields by itself."
            ),
        ],
        notes: """
            `limit: 1000` is short for `limit: { count: 1000 }`. The count begins anew with each object, and
            with each member of an archive unless members are merged. What comes after counts as dropped.
            At most 100,000 combinations of values are counted; records with further ones are rejected.
            Blocks of one object run one after another.
            """,
        samples: ["{\"service\":\"a\",\"n\":1}\n{\"service\":\"a\",\"n\":2}\n{\"service\":\"b\",\"n\":3}"]
    )
    /// Combinations of values that are counted.
    static let maximumKeys = 100_000

    /// What was counted in one result.
    ///
    /// `@unchecked Sendable`: the blocks of a pipeline with a stateful step run one after another, and the
    /// driver's lock orders the memory between them.
    private final class Memory: @unchecked Sendable {
        var count: UInt64 = 0
        var counts = HashTable(limit: LimitStep.maximumKeys)
    }

    private let count: UInt64
    private let key: RecordKey?
    private let memory = Memory()

    /// The blocks must be seen in order.
    var isStateful: Bool { true }

    /// The step with nothing counted.
    func instance() -> any RecordStep { LimitStep(count: count, key: key) }

    private init(count: UInt64, key: RecordKey?) {
        self.count = count
        self.key = key
    }

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        guard case .mapping = node.value else {
            let count = node.integer(in: 0...Int.max, &context.diagnostics)
            return count.map { [LimitStep(count: UInt64($0), key: nil)] } ?? []
        }
        guard var reader = MappingReader(node, &context.diagnostics) else { return [] }
        let value = reader.required("count", &context.diagnostics)
        let by = reader.optional("by")
        reader.finish(&context.diagnostics)
        let key = by.map { RecordKey.read($0, &context) }
        guard let count = value?.integer(in: 0...Int.max, &context.diagnostics) else { return [] }
        return [LimitStep(count: UInt64(count), key: key)]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            guard let key else {
                if memory.count >= count { unsafe batch.records[index].drop() } else { memory.count += 1 }
                continue
            }
            let hash = unsafe key.hash(of: batch.records[index], in: batch)
            let seen = memory.counts.number(of: hash)
            if seen >= count {
                unsafe batch.records[index].drop()
            } else if seen == 0, memory.counts.isFull {
                unsafe batch.records[index].reject(.limitKeys)
            } else {
                memory.counts.set(hash, seen + 1)
            }
        }
    }
}
