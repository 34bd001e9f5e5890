internal import EventModel

/// One run of the driver, on the caller's thread.
final class PipelineDriverRun {
    /// Most blocks of one object that are in flight, whatever the number of threads: the decoder is one
    /// thread and feeds no more, and each costs about 3 MB.
    private static let maxParallelism = 8

    private let driver: PipelineDriver
    private let decoder: TextDecoder
    private let splitter: BlockSplitter
    private let crew: PipelineDriverCrew
    private let tasks: PipelineDriverTaskPool
    private let results: PipelineDriverChannel
    private let rejects: PipelineDriverChannel
    private let checkCancellation: () throws(SluiceError) -> Void
    /// Blocks with the executor, or processed and not yet handed to the channels; oldest first.
    private var blocks: [PipelineDriverTask] = []
    private var report = PipelineDriverReport()

    /// Prepares one run; nothing is read before it is told to run.
    init(
        _ driver: PipelineDriver,
        source: any ByteSource,
        sinks: any PipelineSinks,
        executor: any BlockExecutor,
        checkCancellation: @escaping () throws(SluiceError) -> Void
    ) throws(SluiceError) {
        self.driver = driver
        self.checkCancellation = checkCancellation
        decoder = TextDecoder(driver.input, source: source, limits: driver.limits)
        splitter = BlockSplitter(
            decoder,
            maxRecordBytes: driver.limits.maxRecordBytes,
            betweenReads: checkCancellation
        )
        crew = PipelineDriverCrew(driver, executor)
        let limit = min(max(executor.parallelism, 1), Self.maxParallelism) + 2
        tasks = PipelineDriverTaskPool(limit: limit, codec: driver.output)
        results = PipelineDriverChannel(.result, driver, sinks, crew, limit)
        rejects = PipelineDriverChannel(.rejects, driver, sinks, crew, limit)
        try results.open()
    }

    /// Waits until no closure of this run is with the executor.
    func waitUntilIdle() { crew.waitUntilIdle() }

    /// Cuts the text into blocks and has each processed.
    func driveRecords() throws(SluiceError) {
        while true {
            try checkCancellation()
            let task = try freeTask()
            guard let block = try nextBlock(task) else { break }
            if let falsify = driver.falsifier?.block {
                task.block = falsify(block)
            } else {
                task.block = consume block
            }
            if driver.processor?.isStateless == false, let last = blocks.last { crew.wait(for: last) }
            crew.submit(task)
            blocks.append(task)
        }
        try retireAll()
    }

    /// Passes the text through, in pieces of a fixed size.
    func driveBytes() throws(SluiceError) {
        while true {
            try checkCancellation()
            let task = try freeTask()
            let text = task.output.encoded
            do throws(SluiceError) {
                while text.count < BlockSplitter.blockBytes {
                    if try decoder.read(into: text, upTo: BlockSplitter.blockBytes - text.count) == 0 {
                        break
                    }
                }
            } catch { throw firstFailure() ?? error }
            guard text.count > 0 else { break }
            task.isPiece = true
            crew.submit(task)
            blocks.append(task)
        }
        try retireAll()
    }

    /// Ends the outputs and checks that nothing was lost.
    func finish() throws(SluiceError) -> PipelineDriverReport {
        try results.finish()
        try rejects.finish()
        report.codec = decoder.codec
        report.codecText = InputLayers(decoder.codecs)?.text
        report.storedBytesIn = decoder.storedBytes
        report.textBytesIn = decoder.textBytes
        report.textBytesOut = results.textBytes
        report.storedBytesOut = results.storedBytes
        report.rejectsTextBytes = rejects.textBytes
        report.rejectsStoredBytes = rejects.storedBytes
        report.warnings = decoder.warnings
        report.tally.output = results.lines
        try checkConservation()
        return report
    }

    /// DESIGN 3, promise 4. The counts come from different hands: the splitter, the steps, and the bytes
    /// written.
    private func checkConservation() throws(SluiceError) {
        let tally = report.tally
        if driver.processor == nil {
            guard report.textBytesIn != report.textBytesOut else { return }
            throw unbalanced("\(report.textBytesIn) bytes went in and \(report.textBytesOut) came out")
        }
        guard tally.isBalanced, rejects.lines == tally.rejected else {
            throw unbalanced(
                """
                \(tally.input) records went in, \(tally.created) were created; \(tally.output) were written, \
                \(tally.dropped) dropped, \(tally.rejected) rejected (\(rejects.lines) of them written), \
                \(tally.deduplicated) deduplicated, \(tally.aggregated) aggregated
                """
            )
        }
    }

    private func unbalanced(_ counts: String) -> SluiceError {
        SluiceError(
            .engineUnbalanced,
            "The conservation law does not hold: \(counts).",
            hint: "Nothing is published. This is a defect of Sluice: please report it with the object."
        )
    }

    /// The next block, in the task's memory. An error of an earlier block goes before an error of decoding,
    /// so that the verdict does not depend on timing.
    private func nextBlock(_ task: PipelineDriverTask) throws(SluiceError) -> Block? {
        do throws(SluiceError) { return try splitter.next(into: task.text, index: task.index) } catch {
            throw firstFailure() ?? error
        }
    }

    private func firstFailure() -> SluiceError? {
        crew.waitUntilIdle()
        return (results.unwritten + rejects.unwritten + blocks).lazy.compactMap(\.failure).first
    }

    /// A task that is not in use; waits until the oldest is written when all are.
    private func freeTask() throws(SluiceError) -> PipelineDriverTask {
        while true {
            try retireReady()
            if let task = tasks.take() { return task }
            if let oldest = results.oldest ?? blocks.first { crew.wait(for: oldest) }
        }
    }

    private func retireAll() throws(SluiceError) {
        while let oldest = blocks.first {
            crew.wait(for: oldest)
            try retireReady()
        }
    }

    /// Hands processed blocks to the channels, in order.
    private func retireReady() throws(SluiceError) {
        while let task = blocks.first, crew.isDone(task) {
            if let failure = task.failure { throw failure }
            blocks.removeFirst()
            // The writers count what they write; a processor's own count of it would prove nothing.
            task.output.tally.output = 0
            report.tally += task.output.tally
            addCounters(task.output.counters)
            try rejects.add(task.output.rejects)
            try results.add(task)
        }
        try results.writeReady()
        try rejects.writeReady()
    }

    private func addCounters(_ counters: [UInt64]) {
        while report.counters.count < counters.count { report.counters.append(0) }
        for index in counters.indices { report.counters[index] &+= counters[index] }
    }
}
