public import EventModel

/// Threads for calls that block: files, attempts, anything that must not occupy Swift's cooperative pool
/// (trap X01).
///
/// Starts threads as they are needed, at most `limit`; who comes later waits, suspended. Whatever was
/// accepted runs to its end: a cancelled task still gets its answer, so a publish or a clean-up is never cut
/// in half. Work must not wait for other work of the same pool, or a full pool stands still: give stores and
/// attempts a pool each.
public final class BlockingPool: Sendable {
    private let crew: ThreadCrew

    /// Makes a pool; its threads are called `name` and have stacks of `stackBytes`.
    public init(name: String, limit: Int, stackBytes: Int = NativeThread.fullStackBytes) {
        crew = ThreadCrew(name: name, limit: limit, stackBytes: stackBytes)
    }

    deinit { crew.stop() }

    /// The most threads that it starts.
    public var limit: Int { crew.limit }
    /// Threads alive, threads waiting for work, and work waiting for a thread; for metrics.
    public var counts: (threads: Int, idle: Int, queued: Int) { crew.counts }

    /// Runs `work` on a thread of the pool and returns what it returns or throws.
    ///
    /// Throws `system.cancelled` without running it when the pool was shut down.
    public func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(SluiceError) -> Value
    ) async throws(SluiceError) -> Value {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Value, SluiceError>, Never>) in
            do throws(SluiceError) {
                try crew.submit { continuation.resume(returning: Result(catching: work)) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// Runs `work` on a thread of the pool some time; throws `system.cancelled` when the pool was shut down.
    public func submit(_ work: @escaping @Sendable () -> Void) throws(SluiceError) { try crew.submit(work) }

    /// Accepts nothing more, and returns when all that was accepted has run and the threads have ended.
    public func shutdown() async {
        crew.stop()
        await crew.waitUntilEnded()
    }
}
