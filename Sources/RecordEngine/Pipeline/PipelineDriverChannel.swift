internal import EventModel

/// One output of a run, on the driver's thread: gathers what blocks encoded, in order, into pieces that are
/// worth compressing, and writes the compressed pieces in order.
final class PipelineDriverChannel {
    private let role: OutputRole
    private let driver: PipelineDriver
    private let sinks: any PipelineSinks
    private let crew: PipelineDriverCrew
    private let spare: PipelineDriverTaskPool
    private var isOpened = false
    private var joiner: OutputJoiner?
    private var gathering: PipelineDriverTask?
    /// Pieces with the executor, or finished and not yet written; oldest first.
    private var pieces: [PipelineDriverTask] = []
    /// Lines that were written.
    private(set) var lines: UInt64 = 0
    /// Encoded bytes that were written, before compression.
    private(set) var textBytes: UInt64 = 0

    /// Writes what the role's blocks encoded into a sink of `sinks`, at most `limit` pieces ahead.
    init(
        _ role: OutputRole,
        _ driver: PipelineDriver,
        _ sinks: any PipelineSinks,
        _ crew: PipelineDriverCrew,
        _ limit: Int
    ) {
        self.role = role
        self.driver = driver
        self.sinks = sinks
        self.crew = crew
        spare = PipelineDriverTaskPool(limit: limit, codec: role == .result ? driver.output : driver.rejects)
    }

    /// Bytes given to the sink.
    var storedBytes: UInt64 { joiner?.storedBytes ?? 0 }

    /// The piece that has to be written next.
    var oldest: PipelineDriverTask? { pieces.first }

    /// All pieces that are not yet written.
    var unwritten: [PipelineDriverTask] { pieces }

    /// Opens the output unless it is open.
    func open() throws(SluiceError) {
        if isOpened { return }
        isOpened = true
        guard let sink = try sinks.open(PipelineOutput(role)) else { return }
        joiner = try OutputJoiner(spare.codec, sink: sink, maxBytes: driver.limits.maxOutputBytes)
    }

    /// Takes over a task whose encoded bytes come next.
    func add(_ task: PipelineDriverTask) throws(SluiceError) {
        if task.isPiece {
            closePiece()
            pieces.append(task)
        } else {
            try add(task.output.encoded)
            task.recycle()
        }
        try writeReady()
    }

    /// Gathers encoded bytes, which come next.
    func add(_ encoded: ByteBuffer) throws(SluiceError) {
        guard encoded.count > 0 else { return }
        try open()
        let task = try gatheringTask()
        unsafe task.output.encoded.append(encoded.bytes)
        if task.output.encoded.count >= task.codec.pieceBytes { closePiece() }
    }

    /// Writes the pieces that are finished, as far as no unfinished one comes before them.
    func writeReady() throws(SluiceError) {
        while let task = pieces.first, crew.isDone(task) {
            if let failure = task.failure { throw failure }
            pieces.removeFirst()
            lines &+= UInt64(task.lines)
            textBytes &+= UInt64(task.output.encoded.count)
            if task.output.encoded.count > 0 {
                unsafe try joiner?.append(
                    task.stored,
                    textBytes: task.output.encoded.count,
                    checksum: task.checksum
                )
            }
            task.recycle()
        }
    }

    /// Writes everything, and the end of the output.
    func finish() throws(SluiceError) {
        closePiece()
        while let task = pieces.first {
            crew.wait(for: task)
            try writeReady()
        }
        try joiner?.finish()
    }

    private func closePiece() {
        guard let task = gathering.take() else { return }
        task.isPiece = true
        crew.submit(task)
        pieces.append(task)
    }

    private func gatheringTask() throws(SluiceError) -> PipelineDriverTask {
        if let gathering { return gathering }
        while true {
            if let task = spare.take() {
                gathering = task
                return task
            }
            if let oldest { crew.wait(for: oldest) }
            try writeReady()
        }
    }
}
