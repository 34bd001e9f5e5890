public import Execution
public import RecordEngine

/// The service's threads for computing run the engine's blocks.
extension ComputePool: BlockExecutor {
    /// One block for each thread at a time.
    public var parallelism: Int { threadCount }

    /// Runs `work` on a thread of the pool.
    ///
    /// A pool that takes nothing more runs it here and now, so that a run that is under way ends instead of
    /// waiting for ever.
    public func execute(_ work: @escaping @Sendable () -> Void) {
        do {
            try submit(work)
        } catch {
            // The pool is shut down or has no thread: that is the caller's thread's work then.
            work()
        }
    }
}
