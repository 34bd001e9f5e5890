internal import EventModel
internal import Execution
internal import Synchronization

/// Makes changes of directories durable, many at a time (trap D07): one fsync(2) of a directory serves
/// everybody who changed it before the fsync began.
final class DirectorySyncer: Sendable {
    private typealias Waiter = CheckedContinuation<Errno?, Never>

    /// A directory for which an fsync is running.
    private struct Round {
        /// Came after the running fsync began; served by the next.
        var waiters: [Waiter] = []
    }

    private let pool: BlockingPool
    private let rounds = Mutex<[FileStatus.Identity: Round]>([:])
    /// How many fsyncs were made, for tests and metrics.
    let syncCount = Atomic<Int>(0)

    /// Synchronises on threads of `pool`.
    init(pool: BlockingPool) { self.pool = pool }

    /// Returns when everything that was changed in the directory before the call is durable.
    func synchronize(_ directory: OpenFile, _ identity: FileStatus.Identity) async -> Errno? {
        await withCheckedContinuation { (waiter: Waiter) in
            let isFirst = rounds.withLock { rounds in
                guard rounds[identity] == nil else {
                    rounds[identity]?.waiters.append(waiter)
                    return false
                }
                rounds[identity] = Round()
                return true
            }
            if isFirst { start(directory, identity, for: [waiter]) }
        }
    }

    /// The same on the calling thread, which may block.
    func synchronizeHere(_ directory: OpenFile) -> Errno? {
        defer { syncCount.add(1, ordering: .relaxed) }
        return directory.synchronize(onlyData: false)
    }

    private func start(_ directory: OpenFile, _ identity: FileStatus.Identity, for waiters: [Waiter]) {
        do throws(SluiceError) {
            try pool.submit { [self] in run(directory, identity, for: waiters) }
        } catch {
            // The pool has been stopped or has no thread: whoever asked needs the answer all the same.
            run(directory, identity, for: waiters)
        }
    }

    /// Serves one round, then the next, until nobody waits.
    private func run(_ directory: OpenFile, _ identity: FileStatus.Identity, for first: [Waiter]) {
        var waiters = first
        while !waiters.isEmpty {
            let failure = directory.synchronize(onlyData: false)
            syncCount.add(1, ordering: .relaxed)
            // Taken before the waiters are told, so that what they do next belongs to a later round.
            let next = rounds.withLock { rounds in
                let next = rounds[identity]?.waiters ?? []
                rounds[identity] = next.isEmpty ? nil : Round()
                return next
            }
            for waiter in waiters { waiter.resume(returning: failure) }
            waiters = next
        }
    }
}
