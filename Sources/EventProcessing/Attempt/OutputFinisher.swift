internal import EventModel
internal import Execution
internal import ObjectStorage

/// Makes closed outputs durable several at a time, while the function writes the next ones.
///
/// A thread that makes a file durable waits for the disk, and file systems with a journal write what many
/// wait for at once (fsync(2) of 1,000 small files: as long as a few dozen one after another).
struct OutputFinisher: Sendable {
    /// So many outputs of one attempt wait for the disk at a time; each keeps a descriptor.
    static let mostWaiting = 32

    /// Threads of its own: attempts wait for it.
    private let pool: BlockingPool

    /// Waits for the disk on threads of `pool`.
    init(pool: BlockingPool) { self.pool = pool }

    /// Threads for one service: more would not make the disk faster.
    static func makePool() -> BlockingPool {
        BlockingPool(name: "finish", limit: 16, stackBytes: NativeThread.smallStackBytes)
    }

    /// Begins to end an output.
    func begin(_ writer: any StagedWriter) -> FinishingOutput {
        let output = FinishingOutput()
        do throws(SluiceError) {
            try pool.submit { output.finish(writer) }
        } catch {
            // No thread, or the pool is stopped: then it is the caller's thread that waits.
            output.finish(writer)
        }
        return output
    }
}

/// An output that becomes durable on another thread.
final class FinishingOutput: Sendable {
    private let result = Monitor<Result<ContentDigest, SluiceError>?>(nil)

    /// Ends the output.
    fileprivate func finish(_ writer: any StagedWriter) {
        let outcome = Result { () throws(SluiceError) in try writer.finish() }
        result.withLock { $0 = outcome }
        result.wakeAll()
    }

    /// Waits until it is durable. Throws what failed.
    func wait() throws(SluiceError) -> ContentDigest { try result.wait { $0 }.get() }
}
