internal import EventModel

/// Up to `limit` threads that run closures in order of submission; the machine inside both pools.
///
/// A thread is started when work is submitted and nobody is idle. Accepted work always runs, also after
/// `stop`.
final class ThreadCrew: Sendable {
    private struct State {
        /// Work that no thread has taken yet, oldest first; `head` is the index of the oldest.
        var queue: [(@Sendable () -> Void)?] = []
        var head = 0
        /// Work that is about to come into the queue: a thread may look for it before it is there, and must
        /// not count as idle for anything else.
        var arriving = 0
        /// Threads alive, and how many of them wait for work; always `idleCount ≤ threadCount ≤ limit`.
        var threadCount = 0
        var idleCount = 0
        /// Once true it stays true: nothing is accepted any more.
        var isStopped = false
        /// Who waits for the last thread to end.
        var stopWaiters: [CheckedContinuation<Void, Never>] = []

        var queuedCount: Int { queue.count - head }

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { stopWaiters = [] }
            return stopWaiters
        }

        mutating func takeOldest() -> (@Sendable () -> Void)? {
            guard head < queue.count else { return nil }
            let work = queue[head]
            queue[head] = nil
            head += 1
            if head >= 1024 || head == queue.count {
                queue.removeFirst(head)
                head = 0
            }
            return work
        }
    }

    /// What its threads are called.
    let name: String
    /// The most threads.
    let limit: Int
    private let stackBytes: Int
    private let monitor = Monitor(State())

    /// A crew without threads yet.
    init(name: String, limit: Int, stackBytes: Int) {
        self.name = name
        self.limit = max(1, limit)
        self.stackBytes = stackBytes
    }

    /// Threads alive, threads waiting for work, and work waiting for a thread.
    var counts: (threads: Int, idle: Int, queued: Int) {
        monitor.withLock { ($0.threadCount, $0.idleCount, $0.queuedCount) }
    }

    /// Accepts work; throws `system.cancelled` after `stop`, `system.call-failed` when not one thread could
    /// be started.
    func submit(_ work: @escaping @Sendable () -> Void) throws(SluiceError) {
        let needsThread = monitor.withLock { state in
            let isNeeded = state.idleCount <= state.queuedCount + state.arriving
            state.arriving += 1
            guard isNeeded, !state.isStopped, state.threadCount < limit else { return false }
            state.threadCount += 1
            return true
        }
        do throws(SluiceError) {
            if needsThread { try startThread() }
        } catch {
            monitor.withLock { $0.arriving -= 1 }
            throw error
        }
        try monitor.withLock { state throws(SluiceError) in
            state.arriving -= 1
            guard !state.isStopped else {
                throw SluiceError(.cancelled, "The thread pool “\(name)” has been stopped.")
            }
            state.queue.append(work)
        }
        monitor.wakeOne()
    }

    /// Starts a thread that was already counted; throws only when there is no other thread either.
    private func startThread() throws(SluiceError) {
        do {
            try NativeThread.start(name: name, stackBytes: stackBytes) { [self] in runThread() }
        } catch {
            let remaining = monitor.withLock { state in
                state.threadCount -= 1
                return state.threadCount
            }
            if remaining == 0 { throw error }
        }
    }

    /// Accepts nothing more; the threads end when the queue is empty.
    func stop() {
        let waiters = monitor.withLock { state in
            state.isStopped = true
            return state.threadCount == 0 ? state.takeWaiters() : []
        }
        monitor.wakeAll()
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when all threads have ended; call after `stop`.
    func waitUntilEnded() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let hasEnded = monitor.withLock { state in
                if state.threadCount == 0 { return true }
                state.stopWaiters.append(continuation)
                return false
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// What each thread does.
    private func runThread() {
        while let work = next() { work() }
    }

    /// Waits for work; nil ends the thread.
    private func next() -> (@Sendable () -> Void)? {
        var isIdle = false
        typealias Step = (work: (@Sendable () -> Void)?, waiters: [CheckedContinuation<Void, Never>])
        let (work, waiters) = monitor.wait { state -> Step? in
            if isIdle { state.idleCount -= 1 }
            isIdle = false
            if let work = state.takeOldest() { return (work, []) }
            if state.isStopped {
                state.threadCount -= 1
                return (nil, state.threadCount == 0 ? state.takeWaiters() : [])
            }
            state.idleCount += 1
            isIdle = true
            return nil
        }
        for waiter in waiters { waiter.resume() }
        return work
    }
}
