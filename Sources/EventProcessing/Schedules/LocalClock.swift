internal import EventModel

/// What the clocks of a place show. The tables of time zones belong to the record engine; whoever makes a
/// schedule passes one in.
public struct LocalClock: Sendable {
    /// A time during which clocks keep their distance from UTC; `[start, end)` in seconds since 1970.
    public struct Part: Sendable, Hashable {
        /// The first second; `Int64.min` where it has no beginning.
        public let start: Int64
        /// One behind the last second; `Int64.max` where it has no end.
        public let end: Int64
        /// Seconds that clocks are ahead of UTC.
        public let offset: Int64

        /// Describes a part.
        public init(start: Int64, end: Int64, offset: Int64) {
            self.start = start
            self.end = end
            self.offset = offset
        }

        /// What clocks show when it begins, as seconds since 1970 of a clock in UTC.
        var opens: Int64 { start == .min ? .min : start + offset }
        /// What clocks would show at its end.
        var closes: Int64 { end == .max ? .max : end + offset }
    }

    /// UTC.
    public static let utc = LocalClock(name: "UTC") { _ in Part(start: .min, end: .max, offset: 0) }

    /// The zone's name, as the configuration writes it.
    public let name: String
    private let look: @Sendable (Int64) -> Part

    /// Takes a table: the part that a second since 1970 lies in.
    public init(name: String, look: @escaping @Sendable (Int64) -> Part) {
        self.name = name
        self.look = look
    }

    /// The part that a second since 1970 lies in.
    func part(at seconds: Int64) -> Part { look(seconds) }

    /// What clocks show at a moment, as seconds since 1970 of a clock in UTC.
    func local(at moment: Timestamp) -> Int64 {
        let seconds = moment.seconds
        return seconds + part(at: seconds).offset
    }

    /// One behind the latest time that clocks showed before a part began: what lies before it was shown
    /// already, what lies between it and the part's first time is never shown. `Int64.min` for the first
    /// part.
    func shown(before part: Part) -> Int64 {
        var shown = Int64.min
        var first = part.start
        // Clocks never differ by more than two days (RFC 9636 section 3.2: -25 to 26 hours).
        while first != .min, first > part.start - 2 * 86_400 {
            let earlier = look(first - 1)
            shown = max(shown, earlier.closes)
            first = earlier.start
        }
        return shown
    }
}

extension Timestamp {
    /// Whole seconds since 1970, rounded down.
    var seconds: Int64 {
        let quotient = nanoseconds / 1_000_000_000
        return nanoseconds % 1_000_000_000 < 0 ? quotient - 1 : quotient
    }

    /// A whole second since 1970; clamped to what 64 bits of nanoseconds can hold.
    init(seconds: Int64) {
        let (value, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self.init(nanoseconds: overflow ? (seconds < 0 ? .min : .max) : value)
    }
}
