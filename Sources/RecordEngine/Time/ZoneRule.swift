/// The footer of a TZif file: a POSIX `TZ` string with the extensions of RFC 9636 section 3.3.1.
///
/// `CET-1CEST,M3.5.0,M10.5.0/3`: standard time, summer time, and the days on which clocks change.
struct ZoneRule {
    /// A day of each year with a time of day.
    struct Change: Hashable {
        /// How the day is written.
        enum Day: Hashable {
            /// 1 to 365, February 29 is not counted (`J60`).
            case withoutLeapDay(Int)
            /// 0 to 365 (`59`).
            case ofYear(Int)
            /// The week-th such weekday of a month, 5 for the last (`M3.5.0`).
            case weekday(month: Int, week: Int, day: Int)
        }

        /// Which day.
        var day: Day
        /// Seconds from its midnight; may be days away.
        var seconds = 7_200

        /// Local seconds since 1970, by the clock that is in force until then.
        func seconds(in year: Int) -> Int64 {
            let newYear = CivilDate(year: year, month: 1, day: 1).days
            let days: Int
            switch day {
            case .withoutLeapDay(let number):
                days = newYear + number - 1 + (number > 59 && CivilDate.isLeap(year) ? 1 : 0)
            case .ofYear(let number): days = newYear + number
            case .weekday(let month, let week, let weekday):
                let first = CivilDate(year: year, month: month, day: 1).days
                let ahead = (weekday - CivilDate.weekday(ofDays: first) + 7) % 7
                let place = ahead + (week - 1) * 7
                let count = CivilDate.dayCount(ofMonth: month, in: year)
                days = first + (place < count ? place : place - 7)
            }
            return Int64(days) * 86_400 + Int64(seconds)
        }
    }

    /// Summer time, or what a zone has in its place.
    struct Summer {
        /// What clocks show.
        var kind: Zone.Kind
        /// When it begins, by standard time.
        var start: Change
        /// When it ends, by summer time.
        var end: Change
    }

    /// What clocks show outside of summer.
    let standard: Zone.Kind
    /// Summer time, where there is one.
    let summer: Summer?

    /// Reads a rule; nil where the bytes are none, or name summer time without its days.
    init?(_ bytes: [UInt8]) {
        var scan = RuleScan(bytes)
        guard let name = scan.name(), let offset = scan.seconds(mostHours: 24) else { return nil }
        standard = Zone.Kind(offset: -offset, abbreviation: name)
        if scan.isAtEnd {
            summer = nil
            return
        }
        guard let summerName = scan.name() else { return nil }
        var summerOffset = standard.offset + 3_600
        if scan.next != UInt8(ascii: ",") {
            guard let offset = scan.seconds(mostHours: 24) else { return nil }
            summerOffset = -offset
        }
        guard scan.take(","), let start = scan.change(), scan.take(","), let end = scan.change(),
            scan.isAtEnd
        else { return nil }
        let kind = Zone.Kind(offset: summerOffset, abbreviation: summerName)
        summer = Summer(kind: kind, start: start, end: end)
    }
}

/// Reads a rule from left to right.
private struct RuleScan {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }
    var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// Three letters or more, or anything alphanumeric in angle brackets.
    mutating func name() -> [UInt8]? {
        if take("<") {
            let name = bytes[at...].prefix { $0 != UInt8(ascii: ">") }
            at += name.count
            return take(">") && !name.isEmpty ? Array(name) : nil
        }
        let name = bytes[at...].prefix { ($0 | 0x20) &- UInt8(ascii: "a") < 26 }
        at += name.count
        return name.count >= 3 ? Array(name) : nil
    }

    /// `[+-]hh[:mm[:ss]]`.
    mutating func seconds(mostHours: Int) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hours = number(0...mostHours) else { return nil }
        var minutes = 0
        var seconds = 0
        if take(":") {
            guard let value = number(0...59) else { return nil }
            minutes = value
            if take(":") {
                guard let value = number(0...59) else { return nil }
                seconds = value
            }
        }
        let total = hours * 3_600 + minutes * 60 + seconds
        return isNegative ? -total : total
    }

    mutating func change() -> ZoneRule.Change? {
        guard let day = day() else { return nil }
        var change = ZoneRule.Change(day: day)
        if take("/") {
            guard let seconds = seconds(mostHours: 167) else { return nil }
            change.seconds = seconds
        }
        return change
    }

    private mutating func day() -> ZoneRule.Change.Day? {
        if take("J") { return number(1...365).map { .withoutLeapDay($0) } }
        guard take("M") else { return number(0...365).map { .ofYear($0) } }
        guard let month = number(1...12), take("."), let week = number(1...5), take("."),
            let day = number(0...6)
        else { return nil }
        return .weekday(month: month, week: week, day: day)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int? {
        var value = 0
        let start = at
        while at < bytes.count, at - start < 4, bytes[at] &- 0x30 < 10 {
            value = value * 10 + Int(bytes[at] - 0x30)
            at += 1
        }
        return at > start && range.contains(value) ? value : nil
    }
}
