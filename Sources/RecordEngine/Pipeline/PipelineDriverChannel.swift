internal import EventModel

/// One output of a run, on the driver's thread: gathers what blocks encoded, in order, into pieces that are
/// worth compressing, and writes the compressed pieces in order.
final class PipelineDriverChannel {
    /// What distinguishes the output from others.
    let output: PipelineOutput
    /// How it is compressed.
    let codec: OutputCodec
    /// What surrounds its records, and how they are counted; nil where it is bytes.
    let frame: OutputFrame?
    /// Holds the open channels.
    private unowned let writer: PipelineDriverWriter
    /// Told when the last byte is written; outlives the channel.
    private unowned let owner: any PipelineDriverChannelOwner
    private var number: Int?
    private var sink: (any ByteSink)?
    private var joiner: OutputJoiner?
    private var gathered: ByteBuffer?
    /// Pieces that are not yet written.
    private var pendingCount = 0
    private var hasRecords = false
    private var isDiscarded = false
    /// Whether nothing more is added.
    private(set) var isEnding = false
    /// Encoded bytes of records that were added.
    private(set) var addedBytes: UInt64 = 0
    /// Records that were added, as far as the one who adds them counts them.
    var addedRecords: UInt64 = 0
    /// Records that were written; without the lines of the frame.
    private(set) var records: UInt64 = 0
    /// Encoded bytes that were written, before compression.
    private(set) var textBytes: UInt64 = 0

    /// An output that is opened when something is added, or before.
    init(
        _ output: PipelineOutput,
        codec: OutputCodec,
        frame: OutputFrame?,
        _ writer: PipelineDriverWriter,
        owner: any PipelineDriverChannelOwner
    ) {
        self.output = output
        self.codec = codec
        self.frame = frame
        self.writer = writer
        self.owner = owner
    }

    /// Bytes given to the sink.
    var storedBytes: UInt64 { joiner?.storedBytes ?? 0 }

    /// Whether somebody takes what is written.
    var isWanted: Bool { sink != nil }

    /// Whether it was opened.
    var isOpened: Bool { number != nil }

    /// Bytes that wait to become a piece.
    var gatheredBytes: Int { gathered?.count ?? 0 }

    /// Opens the output unless it is open.
    func open() throws(SluiceError) {
        if isOpened { return }
        number = writer.add(self)
        sink = try writer.sinks.open(output)
        if let sink {
            joiner = try OutputJoiner(codec, sink: sink, maxBytes: writer.driver.limits.maxOutputBytes)
        }
        if let frame { try gather(frame.prefix) }
    }

    /// Takes over a task whose encoded bytes come next.
    func add(_ task: PipelineDriverTask) throws(SluiceError) {
        guard task.isPiece, task.output.encoded.count > 0 else {
            unsafe try add(task.output.encoded.bytes)
            task.recycle()
            return
        }
        try open()
        try closePiece()
        try countAdded(task.output.encoded.count)
        pendingCount += 1
        writer.append(task, of: self)
    }

    /// Gathers whole encoded records, which come next.
    func add(_ encoded: UnsafeRawBufferPointer) throws(SluiceError) {
        guard encoded.count > 0 else { return }
        try open()
        var skipped = 0
        if !hasRecords, let frame { skipped = min(frame.separatorCount, encoded.count) }
        hasRecords = true
        try countAdded(encoded.count)
        unsafe gatheringBuffer().append(UnsafeRawBufferPointer(rebasing: encoded[skipped...]))
        try addedToBuffer(encoded.count - skipped)
    }

    /// Ends the output: once all its pieces are written, it is complete.
    func end() throws(SluiceError) {
        if isEnding { return }
        if isOpened, let frame { try gather(frame.suffix) }
        try closePiece()
        isEnding = true
        if pendingCount == 0 { try complete() }
    }

    /// Takes back what was written, and writes nothing more.
    func discard() throws(SluiceError) {
        if isDiscarded { return }
        isDiscarded = true
        if let gathered { writer.addGathered(-gathered.count) }
        gathered = nil
        if let number { writer.remove(number) }
        if isWanted { try writer.sinks.discard(output) }
    }

    /// Makes a piece of what is gathered.
    func closePiece() throws(SluiceError) {
        guard let encoded = gathered.take() else { return }
        writer.addGathered(-encoded.count)
        pendingCount += 1
        try writer.submit(encoded, of: self)
    }

    /// Writes a finished piece: the one behind those that were written.
    func write(_ task: PipelineDriverTask) throws(SluiceError) {
        pendingCount -= 1
        if isDiscarded { return }
        records &+= UInt64(task.records)
        textBytes &+= UInt64(task.output.encoded.count)
        if task.output.encoded.count > 0 {
            unsafe try joiner?.append(
                task.stored,
                textBytes: task.output.encoded.count,
                checksum: task.checksum
            )
        }
        if isEnding, pendingCount == 0 { try complete() }
    }

    private func complete() throws(SluiceError) {
        try joiner?.finish()
        if isWanted { try writer.sinks.close(output) }
        if isOpened, let frame { records &-= frame.recordEnds }
        if let number { writer.remove(number) }
        try owner.completed(self)
    }

    private func gather(_ bytes: [UInt8]) throws(SluiceError) {
        if bytes.isEmpty { return }
        let buffer = gatheringBuffer()
        unsafe bytes.withUnsafeBytes { unsafe buffer.append($0) }
        try addedToBuffer(bytes.count)
    }

    private func gatheringBuffer() -> ByteBuffer {
        let buffer = gathered ?? writer.takeBuffer()
        gathered = buffer
        return buffer
    }

    private func addedToBuffer(_ byteCount: Int) throws(SluiceError) {
        writer.addGathered(byteCount)
        if gatheredBytes >= codec.pieceBytes { try closePiece() }
    }

    /// The limit is looked at here, in the order of the data, so that it never depends on the threads which
    /// of two failures ends a run.
    private func countAdded(_ byteCount: Int) throws(SluiceError) {
        addedBytes &+= UInt64(byteCount)
        let limit = writer.driver.limits.maxOutputBytes
        guard addedBytes <= limit else {
            throw SluiceError(
                .codecLimit,
                "An output would hold more than \(limit) bytes of text.",
                hint: "Raise `max_output` in the limits of the function if such outputs are expected."
            )
        }
    }
}

/// Who has outputs.
protocol PipelineDriverChannelOwner: AnyObject {
    /// Called once, when the last byte of an output that was not discarded is written.
    func completed(_ channel: PipelineDriverChannel) throws(SluiceError)
}

extension OutputFrame {
    /// Record ends that counting finds in the frame itself.
    fileprivate var recordEnds: UInt64 {
        let ends = [prefix, suffix].map { part in unsafe part.withUnsafeBytes { unsafe count($0) } }
        return UInt64(ends.reduce(0, +))
    }
}
