/// A point in time: whole seconds since 1970-01-01T00:00:00Z as POSIX counts them, and nanoseconds.
///
/// `nanoseconds` is always below 1,000,000,000, also before 1970; leap seconds have no number of their own.
package struct Instant: Sendable, Hashable, Comparable {
    /// The first second of the year 0000 to the last of 9999, in UTC: what four digits of a year can write.
    package static let secondsOfFourDigitYears: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// Whole seconds, rounded down.
    package var seconds: Int64
    /// The rest, in nanoseconds.
    package var nanoseconds: UInt32

    /// Takes seconds and a rest below one second.
    package init(seconds: Int64, nanoseconds: UInt32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Whether the year has four digits, in UTC.
    var isWritable: Bool { Self.secondsOfFourDigitYears.contains(seconds) }

    /// Orders by time.
    package static func < (left: Instant, right: Instant) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

/// An instant as it was read: with what its text said beside the time.
package struct ReadTime: Sendable, Hashable {
    /// When.
    package var instant: Instant
    /// How many digits of a second's fraction the text had, at most 9; three for milliseconds since 1970.
    package var fractionDigits = 0
    /// Whether the text was a local time that its zone's clocks showed twice or never.
    package var isAmbiguous = false

    /// Takes an instant; the digits are those that its fraction needs.
    package init(_ instant: Instant) {
        self.instant = instant
        var rest = instant.nanoseconds
        guard rest != 0 else { return }
        fractionDigits = 9
        while rest % 10 == 0 {
            rest /= 10
            fractionDigits -= 1
        }
    }

    /// Takes what a text said.
    init(_ instant: Instant, fractionDigits: Int, isAmbiguous: Bool) {
        self.instant = instant
        self.fractionDigits = fractionDigits
        self.isAmbiguous = isAmbiguous
    }
}

/// Why a text is no time.
package enum TimeFault: Error, Sendable, Hashable {
    /// It has none of the layouts, or names a day or hour that does not exist.
    case malformed
    /// It has no year, and nothing is known that it could be near to.
    case noYear
    /// Its year has more than four digits, or is before 0000.
    case outOfRange
}
