internal import CSimdjson
internal import Settings

/// `dedupe: { fields: [id], window: 100000 }` takes out records that were seen before.
///
/// Stateful: its pipeline runs block after block.
struct DedupeStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "dedupe",
        summary: "Takes out records that were seen before.",
        semantics: 1,
        example: "- dedupe: { fields: [request_id], window: 100000 }",
        options: [
            .init(
                "fields",
                "list of names",
                standard: "the whole record",
                "Records with the same values of these fields are the same."
            ),
            .init(
                "window",
                "number",
                standard: "100000",
                "How many different records are remembered, the newest ones; up to 2,000,000."
            ),
        ],
        notes: """
            Without `fields` records are the same when their bytes are, as they were read. The first one
            stays. The memory begins empty with each object, and with each member of an archive unless
            members are merged; the record that was remembered first is forgotten first. Records are
            compared by a hash of 128 bits. `dedupe: [a, b]` is short for `dedupe: { fields: [a, b] }`. What
            is taken out is counted as deduplicated. Blocks of one object run one after another.
            """,
        samples: [
            "{\"request_id\":\"a\",\"n\":1}\n{\"request_id\":\"\\u0061\",\"n\":2}\n{\"request_id\":\"b\"}"
        ]
    )
    /// What `window` may be: 32 bytes of table and 16 of queue for each.
    private static let windows = 1...2_000_000

    /// What was seen in one result.
    ///
    /// `@unchecked Sendable`: the blocks of a pipeline with a stateful step run one after another, and the
    /// driver's lock orders the memory between them.
    private final class Memory: @unchecked Sendable {
        private var seen: HashTable
        /// The hashes in the order in which they came, a ring once it is full.
        private var order: [StableHash] = []
        private var oldest = 0

        init(window: Int) { seen = HashTable(limit: window) }

        /// Whether a hash is new; remembers it.
        func insert(_ hash: StableHash) -> Bool {
            if seen.number(of: hash) != 0 { return false }
            if order.count < seen.limit {
                order.append(hash)
            } else {
                seen.remove(order[oldest])
                order[oldest] = hash
                oldest = oldest + 1 == order.count ? 0 : oldest + 1
            }
            seen.set(hash, 1)
            return true
        }
    }

    private let key: RecordKey
    private let window: Int
    private let memory: Memory

    /// The blocks must be seen in order.
    var isStateful: Bool { true }

    /// The step with nothing seen.
    func instance() -> any RecordStep { DedupeStep(key: key, window: window) }

    private init(key: RecordKey, window: Int) {
        self.key = key
        self.window = window
        memory = Memory(window: window)
    }

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        guard case .mapping = node.value else {
            // `- dedupe:` alone is the whole record.
            if node.isNull { return [DedupeStep(key: .record, window: 100_000)] }
            return [DedupeStep(key: RecordKey.read(node, &context), window: 100_000)]
        }
        guard var reader = MappingReader(node, &context.diagnostics) else { return [] }
        let fields = reader.optional("fields")
        let value = reader.optional("window")
        reader.finish(&context.diagnostics)
        let key = fields.map { RecordKey.read($0, &context) } ?? .record
        guard let value else { return [DedupeStep(key: key, window: 100_000)] }
        return value.integer(in: windows, &context.diagnostics)
            .map { [DedupeStep(key: key, window: $0)] } ?? []
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let hash = unsafe key.hash(of: batch.records[index], in: batch)
            if !memory.insert(hash) { unsafe batch.records[index].deduplicate() }
        }
    }
}
