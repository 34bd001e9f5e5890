public import EventModel

/// Five fields that say when something is due (crontab(5)): minute, hour, day of month, month, day of week.
///
/// Where both days are restricted, either suffices; a field that begins with `*` restricts nothing, also with
/// a step, so that both must fit then (as the cron of Paul Vixie has it).
///
/// When clocks change: an expression that names hours is due once for every time it names. A time that clocks
/// skip is due at the moment they go on, all that they skip together; a time that they show twice is due the
/// first time. An expression for every hour follows the clock as it is: what is skipped is not due, what is
/// shown twice is due twice, an hour apart.
public struct CronExpression: Sendable, Hashable {
    /// Expressions that are due less often than this are taken never to be: longer than from one February 29
    /// on some day of the week to the next, over a year 2100.
    private static let horizonSeconds: Int64 = 50 * 366 * 86_400

    /// As written.
    public let text: String
    /// Bit 0 to 59.
    let minutes: UInt64
    /// Bit 0 to 23.
    let hours: UInt64
    /// Bit 1 to 31.
    let days: UInt64
    /// Bit 1 to 12.
    let months: UInt64
    /// Bit 0 (Sunday) to 6.
    let weekdays: UInt64
    /// Whether a day must fit both its fields; else either suffices.
    let needsBothDays: Bool

    /// Whether it is due in every hour: it then follows the clock as it is.
    var isEveryHour: Bool { hours == 0xFF_FFFF }

    // MARK: Due moments

    /// The first due moment after another; nil when there is none within fifty years.
    public func next(after moment: Timestamp, in clock: LocalClock) -> Timestamp? {
        let first = moment.seconds + 1
        let last = first + Self.horizonSeconds
        var part = clock.part(at: first)
        var shown = clock.shown(before: part)
        while part.start <= last {
            if !isEveryHour, part.start >= first, shown < part.opens,
                firstLocal(from: shown, before: part.opens) != nil
            {
                return Timestamp(seconds: part.start)
            }
            let from = max(first + part.offset, part.opens, isEveryHour ? .min : shown)
            if let local = firstLocal(from: from, before: min(part.closes, last + part.offset)) {
                return Timestamp(seconds: local - part.offset)
            }
            guard part.end != .max else { return nil }
            shown = max(shown, part.closes)
            part = clock.part(at: part.end)
        }
        return nil
    }

    /// The due moments after one moment up to another, oldest first: the latest `limit` of them, and whether
    /// there are more.
    package func moments(
        after start: Timestamp,
        through end: Timestamp,
        limit: Int,
        in clock: LocalClock
    ) -> (latest: [Timestamp], isCut: Bool) {
        // Further and further back, for a service may have been down for years.
        var window = Duration.seconds(86_400)
        while true {
            let begin = max(start, end.advanced(by: .zero - window))
            var found: [Timestamp] = []
            var moment = begin
            while let due = next(after: moment, in: clock), due <= end {
                found.append(due)
                moment = due
            }
            if begin == start || found.count > limit { return (found.suffix(limit), found.count > limit) }
            window *= 8
        }
    }

    // MARK: On the clock

    /// The first local time within `[from, end)` that fits, in seconds since 1970 as of a clock in UTC.
    private func firstLocal(from: Int64, before end: Int64) -> Int64? {
        var minute = from.dividedUp(by: 60)
        while minute * 60 < end {
            let day = minute.dividedDown(by: 1440)
            if takes(day), let found = firstMinute(from: Int(minute - day * 1440)) {
                let local = (day * 1440 + Int64(found)) * 60
                return local < end ? local : nil
            }
            minute = (day + 1) * 1440
        }
        return nil
    }

    /// Whether a day, counted from 1970-01-01, fits.
    private func takes(_ day: Int64) -> Bool {
        let date = CivilDate(daysSinceEpoch: day)
        guard months >> UInt64(date.month) & 1 == 1 else { return false }
        let fitsDay = days >> UInt64(date.day) & 1 == 1
        // 1970-01-01 was a Thursday.
        let weekday = day + 4 - (day + 4).dividedDown(by: 7) * 7
        let fitsWeekday = weekdays >> UInt64(weekday) & 1 == 1
        return needsBothDays ? fitsDay && fitsWeekday : fitsDay || fitsWeekday
    }

    /// The first minute of a day, from 0 to 1439, that fits.
    private func firstMinute(from: Int) -> Int? {
        for hour in (from / 60)..<24 where hours >> UInt64(hour) & 1 == 1 {
            let skipped = hour == from / 60 ? UInt64(from % 60) : 0
            let left = (minutes >> skipped) << skipped
            if left != 0 { return hour * 60 + left.trailingZeroBitCount }
        }
        return nil
    }
}

extension Int64 {
    /// The quotient, rounded down.
    fileprivate func dividedDown(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    /// The quotient, rounded up.
    fileprivate func dividedUp(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor > 0 ? quotient + 1 : quotient
    }
}
