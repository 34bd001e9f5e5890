internal import CSimdjson
internal import EventModel

/// What a compiled function does with a block, batch by batch.
///
/// split → [steps on lines] → parse → steps → encode.
///
/// Everything that changes lives in the scratch, except what stateful steps remember.
struct PipelineProcessor: BlockProcessor {
    /// Conditions on raw lines, before `parse`.
    private(set) var lineSteps: [any RecordStep]
    /// How lines become records.
    let parser: ParserPlan
    /// Steps on records, after `parse`.
    private(set) var steps: [any RecordStep]
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

    /// What surrounds the records of an output.
    var outputFrame: OutputFrame { encoder.frame }

    /// Whether a step says which output a record goes to.
    var namesOutputs: Bool { !placeholders.isEmpty }

    /// The placeholders that the steps fill in output templates.
    var placeholders: Set<String> { Set(steps.flatMap(\.placeholders)) }

    /// As the step that names outputs wants it.
    var outputRoll: OutputRoll? { steps.lazy.compactMap(\.outputRoll).first }

    /// The same stages, with fresh memory in those that remember records.
    func forRun() -> any BlockProcessor {
        if isStateless { return self }
        var copy = self
        copy.lineSteps = lineSteps.map { $0.instance() }
        copy.steps = steps.map { $0.instance() }
        return copy
    }

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

/// Counts by stage what became of the records, from the records' own state.
struct StageCounts {
    /// Four per stage: records in, dropped, rejected, deduplicated.
    private(set) var values: [UInt64]
    /// Counters of one stage.
    static let perStage = 4
    private var stage = 0
    private var alreadyDeduplicated = 0
    private var live = 0
    private var alreadyRejected = 0
    /// Records that were rejected before the first stage.
    private(set) var rejectedBefore: UInt64 = 0

    /// Counts nothing yet.
    init(stageCount: Int) { values = [UInt64](repeating: 0, count: Self.perStage * stageCount) }

    /// Records that all stages dropped.
    var dropped: UInt64 { sum(1) }
    /// Records that all stages rejected.
    var rejected: UInt64 { sum(2) }
    /// Records that all stages found to be copies.
    var deduplicated: UInt64 { sum(3) }

    private func sum(_ place: Int) -> UInt64 {
        stride(from: place, to: values.count, by: Self.perStage).reduce(0) { $0 &+ values[$1] }
    }

    /// Notes records that never came to be looked at, because a stage drops them.
    mutating func addDropped(_ count: UInt64, ofStage stage: Int) {
        values[Self.perStage * stage] &+= count
        values[Self.perStage * stage + 1] &+= count
    }

    /// Starts a batch, of which every record is live, except those that the framer rejected.
    mutating func begin(_ batch: RecordBatch) {
        stage = 0
        live = batch.liveCount
        alreadyRejected = batch.count - live
        rejectedBefore &+= UInt64(alreadyRejected)
        alreadyDeduplicated = 0
    }

    /// Notes what a stage did; marks the records that it rejected with its number.
    mutating func endStage(_ batch: RecordBatch) {
        var nowLive = 0
        var nowRejected = 0
        var nowDeduplicated = 0
        for index in 0..<batch.count {
            let state = unsafe batch.records[index].state
            if state == UInt8(SLUICE_LIVE) { nowLive &+= 1 }
            if state == UInt8(SLUICE_REJECTED) { nowRejected &+= 1 }
            if state == UInt8(SLUICE_DEDUPLICATED) { nowDeduplicated &+= 1 }
        }
        let newlyRejected = nowRejected - alreadyRejected
        let newlyDeduplicated = nowDeduplicated - alreadyDeduplicated
        let place = Self.perStage * stage
        values[place] &+= UInt64(live)
        values[place + 1] &+= UInt64(live - nowLive - newlyRejected - newlyDeduplicated)
        values[place + 2] &+= UInt64(newlyRejected)
        values[place + 3] &+= UInt64(newlyDeduplicated)
        if newlyRejected > 0 { mark(batch) }
        live = nowLive
        alreadyRejected = nowRejected
        alreadyDeduplicated = nowDeduplicated
        stage += 1
    }

    /// Stage numbers in records count from 1; 0 is "not marked yet".
    private func mark(_ batch: RecordBatch) {
        for index in 0..<batch.count {
            let record = unsafe batch.records[index]
            if record.state == UInt8(SLUICE_REJECTED), record.step == 0 {
                unsafe batch.records[index].step = UInt8(clamping: stage + 1)
            }
        }
    }
}
