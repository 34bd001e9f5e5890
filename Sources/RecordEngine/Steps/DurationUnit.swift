/// The units of durations, and their exact arithmetic.
enum DurationUnit {
    /// Most digits of a number with a unit.
    static let maximumDigits = 18

    /// Nanoseconds of a unit's name, in any case.
    static func nanoseconds(_ word: UnsafeBufferPointer<UInt8>) -> UInt128? {
        guard word.count <= 12 else { return nil }
        switch unsafe String(decoding: word, as: UTF8.self).lowercased() {
        case "ns", "nanos", "nsec", "nanosecond", "nanoseconds": return 1
        case "us", "\u{B5}s", "\u{3BC}s", "micros", "usec", "microsecond", "microseconds": return 1_000
        case "ms", "millis", "msec", "millisecond", "milliseconds": return 1_000_000
        case "s", "sec", "secs", "second", "seconds": return 1_000_000_000
        case "m", "min", "mins", "minute", "minutes": return 60_000_000_000
        case "h", "hr", "hrs", "hour", "hours": return 3_600_000_000_000
        case "d", "day", "days": return 86_400_000_000_000
        case "w", "week", "weeks": return 604_800_000_000_000
        default: return nil
        }
    }

    /// What every duration is below, in 10^-18 seconds.
    private static let limit: UInt128 = 1 << 120

    /// Both together; nil beyond the limit.
    static func sum(_ left: UInt128, _ right: UInt128) -> UInt128? {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow || sum >= limit ? nil : sum
    }

    /// mantissa × 10^-scale units, in 10^-18 seconds; nil where that is not exact.
    static func attoseconds(_ mantissa: UInt128, _ scale: Int, _ unit: UInt128) -> UInt128? {
        // At most 10^18 × 6.048 × 10^14 × 10^9: above 2^128, so large numbers of large units are refused.
        let (nanoseconds, overflow) = mantissa.multipliedReportingOverflow(by: unit)
        let (product, overflow2) = nanoseconds.multipliedReportingOverflow(by: 1_000_000_000)
        let divisor = power(scale)
        guard !overflow, !overflow2, product < limit, product % divisor == 0 else { return nil }
        return product / divisor
    }

    /// 10^exponent, up to 38.
    static func power(_ exponent: Int) -> UInt128 {
        var value: UInt128 = 1
        for _ in 0..<exponent { value *= 10 }
        return value
    }
}
