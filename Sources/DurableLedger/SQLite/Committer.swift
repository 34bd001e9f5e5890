internal import EventModel
internal import Foundation
internal import GRDB
internal import Glibc
internal import Synchronization

/// The one thread that touches the database: gathers what callers ask for, runs it in one transaction, and
/// answers all of them after its one fsync (trap D16: nobody else ever blocks on SQLite).
final class Committer: Sendable {
    /// Something to be done on the thread.
    ///
    /// Of `perform` and `fail` together exactly one ends the caller's
    /// wait.
    struct Job: Sendable {
        /// Runs; gives back what tells the caller, to be called once its effect is on stable storage.
        let perform: @Sendable (LedgerStore) throws(SluiceError) -> @Sendable () -> Void
        /// Tells the caller that nothing was recorded.
        let fail: @Sendable (SluiceError) -> Void
    }

    private struct State {
        /// Bounded by the number of callers: each waits for its answer.
        var writes: [Job] = []
        var reads: [Job] = []
        var isAsleep = false
        var isClosing = false
        var hasEnded = false
        var closers: [CheckedContinuation<Void, Never>] = []
        var statistics = LedgerStatistics()
        /// The counters as the last transaction left them; nil before the first, and once nothing may be
        /// written any more.
        var counters: LedgerCounters?
    }

    /// At most so many operations share a transaction, so that a wait stays short.
    private static let groupLimit = 1024
    /// Reads run at most so long between two groups; at least one does.
    private static let readBudget: Duration = .milliseconds(5)

    private let state = Mutex(State())
    private let alarm = DispatchSemaphore(value: 0)

    /// What was done since the start.
    var statistics: LedgerStatistics { state.withLock { $0.statistics } }

    /// The counters after the last transaction, for which nobody needs to wait; nil where only a read can
    /// tell.
    var counters: LedgerCounters? { state.withLock { $0.isClosing ? nil : $0.counters } }

    // MARK: Callers

    /// Runs an operation in a group commit and answers when it is on stable storage.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (LedgerStore) throws(SluiceError) -> Value
    ) async throws(SluiceError) -> Value {
        try await submit(body) { $0.writes.append($1) }
    }

    /// Runs a read between two groups: it sees what is committed.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (LedgerStore) throws(SluiceError) -> Value
    ) async throws(SluiceError) -> Value {
        try await submit(body) { $0.reads.append($1) }
    }

    private func submit<Value: Sendable>(
        _ body: @escaping @Sendable (LedgerStore) throws(SluiceError) -> Value,
        _ add: @Sendable (inout State, Job) -> Void
    ) async throws(SluiceError) -> Value {
        let result = await withCheckedContinuation {
            (caller: CheckedContinuation<Result<Value, SluiceError>, Never>) in
            let job = Job(
                perform: { store throws(SluiceError) in
                    let value = try body(store)
                    return { caller.resume(returning: .success(value)) }
                },
                fail: { caller.resume(returning: .failure($0)) }
            )
            let (isClosed, wakes) = state.withLock { state in
                if state.isClosing { return (true, false) }
                add(&state, job)
                defer { state.isAsleep = false }
                return (false, state.isAsleep)
            }
            if isClosed { job.fail(SluiceError(.ledgerUnavailable, "The ledger is closed.")) }
            if wakes { alarm.signal() }
        }
        return try result.get()
    }

    /// Asks the thread to end after all that was asked before.
    func stop() {
        let wakes = state.withLock { state in
            state.isClosing = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if wakes { alarm.signal() }
    }

    /// Ends the thread and waits until the file is closed.
    func close() async {
        stop()
        await withCheckedContinuation { closer in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.closers.append(closer) }
                return state.hasEnded
            }
            if hasEnded { closer.resume() }
        }
    }

    // MARK: The thread

    /// Serves callers until `stop`; called once, on the committer thread.
    func run(_ store: LedgerStore) {
        var reads: [Job] = []
        var poison: SluiceError?
        var isBusy = false
        while true {
            // While many ask, those who are about to ask get their turn first: larger groups, fewer syncs.
            // Returns at once when no other thread wants the processor (sched_yield(2)).
            if isBusy { sched_yield() }
            let writes = take(&reads)
            isBusy = writes.count > 1
            if writes.isEmpty, reads.isEmpty {
                if state.withLock({ $0.isClosing && $0.writes.isEmpty && $0.reads.isEmpty }) { return }
                continue
            }
            if let poison {
                for job in writes + reads { job.fail(poison) }
                reads = []
                continue
            }
            var rest = writes[...]
            while poison == nil, !rest.isEmpty {
                let group = rest.prefix(Self.groupLimit)
                rest = rest.dropFirst(Self.groupLimit)
                poison = CommitGroup(store, Array(group)).run { count($0, store) }
            }
            if let poison {
                state.withLock { $0.counters = nil }
                for job in rest { job.fail(poison) }
            }
            serve(&reads, store)
        }
    }

    /// The file is closed: whoever waits for that goes on, and nobody is kept waiting.
    func end(_ error: SluiceError) {
        let (closers, jobs) = state.withLock { state in
            state.hasEnded = true
            state.isClosing = true
            defer {
                state.closers = []
                state.writes = []
                state.reads = []
            }
            return (state.closers, state.writes + state.reads)
        }
        for job in jobs { job.fail(error) }
        for closer in closers { closer.resume() }
    }

    /// Takes all that is waiting; sleeps when nothing is and no read is left over.
    private func take(_ reads: inout [Job]) -> [Job] {
        let mayEndOrWork = !reads.isEmpty
        let (writes, newReads, sleeps) = state.withLock { state in
            defer {
                state.writes = []
                state.reads = []
            }
            let isIdle = state.writes.isEmpty && state.reads.isEmpty && !mayEndOrWork && !state.isClosing
            state.isAsleep = isIdle
            return (state.writes, state.reads, isIdle)
        }
        reads += newReads
        if sleeps { alarm.wait() }
        return writes
    }

    private func serve(_ reads: inout [Job], _ store: LedgerStore) {
        let start = ContinuousClock.now
        var served = 0
        for job in reads {
            if served > 0, ContinuousClock.now - start > Self.readBudget { break }
            served += 1
            do throws(SluiceError) {
                try job.perform(store)()
            } catch {
                store.sql.reset()
                job.fail(error)
            }
        }
        reads.removeFirst(served)
        let count = served
        state.withLock { $0.statistics.reads += count }
    }

    /// A transaction is on stable storage, and nobody was told yet: whoever is told sees its counters.
    private func count(_ operations: Int, _ store: LedgerStore) {
        let counters = LedgerCounters(store.memory)
        state.withLock { state in
            state.counters = counters
            state.statistics.groups += 1
            state.statistics.operations += operations
            state.statistics.largestGroup = max(state.statistics.largestGroup, operations)
        }
    }
}
