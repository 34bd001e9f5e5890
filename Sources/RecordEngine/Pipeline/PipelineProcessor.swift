internal import CSimdjson
internal import EventModel

/// What a compiled function does with a block, batch by batch.
///
/// split → [steps on lines] → parse → steps → encode; where a step folds the records into groups, their rows
/// are what the steps behind it and the encoder get.
///
/// Everything that changes lives in the scratch, except what stateful steps remember.
struct PipelineProcessor: BlockProcessor {
    /// Conditions on raw lines, before `parse`.
    private(set) var lineSteps: [any RecordStep]
    /// How lines become records.
    let parser: ParserPlan
    /// Steps on records, after `parse`.
    private(set) var steps: [any RecordStep]
    /// Steps on the rows of groups, where the last of `steps` folds the records.
    private(set) var rowSteps: [any RecordStep]
    /// How records become lines.
    let encoder: any RecordEncoder
    /// Whether the output must be well-formed UTF-8.
    let needsUTF8: Bool
    /// How the text is cut into records.
    let framing: any Framing
    /// The names that the function mentions.
    let symbols: SymbolTable
    /// Fields that the steps may add to one record.
    let spareFields: Int
    /// The most fields that one expression names.
    let slotCount: Int
    /// Levels of nesting that JSON may have.
    let maximumDepth: Int
    /// The symbol of the field that marks records that were cut off; 0 where none are.
    let truncationSymbol: UInt16
    /// Longest record, for the reason of oversized ones.
    let maximumRecordBytes: Int
    /// One per line step, parser, step and encoder, in that order.
    let stageNames: [String]

    /// Whether no step remembers records.
    var isStateless: Bool { !lineSteps.contains(where: \.isStateful) && !steps.contains(where: \.isStateful) }

    /// What the last step folds the records into; nil where it leaves them.
    var aggregate: AggregatePlan? { (steps.last as? AggregateStep)?.plan }

    /// Whether a step folds the records.
    var folds: Bool { aggregate != nil }

    /// What surrounds the records of an output.
    var outputFrame: OutputFrame { encoder.frame }

    /// Whether a step says which output a record goes to.
    var namesOutputs: Bool { !placeholders.isEmpty }

    /// The placeholders that the steps fill in output templates.
    var placeholders: Set<String> { Set((steps + rowSteps).flatMap(\.placeholders)) }

    /// As the step that names outputs wants it.
    var outputRoll: OutputRoll? { (steps + rowSteps).lazy.compactMap(\.outputRoll).first }

    /// The same stages, with fresh memory in those that remember records.
    func forRun() -> any BlockProcessor {
        if isStateless, rowSteps.isEmpty { return self }
        var copy = self
        copy.lineSteps = lineSteps.map { $0.instance() }
        copy.steps = steps.map { $0.instance() }
        copy.rowSteps = rowSteps.map { $0.instance() }
        return copy
    }

    /// Where the records of one result are folded into groups.
    func makeAggregation() -> Aggregation? { aggregate.map { Aggregation(AggregateTable($0), self) } }

    /// What the parser wants to know of the text before the next block.
    func carry(_ carry: [UInt8], over block: borrowing Block) -> [UInt8] {
        guard let make = parser.carry else { return carry }
        return make(carry, block)
    }

    /// How the parser reads the unit.
    func notes(on unit: UnitContext) -> [String] { parser.note?(unit).map { [$0] } ?? [] }

    /// Memory for one thread.
    func makeScratch() -> any BlockScratch { PipelineScratch(self) }

    /// Runs all stages over one block.
    func process(
        _ block: borrowing Block,
        into output: BlockOutput,
        scratch: any BlockScratch
    ) throws(SluiceError) {
        guard let scratch = scratch as? PipelineScratch else {
            preconditionFailure("The scratch was made by another processor.")
        }
        var counts = StageCounts(stageCount: stageNames.count)
        var oversized = block.oversized[...]
        var number = block.firstRecord
        let batch = scratch.batch
        batch.begin(block)
        batch.groups = aggregate.map { output.makeGroups($0) }
        var next = 0
        var skipped: UInt64 = 0
        let end = block.index?.slices.count ?? block.text.count
        while next < end {
            next = take(block, from: next, batch)
            skipped &+= batch.passed.count
            run(scratch, output, &counts)
            reject(batch, &oversized, &number, output)
        }
        counts.addDropped(skipped, ofStage: 0)
        while let record = oversized.popFirst() {
            RejectWriter.append(
                record,
                limit: maximumRecordBytes,
                member: batch.unit.member,
                to: output.rejects
            )
        }
        output.tally.dropped = counts.dropped
        output.tally.deduplicated = counts.deduplicated
        output.tally.aggregated = counts.aggregated
        output.tally.rejected = counts.rejected &+ counts.rejectedBefore &+ UInt64(block.oversized.count)
        output.counters = counts.values
        output.names = batch.outputs.names
    }

    /// The next records: those that the first condition may keep, unless the parser learns from all lines.
    private func take(_ block: borrowing Block, from next: Int, _ batch: RecordBatch) -> Int {
        if let index = block.index { return batch.take(index, from: next) }
        let wanted = parser.carry == nil ? lineSteps.first?.requiredText : nil
        return wanted.map { batch.takeLines(holding: $0, from: next) } ?? batch.takeLines(from: next)
    }

    /// All stages over one batch.
    private func run(_ scratch: PipelineScratch, _ output: BlockOutput, _ counts: inout StageCounts) {
        let batch = scratch.batch
        counts.begin(batch)
        for step in lineSteps {
            step.apply(to: batch)
            counts.endStage(batch)
        }
        scratch.parser.parse(batch)
        if !batch.truncated.isEmpty { TruncationMark.apply(to: batch, symbol: truncationSymbol) }
        counts.endStage(batch)
        for step in steps {
            step.apply(to: batch)
            counts.endStage(batch)
        }
        if batch.groups != nil { return }
        encode(batch, output)
        counts.endStage(batch)
    }

    /// The stages behind the one that folds, over rows that were put into the batch.
    func runRows(_ batch: RecordBatch, _ output: BlockOutput, _ counts: inout StageCounts) {
        counts.begin(batch, at: lineSteps.count + 1 + steps.count)
        for step in rowSteps {
            step.apply(to: batch)
            counts.endStage(batch)
        }
        encode(batch, output)
        counts.endStage(batch)
    }

    /// Encodes each run of records that go to the same output.
    private func encode(_ batch: RecordBatch, _ output: BlockOutput) {
        if batch.outputs.count == 0 {
            encoder.encode(batch, 0..<batch.count, to: output.encoded)
            return
        }
        var start = 0
        while start < batch.count {
            let number = unsafe batch.records[start].output
            var end = start + 1
            while end < batch.count, unsafe batch.records[end].output == number { end += 1 }
            if number == 0 {
                encoder.encode(batch, start..<end, to: output.encoded)
            } else {
                let before = output.mixed.count
                encoder.encode(batch, start..<end, to: output.mixed)
                output.addRun(of: number, byteCount: output.mixed.count - before)
            }
            start = end
        }
    }

    /// Writes the batch's rejected records, with the oversized ones that stand between them.
    private func reject(
        _ batch: RecordBatch,
        _ oversized: inout ArraySlice<OversizedRecord>,
        _ number: inout UInt64,
        _ output: BlockOutput
    ) {
        let passed = batch.passed
        for index in 0..<batch.count {
            if index < passed.before.count { number &+= UInt64(passed.before[index]) }
            while let first = oversized.first, first.record <= number {
                RejectWriter.append(
                    first,
                    limit: maximumRecordBytes,
                    member: batch.unit.member,
                    to: output.rejects
                )
                oversized.removeFirst()
                number &+= 1
            }
            let record = unsafe batch.records[index]
            if record.state == UInt8(SLUICE_REJECTED) {
                let bytes = unsafe UnsafeBufferPointer(
                    start: batch.text + Int(record.offset),
                    count: Int(record.length)
                )
                unsafe RejectWriter.append(
                    line: number,
                    reason: RejectReason.describe(record, stageNames: stageNames),
                    record: bytes,
                    member: batch.unit.member,
                    to: output.rejects
                )
            }
            number &+= 1
        }
        number &+= UInt64(passed.behind)
    }
}

/// The memory of one thread.
final class PipelineScratch: BlockScratch {
    /// The records that are worked on.
    let batch: RecordBatch
    /// The parser with its memory.
    let parser: any RecordParser

    /// Makes the memory that this processor needs.
    init(_ processor: PipelineProcessor) {
        batch = RecordBatch(
            symbols: processor.symbols.makeLookup(),
            spareFields: processor.spareFields,
            expressions: ExpressionMemory(slotCount: processor.slotCount)
        )
        parser = processor.parser.makeParser(
            ParserSetup(
                symbols: processor.symbols,
                maximumDepth: processor.maximumDepth,
                needsUTF8: processor.needsUTF8
            )
        )
    }
}
