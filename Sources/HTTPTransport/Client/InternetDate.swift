package import EventModel

/// Moments as servers write them.
package enum InternetDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// A date of HTTP: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    package static func http(_ text: String) -> Timestamp? {
        let parts = text.split { $0 == " " || $0 == ":" || $0 == "," }
        guard parts.count == 8, parts[7] == "GMT" || parts[7] == "UTC" else { return nil }
        guard let month = months.firstIndex(where: { $0 == parts[2] }) else { return nil }
        let numbers = [parts[3], parts[1], parts[4], parts[5], parts[6]].compactMap { Int64($0) }
        guard numbers.count == 5 else { return nil }
        return moment(numbers[0], Int64(month + 1), numbers[1], numbers[2], numbers[3], numbers[4])
    }

    /// A date of ISO 8601 in UTC: `2026-10-01T00:00:00.000Z`; the fraction is dropped, for HEAD has none.
    /// Some stores write `+00:00` for `Z`.
    package static func iso(_ text: String) -> Timestamp? {
        guard let zone = ["Z", "+00:00", "+0000"].first(where: text.hasSuffix) else { return nil }
        let parts = text.dropLast(zone.count).split { $0 == "-" || $0 == "T" || $0 == ":" || $0 == "." }
        guard parts.count >= 6 else { return nil }
        let numbers = parts.prefix(6).compactMap { Int64($0) }
        guard numbers.count == 6 else { return nil }
        return moment(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
    }

    private static func moment(
        _ year: Int64,
        _ month: Int64,
        _ day: Int64,
        _ hour: Int64,
        _ minute: Int64,
        _ second: Int64
    ) -> Timestamp? {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        guard (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second) else {
            return nil
        }
        // Days since 1970-01-01 in years that begin with March, as `CivilDate` counts back.
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return Timestamp(milliseconds: ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000)
    }
}
