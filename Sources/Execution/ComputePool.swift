public import EventModel

/// One thread per processor for work that computes and never blocks: the record engine's blocks.
///
/// Submitters bound what they have in flight (a driver keeps a few blocks per thread), so the queue is short.
public final class ComputePool: Sendable {
    private let crew: ThreadCrew

    /// Makes a pool of `threadCount` threads, by default one per processor.
    public init(name: String = "compute", threadCount: Int = NativeThread.availableProcessorCount) {
        crew = ThreadCrew(name: name, limit: threadCount, stackBytes: NativeThread.fullStackBytes)
    }

    deinit { crew.stop() }

    /// How many closures run at the same time.
    public var threadCount: Int { crew.limit }
    /// Threads alive, threads waiting for work, and work waiting for a thread; for metrics.
    public var counts: (threads: Int, idle: Int, queued: Int) { crew.counts }

    /// Runs `work` on a thread of the pool, in order of submission; throws `system.cancelled` after
    /// `shutdown`.
    public func submit(_ work: @escaping @Sendable () -> Void) throws(SluiceError) { try crew.submit(work) }

    /// Accepts nothing more, and returns when all that was accepted has run and the threads have ended.
    public func shutdown() async {
        crew.stop()
        await crew.waitUntilEnded()
    }
}
