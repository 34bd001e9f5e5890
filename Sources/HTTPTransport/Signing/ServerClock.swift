public import EventModel
public import Execution
internal import Synchronization

/// The clock of a server that takes only signatures of now: ours, until the server says that it is off (trap
/// L16).
public final class ServerClock: Sendable {
    /// A signature this old may be the reason of a refusal that names none; AWS itself allows 15 minutes
    /// ("Troubleshoot Signature Version 4 signing").
    private static let suspiciousSkew = Duration.seconds(240)

    private let clock: any TimeSource
    /// How far the server's clock is ahead of ours.
    private let offset = Mutex(Duration.zero)

    /// Trusts `clock` for now.
    public init(_ clock: any TimeSource) { self.clock = clock }

    /// The server's time, as far as we know.
    public var now: Timestamp { clock.now.advanced(by: offset.withLock { $0 }) }

    /// Takes the server's time from the date of one of its answers.
    public func follow(_ date: Timestamp) {
        let ahead = date.elapsed(since: clock.now)
        offset.withLock { $0 = ahead }
    }

    /// Whether the date of a refusal is so far from that of the request that a clock may be the reason.
    public static func isSkewed(_ date: Timestamp, signedAt: Timestamp) -> Bool {
        let skew = date.elapsed(since: signedAt)
        return max(skew, .zero - skew) > suspiciousSkew
    }
}
