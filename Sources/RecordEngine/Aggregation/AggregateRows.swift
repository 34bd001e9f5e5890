internal import CSimdjson
internal import EventModel

/// Makes rows of groups, a batch at a time, and has the steps on rows and the encoder work on them.
final class AggregateRows {
    private let table: AggregateTable
    private let processor: PipelineProcessor
    private let batch: RecordBatch
    private let order: [Int]
    private var next = 0
    /// The text that rows do not stand in: their values lie in the arena.
    private let noText = ByteBuffer()
    private let index = RecordIndex()
    private var memory = TimeMemory()

    /// Prepares the rows of a table that does not change any more.
    init(_ table: AggregateTable, _ processor: PipelineProcessor) {
        self.table = table
        self.processor = processor
        batch = PipelineScratch(processor).batch
        order = table.sorted()
    }

    /// Appends the next rows to `output`; false behind the last one.
    func next(into output: BlockOutput) -> Bool {
        if next == order.count { return false }
        let first = next
        let plan = table.plan
        batch.begin(Block(text: noText, firstRecord: UInt64(first + 1), recordCount: 0))
        index.removeAll()
        let count = min(order.count - next, RecordBatch.maximumCount)
        for _ in 0..<count { index.slices.append(RecordIndex.Slice(offset: 0, length: 0)) }
        _ = batch.take(index, from: 0)
        batch.reserveFields(count * plan.outputs.count)
        let width = plan.outputs.count + batch.spareFields
        for record in 0..<count { make(record, table.plan, at: record * width) }
        next += count
        var counts = StageCounts(stageCount: processor.stageNames.count)
        processor.runRows(batch, output, &counts)
        for record in 0..<count { reject(record, number: UInt64(first + record + 1), output) }
        output.tally.created = UInt64(count)
        output.tally.dropped = counts.dropped
        output.tally.rejected = counts.rejected
        output.tally.deduplicated = counts.deduplicated
        output.counters = counts.values
        output.names = batch.outputs.names
        return true
    }

    /// Makes the row of a group; its fields begin at `place`.
    private func make(_ record: Int, _ plan: AggregatePlan, at place: Int) {
        let group = order[next + record]
        unsafe batch.records[record].first_field = UInt32(truncatingIfNeeded: place)
        unsafe batch.records[record].field_count = UInt32(truncatingIfNeeded: plan.outputs.count)
        unsafe batch.records[record].is_changed = 1
        var at = 0
        let key = unsafe table.key(group)
        for column in 0..<plan.outputs.count {
            let start = batch.arena.count
            var tag = SLUICE_NUMBER
            if column < plan.keys.count {
                if let part = unsafe GroupKey.next(key, at: &at) { tag = append(part) }
            } else {
                tag = append(plan.values[column - plan.keys.count], of: group)
            }
            let value = MadeValue(tag: tag, offset: start, length: batch.arena.count - start)
            unsafe batch.fields[place + column] = .named(plan.outputs[column], tag: 0, offset: 0, length: 0)
            unsafe batch.replace(&batch.fields[place + column], with: value)
        }
    }

    /// Appends a part of a key; returns what it is.
    private func append(_ part: GroupKey.Part) -> Int {
        if part.tag != GroupKey.time {
            unsafe batch.arena.append(part.bytes)
            return Int(part.tag)
        }
        let begin = ReadTime(Instant(seconds: GroupKey.seconds(part)))
        let isWritten = TimeLayout(.rfc3339).write(begin, in: .utc, to: batch.arena, &memory)
        return isWritten ? SLUICE_TEXT : SLUICE_NULL
    }

    /// Appends a value; returns what it is.
    private func append(_ value: AggregatePlan.Value, of group: Int) -> Int {
        switch value.function {
        case .count:
            return append(UInt128(unsafe table.counter(value, of: group).pointee))
        case .distinct:
            return append(UInt128(table.distincts[table.distinctIndex(value, of: group)].estimate))
        case .sum:
            let state = unsafe table.sum(value, of: group).pointee
            if state.count == 0 { return SLUICE_NULL }
            if state.inexactCount > 0 { return append(state.total) }
            FoldedNumber.append(state.units, to: batch.arena)
        case .avg:
            let state = unsafe table.sum(value, of: group).pointee
            return state.count == 0 ? SLUICE_NULL : append(state.total / Double(state.count))
        case .min, .max:
            let state = unsafe table.bound(value, of: group).pointee
            if !state.isSet { return SLUICE_NULL }
            if !state.number.isExact { return append(state.number.double) }
            FoldedNumber.append(state.number.units, to: batch.arena)
        case .quantile:
            let sketch = table.quantiles[table.quantileIndex(value, of: group)]
            return sketch.count == 0 ? SLUICE_NULL : append(sketch.quantile(value.share))
        }
        return SLUICE_NUMBER
    }

    private func append(_ number: UInt128) -> Int {
        FoldedNumber.append(number, digits: 1, to: batch.arena)
        return SLUICE_NUMBER
    }

    /// A sum that has grown beyond the range of doubles is null.
    private func append(_ number: Double) -> Int {
        guard number.isFinite else { return SLUICE_NULL }
        FoldedNumber.append(number, to: batch.arena)
        return SLUICE_NUMBER
    }

    /// Writes a row that a step or the encoder rejected, as NDJSON.
    private func reject(_ place: Int, number: UInt64, _ output: BlockOutput) {
        let record = unsafe batch.records[place]
        guard record.state == UInt8(SLUICE_REJECTED) else { return }
        let row = ByteBuffer()
        unsafe batch.records[place].state = UInt8(SLUICE_LIVE)
        NDJSONEncoder().encode(batch, place..<place + 1, to: row)
        unsafe batch.records[place].state = record.state
        let text = unsafe row.base.assumingMemoryBound(to: UInt8.self)
        unsafe RejectWriter.append(
            line: number,
            reason: RejectReason.describe(record, stageNames: processor.stageNames),
            record: UnsafeBufferPointer(start: text, count: row.count - 1),
            to: output.rejects
        )
    }
}
