package import EventModel

/// A moment as signatures write it: `20130524T000000Z`, and its day.
package struct SigningTime {
    /// ISO 8601 in its basic form, in UTC, to the second.
    package let text: String
    /// The first eight digits of `text`.
    package let day: String

    /// Writes a moment; years outside 0 to 9999 do not fit the form and are cut to their last digits.
    package init(_ time: Timestamp) {
        var seconds = time.nanoseconds / 1_000_000_000
        if time.nanoseconds % 1_000_000_000 < 0 { seconds -= 1 }
        var days = seconds / 86_400
        var rest = seconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let date = CivilDate(daysSinceEpoch: days)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        func put(_ number: Int64, _ divisor: Int64) {
            var divisor = divisor
            while divisor > 0 {
                bytes.append(
                    UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number.magnitude / UInt64(divisor) % 10)
                )
                divisor /= 10
            }
        }
        put(date.year, 1000)
        put(date.month, 10)
        put(date.day, 10)
        day = String(decoding: bytes, as: UTF8.self)
        bytes.append(UInt8(ascii: "T"))
        put(rest / 3600, 10)
        put(rest / 60 % 60, 10)
        put(rest % 60, 10)
        bytes.append(UInt8(ascii: "Z"))
        text = String(decoding: bytes, as: UTF8.self)
    }
}
