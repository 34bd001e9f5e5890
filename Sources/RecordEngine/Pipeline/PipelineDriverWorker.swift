internal import EventModel

/// Works on tasks, one after another, with memory that it reuses from task to task.
final class PipelineDriverWorker {
    private let driver: PipelineDriver
    private var scratch: (any BlockScratch)?
    private var compressors: [OutputCodec: any FragmentCompressor] = [:]

    /// Makes the scratch memory of one worker.
    init(_ driver: PipelineDriver) { self.driver = driver }

    /// Processes the task's block, and finishes its output where that is a piece by itself.
    ///
    /// Whether it is one depends on the block alone: the same block makes the same piece in every run.
    func run(_ task: PipelineDriverTask) {
        do throws(SluiceError) {
            try process(task)
            let byteCount = task.output.encoded.count
            if task.mayBePiece, byteCount >= task.codec.pieceBytes || task.standsAlone {
                task.isPiece = true
            }
            if task.isPiece { try finish(task) }
        } catch {
            task.failure = error
        }
    }

    private func process(_ task: PipelineDriverTask) throws(SluiceError) {
        guard let processor = task.processor, let block = task.block.take() else { return }
        let scratch = self.scratch ?? processor.makeScratch()
        self.scratch = scratch
        // Most pipelines write about as much as they read: room for it at once saves growing step by step.
        if !processor.folds {
            let target = processor.namesOutputs ? task.output.mixed : task.output.encoded
            target.reserve(block.text.count)
        }
        try processor.process(block, into: task.output, scratch: scratch)
        task.output.tally.input = block.recordCount
    }

    /// Counts and compresses: what is counted are the bytes that go into the compressor.
    private func finish(_ task: PipelineDriverTask) throws(SluiceError) {
        let encoded = task.output.encoded
        driver.falsifier?.encoded?(encoded)
        if let frame = task.frame { task.records = unsafe frame.count(encoded.bytes) }
        guard encoded.count > 0, let compressor = try compressor(task.codec) else { return }
        task.checksum = unsafe task.codec.checksum(of: encoded.bytes)
        unsafe try compressor.compress(encoded.bytes, into: task.compressed)
    }

    private func compressor(_ codec: OutputCodec) throws(SluiceError) -> (any FragmentCompressor)? {
        if let made = compressors[codec] { return made }
        let made = try codec.makeCompressor()
        compressors[codec] = made
        return made
    }
}
