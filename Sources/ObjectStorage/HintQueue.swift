internal import EventModel
internal import Synchronization

/// Hints on their way from the watching thread to the one task that reads them.
///
/// A key that waits already is not queued twice. When more than `limit` keys wait they are dropped in favour
/// of one `.overflow`, so memory has a bound and nothing is lost silently.
final class HintQueue: Sendable {
    private typealias Waiter = CheckedContinuation<[ChangeHint], Never>

    private struct State {
        /// Keys that wait, in order of arrival, each once; never more than `limit`.
        var keys: ArraySlice<ObjectKey> = []
        var known: Set<ObjectKey> = []
        var hasOverflow = false
        /// Reasons that wait; a few texts, each once.
        var reasons: [String] = []
        var isClosed = false
        var waiter: Waiter?

        /// What waits: what concerns the whole bucket first, then at most a batch of keys.
        mutating func take() -> [ChangeHint] {
            let whole = reasons.map(ChangeHint.degraded) + (hasOverflow ? [.overflow] : [])
            let batch = keys.prefix(HintQueue.batch)
            keys = batch.count == keys.count ? [] : keys.dropFirst(batch.count)
            for key in batch { known.remove(key) }
            (reasons, hasOverflow) = ([], false)
            return whole + batch.map(ChangeHint.changed)
        }
    }

    /// So many keys are handed out at a time, so that an overflow never waits until very many were looked at
    /// (trap W01: a rescan starts within a second of the marker).
    static let batch = 512

    private let limit: Int
    private let state = Mutex(State())

    /// An empty queue for so many keys.
    init(limit: Int) { self.limit = max(1, limit) }

    /// Queues hints and wakes the reader.
    func put(_ hints: [ChangeHint]) {
        if hints.isEmpty { return }
        let wakeUp = state.withLock { state -> (waiter: Waiter, batch: [ChangeHint])? in
            for hint in hints { add(hint, to: &state) }
            guard let waiter = state.waiter else { return nil }
            state.waiter = nil
            return (waiter, state.take())
        }
        if let wakeUp { wakeUp.waiter.resume(returning: wakeUp.batch) }
    }

    private func add(_ hint: ChangeHint, to state: inout State) {
        switch hint {
        case .changed(let key):
            guard state.known.insert(key).inserted else { return }
            if state.keys.count < limit { return state.keys.append(key) }
            // The scan that the overflow asks for finds these keys too.
            (state.keys, state.known, state.hasOverflow) = ([], [], true)
        case .overflow:
            state.hasOverflow = true
        case .degraded(let reason):
            if !state.reasons.contains(reason), state.reasons.count < 16 { state.reasons.append(reason) }
        }
    }

    /// What waits, or what comes next; nothing once closed, or when the task is cancelled.
    func next() async -> [ChangeHint] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let now = state.withLock { state -> [ChangeHint]? in
                    let hints = state.take()
                    if !hints.isEmpty || state.isClosed || Task.isCancelled { return hints }
                    precondition(state.waiter == nil, "A change feed has one reader.")
                    state.waiter = waiter
                    return nil
                }
                if let now { waiter.resume(returning: now) }
            }
        } onCancel: {
            takeWaiter(closing: false)?.resume(returning: [])
        }
    }

    /// Lets the reader go; what waits can still be taken.
    func close() { takeWaiter(closing: true)?.resume(returning: []) }

    private func takeWaiter(closing: Bool) -> Waiter? {
        state.withLock { state in
            if closing { state.isClosed = true }
            defer { state.waiter = nil }
            return state.waiter
        }
    }
}
