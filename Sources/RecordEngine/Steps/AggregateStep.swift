internal import Settings

/// `aggregate: { by: [service], values: { requests: count } }` folds records into groups, and writes a row
/// for each group behind the last record.
///
/// Not stateful: each block is folded into a table of its own, on any thread, and the tables are merged in
/// the order of the blocks.
struct AggregateStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "aggregate",
        summary: "Folds records into groups: counts, sums, bounds, averages, different values, quantiles.",
        semantics: 1,
        example: """
            - aggregate: { by: [service], window: 1h, values: { requests: count, bytes: { sum: bytes }, \
            mean: { avg: took }, users: { distinct: user }, p90: { quantile: took, q: 0.9 } } }
            """,
        options: [
            .init("values", "name: function", standard: nil, "What is computed of each group."),
            .init(
                "by",
                "names, or `{ name: expression }`",
                standard: "none",
                "Records with the same values of these are one group."
            ),
            .init("window", "duration", standard: "none", "Groups also by windows of time of this length."),
            .init("time", "name", standard: "timestamp", "The field with the time, where there are windows."),
            .init("max_groups", "number", standard: "1000000", "The most groups; up to 100,000,000."),
            .init("max_memory", "bytes", standard: "512MiB", "The most memory of all groups together."),
        ],
        notes: """
            Functions are `count` (of records), `{ count: field }` (of values), `{ sum: field }`,
            `{ min: field }`, `{ max: field }`, `{ avg: field }`, `{ distinct: field, precision: 12 }` and
            `{ quantile: field, q: 0.99, error: 0.01 }`. Rows have the field `window` (its beginning), then
            those of `by`, then those of `values`, and are ordered by the former two: null, false, true,
            numbers, lists and objects, text. Steps behind `aggregate` work on the rows. Without records
            there are no rows.

            Null, and absent, is a group of its own; elsewhere it is not counted: of no values at all `sum`,
            `min`, `max`, `avg` and `quantile` are null. A record with text, true, false, a list or an object
            where a number is wanted is rejected: [`convert`](#convert) it before. In keys and for `distinct`
            text is compared decoded, and `1`, `1.0` and `"1"` differ.

            Sums of numbers with up to 28 digits before the point and 9 behind it are exact up to 1.7e29, so
            that 0.1 + 0.2 is 0.3; other numbers are added as doubles, with compensation, in the order of
            the records. `avg` is the sum by the count, as a double. `distinct` is a HyperLogLog sketch of
            2^precision registers, precision 4 to 16: its standard error is 1.04 / √registers, 1.6 % where
            nothing is said. `quantile` is that of rank ⌊q × (n − 1)⌋ with a relative error of at most
            `error`, 0.001 to 0.5; numbers nearer to zero than 2.3e-308 count as zero.

            Windows are counted from 1970-01-01T00:00:00Z; times are read as by [`timestamp`](#timestamp),
            those without an offset as UTC. Records beyond `max_groups` or `max_memory` fail the object:
            nothing is written. What is folded counts as aggregated, and rows as created. Neither the bytes
            of the rows nor their order depend on how many threads work.
            """,
        samples: [
            [
                #"{"timestamp":"2026-11-21T03:07:00Z","service":"web","user":"a","bytes":10,"took":0.1}"#,
                #"{"timestamp":"2026-11-21T03:09:00Z","service":"web","user":"b","bytes":20,"took":0.2}"#,
                #"{"timestamp":"2026-11-21T04:00:00Z","service":"web","user":"b","bytes":30}"#,
                #"{"timestamp":"2026-11-21T04:01:00Z","service":null,"user":"c","bytes":"40"}"#,
            ].joined(separator: "\n")
        ]
    )

    /// What is computed.
    let plan: AggregatePlan
    /// Which of a thread's memories is the step's.
    let memory: Int

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        guard let plan = AggregateReader.read(node, &context) else { return [] }
        return [AggregateStep(plan: plan, memory: context.nextMemoryNumber())]
    }

    /// Folds the live records of a batch.
    func apply(to batch: RecordBatch) {
        guard let table = batch.groups else {
            preconditionFailure("A batch was to be folded into nothing.")
        }
        let scratch = batch.memory(memory) { AggregateScratch(plan) }
        var fold = unsafe AggregateFold(batch, into: table, scratch)
        unsafe fold.run()
    }
}
