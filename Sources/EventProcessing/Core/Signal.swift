package import Execution
internal import Synchronization

/// Wakes one waiting task. A `raise` while nobody waits is remembered, so no wake-up is ever lost; several
/// count as one.
package final class Signal: Sendable {
    private struct State {
        var isRaised = false
        /// The one waiter, with the number of its wait; a timer or cancellation of an older wait does
        /// nothing.
        var waiter: (number: UInt64, continuation: CheckedContinuation<Void, Never>)?
        var waits: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Makes a signal that is not raised.
    package init() {}

    /// Wakes the waiter, or the next one.
    package func raise() {
        let waiter = state.withLock { state in
            guard let waiter = state.waiter else {
                state.isRaised = true
                return Optional<CheckedContinuation<Void, Never>>.none
            }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume()
    }

    /// Suspends until the signal is raised or the task is cancelled. At most one task waits at a time.
    package func wait() async {
        let number = state.withLock { state in
            state.waits += 1
            return state.waits
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let resumesNow = state.withLock { state in
                    if state.isRaised || Task.isCancelled {
                        state.isRaised = false
                        return true
                    }
                    state.waiter = (number, continuation)
                    return false
                }
                if resumesNow { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                guard state.waiter?.number == number else {
                    return Optional<CheckedContinuation<Void, Never>>.none
                }
                defer { state.waiter = nil }
                return state.waiter?.continuation
            }
            waiter?.resume()
        }
    }

    /// Suspends until the signal is raised, the clock reaches `deadline` (nil: never), or the task is
    /// cancelled.
    package func wait(until deadline: Duration?, clock: any TimeSource) async {
        guard let deadline else { return await wait() }
        guard deadline > clock.uptime else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            // The only error is cancellation, which means that the signal came first.
            group.addTask { try? await clock.sleep(until: deadline) }
            await group.next()
            group.cancelAll()
        }
    }
}
