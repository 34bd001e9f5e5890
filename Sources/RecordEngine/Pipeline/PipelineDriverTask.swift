internal import EventModel

/// One piece of work for a compute thread, with all memory that it needs: a block to process and compress, or
/// encoded records to compress.
///
/// `@unchecked Sendable`, because it belongs to one thread at a time: the driver fills it and gives it to the
/// executor; a compute thread works on it and marks it done under the crew's lock; only then does the driver
/// look at it again. The lock orders the memory. (Shown by the driver's tests on several threads.)
final class PipelineDriverTask: @unchecked Sendable {
    /// The block to process; nil when `output.encoded` is there already.
    var block: Block?
    /// What processes the block.
    var processor: (any BlockProcessor)?
    /// Memory of the block's text.
    let text = ByteBuffer()
    /// Memory of the block's record index.
    let index = RecordIndex()
    /// Encoded records and rejects.
    let output = BlockOutput()
    /// `output.encoded`, compressed; unused where the codec is `none`.
    let compressed = ByteBuffer()
    /// Whether `output.encoded` is a piece of output by itself: whatever is not gathered with its neighbours.
    var isPiece = false
    /// Whether what the block becomes may be a piece by itself, where it is long enough.
    var mayBePiece = false
    /// Whether the block is likely its unit's only one: what it becomes is a piece however short it is.
    var standsAlone = false
    /// How the records of a piece are counted; nil where it is bytes.
    var frame: OutputFrame?
    /// Records in `output.encoded`; known for pieces.
    var records = 0
    /// CRC32 of `output.encoded` where the codec wants it; known for pieces.
    var checksum: UInt32 = 0
    /// What the work failed of.
    var failure: SluiceError?
    /// Guarded by the crew's lock while the task is with the executor.
    var isDone = true
    /// How the piece is compressed.
    var codec = OutputCodec.none
    /// The output that the piece belongs to; touched by the driver's thread only.
    var channel: PipelineDriverChannel?
    /// The pool holds its idle tasks, and its owner outlives all of them.
    private unowned let pool: PipelineDriverTaskPool

    /// Belongs to `pool`, which takes it back.
    init(_ pool: PipelineDriverTaskPool) { self.pool = pool }

    /// The piece as it is to be stored.
    var stored: UnsafeRawBufferPointer {
        codec == .none ? unsafe output.encoded.bytes : unsafe compressed.bytes
    }

    /// Forgets everything, keeps the memory and goes back to its pool.
    func recycle() {
        block = nil
        processor = nil
        text.removeAll()
        index.removeAll()
        output.clear()
        compressed.removeAll()
        isPiece = false
        mayBePiece = false
        standsAlone = false
        frame = nil
        records = 0
        checksum = 0
        channel = nil
        pool.idle.append(self)
    }
}

/// A bounded number of tasks; touched by the driver's thread only.
final class PipelineDriverTaskPool {
    fileprivate var idle: [PipelineDriverTask] = []
    private var made = 0
    private let limit: Int

    /// At most `limit` tasks exist at a time.
    init(limit: Int) { self.limit = limit }

    /// An unused task; nil when all are in use.
    func take() -> PipelineDriverTask? {
        if let task = idle.popLast() { return task }
        guard made < limit else { return nil }
        made += 1
        return PipelineDriverTask(self)
    }
}
