public import EventModel

/// The time, as a dependency: services take one, tests own a `ManualClock`.
public protocol TimeSource: Sendable {
    /// The wall clock: for records and for people.
    var now: Timestamp { get }
    /// Time since some fixed moment of this boot, monotonic: for deadlines and backoff inside the process.
    var uptime: Duration { get }
    /// Suspends until `uptime` has reached `deadline`; throws `CancellationError` when the task is cancelled.
    func sleep(until deadline: Duration) async throws
}

extension TimeSource {
    /// Suspends for a duration; throws `CancellationError` when the task is cancelled.
    public func sleep(for duration: Duration) async throws {
        try await sleep(until: uptime + duration)
    }
}
