/// Capped exponential backoff with full jitter: a random part of `initial · 2^(try − 1)`, at most `maximum`.
///
/// Full jitter spreads callers that failed together best ("Exponential Backoff And Jitter", AWS Architecture
/// Blog).
public struct Backoff: Sendable, Hashable {
    /// The longest wait after the first failure.
    public let initial: Duration
    /// The longest wait after any failure.
    public let maximum: Duration

    /// Describes a backoff; `initial` above `maximum` counts as `maximum`.
    public init(initial: Duration, maximum: Duration) {
        self.initial = min(initial, maximum)
        self.maximum = maximum
    }

    /// The longest wait after so many failures (1 or more), before jitter.
    public func ceiling(afterFailures failures: Int) -> Duration {
        var wait = initial
        for _ in 1..<max(2, min(failures, 64)) where failures > 1 && wait < maximum {
            wait = wait > maximum / 2 ? maximum : wait * 2
        }
        return wait
    }

    /// How long to wait after so many failures (1 or more).
    public func wait(afterFailures failures: Int, random: some RandomSource) -> Duration {
        ceiling(afterFailures: failures) * random.fraction()
    }
}
