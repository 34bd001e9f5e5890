/// Reads a text from left to right into the parts of a time.
///
/// `at` is always ≤ `end`, and nothing behind `end` is read. Every reader returns false, or a negative
/// number, where the text does not fit, and may have moved then: the caller begins again.
@unsafe struct TimeScan {
    /// The next byte.
    var at: UnsafePointer<UInt8>
    /// One behind the last byte.
    let end: UnsafePointer<UInt8>
    /// What was read so far.
    var parts = TimeParts()

    /// Begins at the start of a text.
    @inline(__always)
    init(at: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        unsafe self.at = unsafe at
        unsafe self.end = unsafe end
    }

    /// Whether all text was read.
    @inline(__always)
    var isAtEnd: Bool { unsafe at == end }

    /// The next byte, or 0 at the end.
    @inline(__always)
    var next: UInt8 { unsafe at < end ? at.pointee : 0 }

    /// Takes one byte.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard unsafe at < end, unsafe at.pointee == byte else { return false }
        unsafe at += 1
        return true
    }

    /// Passes spaces and tabs; whether there was one.
    @inline(__always)
    mutating func blanks() -> Bool {
        let start = unsafe at
        while unsafe at < end, unsafe at.pointee == 0x20 || at.pointee == 0x09 { unsafe at += 1 }
        return unsafe at != start
    }

    /// Exactly two digits, or -1.
    @inline(__always)
    mutating func two() -> Int {
        guard unsafe end - at >= 2 else { return -1 }
        let high = unsafe at[0] &- 0x30
        let low = unsafe at[1] &- 0x30
        guard high < 10, low < 10 else { return -1 }
        unsafe at += 2
        return Int(high) &* 10 &+ Int(low)
    }

    /// Exactly four digits, or -1.
    @inline(__always)
    mutating func four() -> Int {
        let high = unsafe two()
        guard high >= 0 else { return -1 }
        let low = unsafe two()
        return low < 0 ? -1 : high &* 100 &+ low
    }

    /// As many digits as there are, one to `most`, or -1.
    @inline(__always)
    mutating func digits(most: Int) -> Int {
        var value = 0
        var count = 0
        while count < most, unsafe at < end {
            let digit = unsafe at.pointee &- 0x30
            if digit > 9 { break }
            value = value &* 10 &+ Int(digit)
            count &+= 1
            unsafe at += 1
        }
        return count == 0 ? -1 : value
    }

    /// The digits of a fraction, at least one; what follows the ninth is passed.
    ///
    /// With `exactly` that many and no more.
    @inline(__always)
    mutating func fraction(exactly: Int = 0) -> Bool {
        var value: UInt32 = 0
        var count = 0
        while unsafe at < end, exactly == 0 || count < exactly {
            let digit = unsafe at.pointee &- 0x30
            if digit > 9 { break }
            if count < 9 { value = value &* 10 &+ UInt32(digit) }
            count &+= 1
            unsafe at += 1
        }
        guard count > 0, exactly == 0 || count == exactly else { return false }
        unsafe parts.fractionDigits = min(count, 9)
        while count < 9 {
            value = value &* 10
            count &+= 1
        }
        unsafe parts.nanoseconds = value
        return true
    }

    /// `HH:MM:SS`.
    @inline(__always)
    mutating func clock() -> Bool {
        unsafe parts.hour = two()
        guard unsafe parts.hour >= 0, unsafe take(UInt8(ascii: ":")) else { return false }
        unsafe parts.minute = two()
        guard unsafe parts.minute >= 0, unsafe take(UInt8(ascii: ":")) else { return false }
        unsafe parts.second = two()
        return unsafe parts.second >= 0
    }

    /// A fraction behind a point or comma, where there is one.
    @inline(__always)
    mutating func optionalFraction() -> Bool {
        guard unsafe next == UInt8(ascii: ".") || next == UInt8(ascii: ",") else { return true }
        unsafe at += 1
        return unsafe fraction()
    }

    /// Three letters, or a full name of the same beginning; its number from 0, or -1.
    @inline(__always)
    mutating func name(of names: StaticString, _ find: (UInt32) -> Int) -> Int {
        guard unsafe end - at >= 3 else { return -1 }
        let index = unsafe find(TimeNames.packed(at[0], at[1], at[2])) &- 1
        guard index >= 0 else { return -1 }
        unsafe at += 3
        if unsafe isLetter(next) {
            let length = TimeNames.length(names, index)
            guard unsafe end - at >= length &- 3 else { return -1 }
            for place in 3..<max(3, length) {
                let wanted = unsafe names.utf8Start[index &* TimeNames.width &+ place]
                if unsafe at[place &- 3] | 0x20 != wanted { return -1 }
            }
            unsafe at += length &- 3
        }
        return index
    }

    /// The name of a month, short or full, in any case.
    @inline(__always)
    mutating func monthName() -> Bool {
        unsafe parts.month = name(of: TimeNames.months, TimeNames.month) &+ 1
        return unsafe parts.month > 0
    }

    /// The name of a day, short or full, in any case; it says nothing that the date does not.
    @inline(__always)
    mutating func weekdayName() -> Bool { unsafe name(of: TimeNames.days, TimeNames.weekday) >= 0 }

    /// `Z`, `+hhmm`, `+hh:mm`, `+hh`, with seconds too.
    @inline(__always)
    mutating func numericZone() -> Bool {
        let sign = unsafe next
        if sign | 0x20 == UInt8(ascii: "z") {
            unsafe at += 1
            unsafe parts.offset = 0
            unsafe parts.hasOffset = true
            return true
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        unsafe at += 1
        let hours = unsafe two()
        guard hours >= 0, hours <= 23 else { return false }
        var minutes = 0
        var seconds = 0
        let hasColon = unsafe take(UInt8(ascii: ":"))
        if unsafe hasColon || next &- 0x30 < 10 {
            minutes = unsafe two()
            if unsafe (hasColon && take(UInt8(ascii: ":"))) || (!hasColon && next &- 0x30 < 10) {
                seconds = unsafe two()
            }
        }
        guard minutes >= 0, minutes <= 59, seconds >= 0, seconds <= 59 else { return false }
        let offset = (hours &* 60 &+ minutes) &* 60 &+ seconds
        unsafe parts.offset = sign == UInt8(ascii: "-") ? 0 &- offset : offset
        unsafe parts.hasOffset = true
        return true
    }

    /// A zone's name that means one offset only (`TimeNames.zoneOffset`), or an offset.
    mutating func namedZone() -> Bool {
        let start = unsafe at
        while unsafe isLetter(next) { unsafe at += 1 }
        if unsafe at == start { return unsafe numericZone() }
        guard let offset = unsafe TimeNames.zoneOffset(UnsafeBufferPointer(start: start, count: at - start))
        else { return false }
        unsafe parts.offset = offset
        unsafe parts.hasOffset = true
        return true
    }

    /// `AM`, `PM`, `a.m.` is no known form.
    mutating func halfOfDay() -> Bool {
        guard unsafe end - at >= 2, unsafe at[1] | 0x20 == UInt8(ascii: "m") else { return false }
        let letter = unsafe at[0] | 0x20
        guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p") else { return false }
        unsafe parts.half = letter == UInt8(ascii: "a") ? 0 : 12
        unsafe at += 2
        return true
    }

    /// Two digits of a year: 69 to 99 are of the last century, 00 to 68 of this one (POSIX strptime, `%y`).
    mutating func shortYear() -> Bool {
        let value = unsafe two()
        unsafe parts.year = value < 69 ? value &+ 2_000 : value &+ 1_900
        return value >= 0
    }

    @inline(__always)
    private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
}
