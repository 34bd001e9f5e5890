public import EventModel
internal import Glibc

/// The machine's clocks.
public struct SystemTimeSource: TimeSource {
    /// One origin for all instances, so that their uptimes compare.
    private static let origin = ContinuousClock.now

    /// Reads the machine's clocks.
    public init() {}

    /// The wall clock (`CLOCK_REALTIME`, clock_gettime(2)).
    public var now: Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Time since this process first asked; goes on while the machine sleeps.
    public var uptime: Duration { Self.origin.duration(to: .now) }

    /// Suspends until `uptime` has reached `deadline`; throws `CancellationError` when the task is cancelled.
    public func sleep(until deadline: Duration) async throws {
        try await Task.sleep(until: Self.origin.advanced(by: deadline), clock: .continuous)
    }
}
