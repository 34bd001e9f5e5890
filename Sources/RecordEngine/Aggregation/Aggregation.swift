internal import EventModel

/// What the records of one result are folded into, on the driver's thread, and the rows that come of it.
public final class Aggregation {
    /// The groups so far.
    let table: AggregateTable
    private let processor: PipelineProcessor
    private lazy var rows = AggregateRows(table, processor)

    /// Begins with the groups of `table`; the steps on rows have memory of their own.
    init(_ table: AggregateTable, _ processor: PipelineProcessor) {
        self.table = table
        self.processor = processor
    }

    /// Takes in what a block, or all blocks of a unit, were folded into.
    func merge(_ other: AggregateTable) throws(SluiceError) { try table.merge(other) }

    /// Makes the next rows, in their order, which are added to `output`; false behind the last one.
    func nextRows(into output: BlockOutput) -> Bool { rows.next(into: output) }
}
