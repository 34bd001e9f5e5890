internal import CSimdjson
internal import EventModel

/// What a compiled function does with a block, batch by batch.
///
/// split → [steps on lines] → parse → steps → encode.
///
/// Stateless: everything that changes lives in the scratch.
struct PipelineProcessor: BlockProcessor {
    /// Conditions on raw lines, before `parse`.
    let lineSteps: [any RecordStep]
    /// How lines become records.
    let parser: ParserKind
    /// Steps on records, after `parse`.
    let steps: [any RecordStep]
    /// How records become lines.
    let encoder: any RecordEncoder
    /// Whether the output must be well-formed UTF-8.
    let isWrittenAsJSON: Bool
    /// The names that the function mentions.
    let symbols: SymbolTable
    /// Fields that the steps may add to one record.
    let spareFields: Int
    /// The most fields that one expression names.
    let slotCount: Int
    /// Levels of nesting that JSON may have.
    let maximumDepth: Int
    /// Longest record, for the reason of oversized ones.
    let maximumRecordBytes: Int
    /// One per line step, parser, step and encoder, in that order.
    let stageNames: [String]

    /// Always: no step carries anything from block to block.
    var isStateless: Bool { true }

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
        var next = 0
        while next < block.text.count {
            next = scratch.batch.take(block.text, from: next)
            run(scratch, output, &counts)
            reject(scratch.batch, &oversized, &number, output)
        }
        while let record = oversized.popFirst() {
            RejectWriter.append(record, limit: maximumRecordBytes, to: output.rejects)
        }
        output.tally.dropped = counts.dropped
        output.tally.rejected = counts.rejected &+ UInt64(block.oversized.count)
        output.counters = counts.values
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
        counts.endStage(batch)
        for step in steps {
            step.apply(to: batch)
            counts.endStage(batch)
        }
        encoder.encode(batch, to: output.encoded)
        counts.endStage(batch)
    }

    /// Writes the batch's rejected records, with the oversized ones that stand between them.
    private func reject(
        _ batch: RecordBatch,
        _ oversized: inout ArraySlice<OversizedRecord>,
        _ number: inout UInt64,
        _ output: BlockOutput
    ) {
        for index in 0..<batch.count {
            while let first = oversized.first, first.record <= number {
                RejectWriter.append(first, limit: maximumRecordBytes, to: output.rejects)
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
                    to: output.rejects
                )
            }
            number &+= 1
        }
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
            symbols: processor.symbols,
            maximumDepth: processor.maximumDepth,
            isWrittenAsJSON: processor.isWrittenAsJSON
        )
    }
}

/// Counts by stage what became of the records, from the records' own state.
struct StageCounts {
    /// Three per stage: records in, dropped, rejected.
    private(set) var values: [UInt64]
    private var stage = 0
    private var live = 0
    private var alreadyRejected = 0

    /// Counts nothing yet.
    init(stageCount: Int) { values = [UInt64](repeating: 0, count: 3 * stageCount) }

    /// Records that all stages dropped.
    var dropped: UInt64 { stride(from: 1, to: values.count, by: 3).reduce(0) { $0 &+ values[$1] } }
    /// Records that all stages rejected.
    var rejected: UInt64 { stride(from: 2, to: values.count, by: 3).reduce(0) { $0 &+ values[$1] } }

    /// Starts a batch, of which every record is live.
    mutating func begin(_ batch: RecordBatch) {
        stage = 0
        live = batch.count
        alreadyRejected = 0
    }

    /// Notes what a stage did; marks the records that it rejected with its number.
    mutating func endStage(_ batch: RecordBatch) {
        var nowLive = 0
        var nowRejected = 0
        for index in 0..<batch.count {
            let state = unsafe batch.records[index].state
            if state == UInt8(SLUICE_LIVE) { nowLive &+= 1 }
            if state == UInt8(SLUICE_REJECTED) { nowRejected &+= 1 }
        }
        let newlyRejected = nowRejected - alreadyRejected
        values[3 * stage] &+= UInt64(live)
        values[3 * stage + 1] &+= UInt64(live - nowLive - newlyRejected)
        values[3 * stage + 2] &+= UInt64(newlyRejected)
        if newlyRejected > 0 { mark(batch) }
        live = nowLive
        alreadyRejected = nowRejected
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
