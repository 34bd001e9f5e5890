/// What a text says about a time, part by part, before it is known to be one.
struct TimeParts {
    /// 0 to 9999; -1 where the text has none.
    var year = -1
    /// 1 to 12; -1 where the text has none.
    var month = -1
    /// Of the month, from 1; -1 where the text has none.
    var day = -1
    /// Of the year, from 1; -1 where the text has none.
    var dayOfYear = -1
    /// 0 to 24, or 1 to 12 with `half`.
    var hour = 0
    /// 0 to 59.
    var minute = 0
    /// 0 to 60.
    var second = 0
    /// Below 1,000,000,000.
    var nanoseconds: UInt32 = 0
    /// Digits of the fraction, at most 9.
    var fractionDigits = 0
    /// 0 for AM, 12 for PM, -1 where the text has neither.
    var half = -1
    /// Seconds ahead of UTC, where `hasOffset`.
    var offset = 0
    /// Whether the text names its distance from UTC.
    var hasOffset = false
    /// Seconds since 1970, where `isEpoch`.
    var epochSeconds: Int64 = 0
    /// Whether the text counts from 1970.
    var isEpoch = false
    /// Whether it counts backwards, fraction and all.
    var isNegativeEpoch = false

    /// The time that the parts mean.
    ///
    /// Without an offset they are `zone`'s local time; without a year they lie in the year that brings them
    /// nearest to `reference`.
    @inline(__always)
    func time(
        in zone: Zone,
        near reference: Instant?,
        _ memory: inout ZonePart
    ) -> Result<ReadTime, TimeFault> {
        if isEpoch { return epochTime }
        guard isClockTime else { return .failure(.malformed) }
        if year < 0 { return yearlessTime(in: zone, near: reference, &memory) }
        guard let days = days(in: year) else { return .failure(.malformed) }
        return time(days: days, in: zone, &memory)
    }

    /// The fraction of a time before 1970 counts backwards as well.
    @inline(__always)
    private var epochTime: Result<ReadTime, TimeFault> {
        guard isNegativeEpoch, nanoseconds > 0 else { return checked(epochSeconds, isAmbiguous: false) }
        var copy = self
        copy.nanoseconds = 1_000_000_000 - nanoseconds
        return copy.checked(epochSeconds &- 1, isAmbiguous: false)
    }

    /// Hours to 23, or 24:00:00 for the end of the day (ISO 8601:2004 section 4.2.3); a second 60 is a leap
    /// second and means the second behind it, as POSIX counts.
    @inline(__always)
    private var isClockTime: Bool {
        if half >= 0, hour < 1 || hour > 12 { return false }
        if minute > 59 || second > 60 { return false }
        return hour < 24 || (hour == 24 && minute == 0 && second == 0 && nanoseconds == 0)
    }

    /// Days since 1970, or nil where the year has no such day.
    @inline(__always)
    private func days(in year: Int) -> Int? {
        if month > 0 {
            let day = day < 0 ? 1 : day
            guard month <= 12, day >= 1, day <= CivilDate.dayCount(ofMonth: month, in: year) else {
                return nil
            }
            return CivilDate(year: year, month: month, day: day).days
        }
        guard dayOfYear >= 1, dayOfYear <= (CivilDate.isLeap(year) ? 366 : 365) else { return nil }
        return CivilDate(year: year, month: 1, day: 1).days + dayOfYear - 1
    }

    @inline(__always)
    private func time(days: Int, in zone: Zone, _ memory: inout ZonePart) -> Result<ReadTime, TimeFault> {
        let hours = half < 0 ? hour : hour % 12 &+ half
        let local = Int64(((days &* 24 &+ hours) &* 60 &+ minute) &* 60 &+ second)
        if hasOffset { return checked(local &- Int64(offset), isAmbiguous: false) }
        let (seconds, isAmbiguous) = zone.time(ofLocal: local, &memory)
        return checked(seconds, isAmbiguous: isAmbiguous)
    }

    @inline(__always)
    private func checked(_ seconds: Int64, isAmbiguous: Bool) -> Result<ReadTime, TimeFault> {
        guard Instant.secondsOfFourDigitYears.contains(seconds) else { return .failure(.outOfRange) }
        let instant = Instant(seconds: seconds, nanoseconds: nanoseconds)
        return .success(ReadTime(instant, fractionDigits: fractionDigits, isAmbiguous: isAmbiguous))
    }

    /// The year nearest to the reference: its own, the one before or behind; February 29 has to look up to
    /// eight years away (1896 to 1904).
    ///
    /// Of two years equally near it is the earlier one.
    @inline(never)
    private func yearlessTime(
        in zone: Zone,
        near reference: Instant?,
        _ memory: inout ZonePart
    ) -> Result<ReadTime, TimeFault> {
        guard let reference else { return .failure(.noYear) }
        let middle = CivilDate(days: Int((reference.seconds / 86_400).clamped)).year
        let reach = (month == 2 && day == 29) || dayOfYear == 366 ? 8 : 1
        var best: ReadTime?
        for year in max(0, middle - reach)...max(0, min(9_999, middle + reach)) {
            guard let days = days(in: year), case .success(let time) = time(days: days, in: zone, &memory)
            else { continue }
            if let known = best, reference.distance(to: known.instant) <= reference.distance(to: time.instant)
            {
                continue
            }
            best = time
        }
        return best.map { .success($0) } ?? .failure(.malformed)
    }
}

extension Instant {
    /// Nanoseconds between two instants, whichever is first.
    fileprivate func distance(to other: Instant) -> Int128 {
        let seconds = Int128(other.seconds) - Int128(self.seconds)
        return (seconds * 1_000_000_000 + Int128(other.nanoseconds) - Int128(nanoseconds)).magnitudeAsInt
    }
}

extension Int128 {
    /// Its distance from 0.
    fileprivate var magnitudeAsInt: Int128 { self < 0 ? -self : self }
}

extension Int64 {
    /// Days that every calendar computation here can hold.
    fileprivate var clamped: Int64 { Swift.min(Swift.max(self, -1_000_000), 4_000_000) }
}
