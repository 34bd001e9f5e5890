/// A date of the proleptic Gregorian calendar, of any year that fits.
///
/// The arithmetic is Howard Hinnant's `days_from_civil` and `civil_from_days`
/// (howardhinnant.github.io/date_algorithms.html): years begin in March, so that the leap day is the last
/// one, and 400 years have 146,097 days.
struct CivilDate: Hashable {
    /// 0 is the year before 1.
    var year: Int
    /// 1 to 12.
    var month: Int
    /// 1 to 31.
    var day: Int

    /// Takes a date that exists.
    @inline(__always)
    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date so many days after 1970-01-01.
    @inline(__always)
    init(days: Int) {
        let shifted = days &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = UInt32(truncatingIfNeeded: shifted &- era &* 146_097)
        let corrected = dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096
        let yearOfEra = corrected / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
        day = Int(dayOfYear &- (153 &* shiftedMonth &+ 2) / 5) &+ 1
        month = Int(shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9)
        year = Int(yearOfEra) &+ era &* 400 &+ (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    @inline(__always)
    var days: Int {
        let shifted = month <= 2 ? year &- 1 : year
        let era = (shifted >= 0 ? shifted : shifted &- 399) / 400
        let yearOfEra = UInt32(truncatingIfNeeded: shifted &- era &* 400)
        let monthFromMarch = UInt32(truncatingIfNeeded: month > 2 ? month &- 3 : month &+ 9)
        let dayOfYear = (153 &* monthFromMarch &+ 2) / 5 &+ UInt32(truncatingIfNeeded: day) &- 1
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return era &* 146_097 &+ Int(dayOfEra) &- 719_468
    }

    /// 1 to 366.
    var dayOfYear: Int { days - CivilDate(year: year, month: 1, day: 1).days + 1 }

    /// 0 is Sunday; 1970-01-01 was a Thursday.
    static func weekday(ofDays days: Int) -> Int {
        let rest = (days + 4) % 7
        return rest < 0 ? rest + 7 : rest
    }

    /// Whether the year has a February 29.
    @inline(__always)
    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// 28 to 31, of a month from 1 to 12.
    @inline(__always)
    static func dayCount(ofMonth month: Int, in year: Int) -> Int {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
    }
}
