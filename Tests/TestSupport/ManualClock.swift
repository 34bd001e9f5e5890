public import EventModel
public import Execution
internal import Synchronization

/// A clock that moves only when a test says so; starts at 2026-10-01T00:00:00Z.
public final class ManualClock: TimeSource {
    private struct State {
        var elapsed: Duration = .zero
        var sleepers: [Int: (deadline: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var nextSleeper = 0
    }

    private let state = Mutex(State())
    private let origin = Timestamp(milliseconds: 1_790_812_800_000)

    /// Starts the clock.
    public init() {}

    /// The origin plus what was advanced.
    public var now: Timestamp { origin.advanced(by: uptime) }
    /// What was advanced.
    public var uptime: Duration { state.withLock { $0.elapsed } }
    /// How many tasks sleep.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves the clock and wakes who is due.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.elapsed += duration
            let due = state.sleepers.filter { $0.value.deadline <= state.elapsed }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Suspends until the clock was advanced so far.
    public func sleep(until deadline: Duration) async throws {
        let id = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                let resumesNow = state.withLock { state in
                    guard deadline > state.elapsed, !Task.isCancelled else { return true }
                    state.sleepers[id] = (deadline, continuation)
                    return false
                }
                if resumesNow {
                    if Task.isCancelled {
                        continuation.resume(throwing: CancellationError())
                    } else {
                        continuation.resume()
                    }
                }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(
                throwing: CancellationError()
            )
        }
    }
}
