internal import EventModel

/// Writes the pieces of all outputs of a run, on the driver's thread, in the order in which they were closed.
///
/// What it does with the data depends on their order alone; only when it does it depends on the threads.
final class PipelineDriverWriter {
    /// Encoded bytes that all outputs together gather before some of them are closed as pieces, however
    /// short.
    static let maximumGatheredBytes = 32 << 20
    /// Buffers that are kept for the next pieces.
    private static let spareCount = 16

    /// What is written.
    let driver: PipelineDriver
    /// Where it is written.
    let sinks: any PipelineSinks
    private let crew: PipelineDriverCrew
    private let pool: PipelineDriverTaskPool
    /// Pieces with the executor, or finished and not yet written; oldest first.
    private var pieces: [PipelineDriverTask] = []
    private var spare: [ByteBuffer] = []
    /// Outputs that are open, by the order in which they were opened.
    private var open: [Int: PipelineDriverChannel] = [:]
    private var openedCount = 0
    /// Encoded bytes that are gathered in all of them.
    private var gatheredBytes = 0

    /// Writes at most `limit` pieces ahead.
    init(
        _ driver: PipelineDriver,
        _ sinks: any PipelineSinks,
        _ crew: PipelineDriverCrew,
        limit: Int
    ) {
        self.driver = driver
        self.sinks = sinks
        self.crew = crew
        pool = PipelineDriverTaskPool(limit: limit)
    }

    /// The piece that has to be written next.
    var oldest: PipelineDriverTask? { pieces.first }

    /// Notes an open output; returns its number.
    func add(_ channel: PipelineDriverChannel) -> Int {
        openedCount += 1
        open[openedCount] = channel
        return openedCount
    }

    /// Forgets an output of which nothing more is written.
    func remove(_ number: Int) { open[number] = nil }

    /// Memory to gather in: used before where few outputs share it, small where many do.
    func takeBuffer() -> ByteBuffer {
        if open.count <= Self.spareCount, let buffer = spare.popLast() { return buffer }
        return ByteBuffer()
    }

    /// Notes how many bytes are gathered more, or fewer.
    func addGathered(_ byteCount: Int) { gatheredBytes += byteCount }

    /// Keeps the memory of gathered bytes bounded: closes the largest pieces until half of the limit is left.
    func limitGathered() throws(SluiceError) {
        if gatheredBytes <= Self.maximumGatheredBytes { return }
        let largest = open.sorted {
            ($1.value.gatheredBytes, $0.key) < ($0.value.gatheredBytes, $1.key)
        }
        for (_, channel) in largest {
            if gatheredBytes <= Self.maximumGatheredBytes / 2 { return }
            try channel.closePiece()
        }
    }

    /// Has gathered bytes compressed, to be written behind all pieces so far.
    func submit(_ encoded: ByteBuffer, of channel: PipelineDriverChannel) throws(SluiceError) {
        let task = try freeTask()
        let old = task.output.encoded
        if spare.count < Self.spareCount { spare.append(old) }
        task.output.encoded = encoded
        task.isPiece = true
        task.codec = channel.codec
        task.frame = channel.frame
        task.channel = channel
        crew.submit(task)
        pieces.append(task)
    }

    /// Takes over a task that is a piece already, to be written behind all pieces so far.
    func append(_ task: PipelineDriverTask, of channel: PipelineDriverChannel) {
        task.channel = channel
        pieces.append(task)
    }

    /// Writes the pieces that are finished, as far as no unfinished one comes before them.
    func writeReady() throws(SluiceError) {
        while let task = pieces.first, crew.isDone(task) {
            if let failure = task.failure { throw failure }
            pieces.removeFirst()
            let channel = task.channel
            try channel?.write(task)
            task.recycle()
        }
    }

    /// Waits for all pieces and writes them.
    func drain() throws(SluiceError) {
        while let task = pieces.first {
            crew.wait(for: task)
            try writeReady()
        }
    }

    private func freeTask() throws(SluiceError) -> PipelineDriverTask {
        while true {
            if let task = pool.take() { return task }
            if let oldest { crew.wait(for: oldest) }
            try writeReady()
        }
    }
}
