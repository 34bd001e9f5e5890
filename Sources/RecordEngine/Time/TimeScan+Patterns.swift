extension TimeScan {
    /// Reads a pattern; what is behind it is not looked at.
    mutating func pattern(_ items: UnsafeBufferPointer<TimeLayout.Item>) -> Bool {
        for index in 0..<items.count {
            guard unsafe item(items[index]) else { return false }
        }
        return true
    }

    @inline(__always)
    private mutating func item(_ item: TimeLayout.Item) -> Bool {
        switch item.kind {
        case .literal: return unsafe take(item.argument)
        case .space: return unsafe blanks()
        case .anySpace:
            while unsafe next == 0x20 || (next >= 0x09 && next <= 0x0D) { unsafe at += 1 }
            return true
        case .year:
            unsafe parts.year = four()
            return unsafe parts.year >= 0
        case .shortYear: return unsafe shortYear()
        case .month:
            unsafe parts.month = digits(most: 2)
            return unsafe parts.month > 0
        case .monthShort, .monthFull: return unsafe monthName()
        case .dayShort, .dayFull: return unsafe weekdayName()
        case .day, .paddedDay:
            if item.kind == .paddedDay { _ = unsafe blanks() }
            unsafe parts.day = digits(most: 2)
            return unsafe parts.day > 0
        case .dayOfYear:
            unsafe parts.dayOfYear = digits(most: 3)
            return unsafe parts.dayOfYear > 0
        case .hour, .hour12:
            unsafe parts.hour = digits(most: 2)
            return unsafe parts.hour >= 0
        case .minute:
            unsafe parts.minute = digits(most: 2)
            return unsafe parts.minute >= 0
        case .second:
            unsafe parts.second = digits(most: 2)
            return unsafe parts.second >= 0
        case .fraction: return unsafe fraction(exactly: Int(item.argument))
        case .half: return unsafe halfOfDay()
        case .offset, .colonOffset: return unsafe numericZone()
        case .zoneName: return unsafe namedZone()
        case .epochSeconds: return unsafe epochInteger()
        }
    }

    /// Whole seconds since 1970, perhaps with a minus sign; `%f` may follow.
    private mutating func epochInteger() -> Bool {
        let isNegative = unsafe take(UInt8(ascii: "-"))
        let value = unsafe digits(most: 18)
        guard value >= 0 else { return false }
        unsafe parts.isEpoch = true
        unsafe parts.isNegativeEpoch = isNegative
        unsafe parts.epochSeconds = Int64(isNegative ? 0 - value : value)
        return true
    }

    /// Finds the layout by the shape of the text: what is read depends on nothing but the text itself.
    ///
    /// Numbers of fewer than nine digits and dates such as 03/04/2026, whose day and month could be either,
    /// are left alone. Eight and fourteen digits are a date (ISO 8601, basic format), others count from 1970.
    mutating func anyKnown() -> Bool {
        let first = unsafe next
        if (first | 0x20) &- UInt8(ascii: "a") < 26 { return unsafe namedDate() }
        let start = unsafe at
        if first == UInt8(ascii: "-") { return unsafe epoch(unit: nil, least: 100_000_000) }
        while unsafe at < end, unsafe at.pointee &- 0x30 < 10 { unsafe at += 1 }
        let count = unsafe at - start
        let behind = unsafe next
        unsafe at = unsafe start
        switch (count, behind) {
        case (4, UInt8(ascii: "-")): return unsafe rfc3339()
        case (4, UInt8(ascii: "/")): return unsafe slashes()
        case (2, UInt8(ascii: "/")): return unsafe clf()
        case (1...2, UInt8(ascii: " ")): return unsafe rfc2822()
        case (8, 0), (8, UInt8(ascii: "T")), (8, UInt8(ascii: "t")): return unsafe rfc3339()
        case (14, _): return unsafe rfc3339()
        default: return unsafe count > 0 && epoch(unit: nil, least: 100_000_000)
        }
    }

    /// A text that begins with the name of a day or month.
    private mutating func namedDate() -> Bool {
        guard unsafe end - at > 3 else { return false }
        let start = unsafe at
        guard unsafe weekdayName() else {
            unsafe at = unsafe start
            return unsafe rfc3164()
        }
        let hasComma = unsafe next == UInt8(ascii: ",")
        unsafe at = unsafe start
        return unsafe hasComma ? rfc2822() : asctime()
    }

    /// A number since 1970, in 10^-unit seconds; without a unit its size tells which.
    ///
    /// Up to 11 digits are seconds, 14 milliseconds, 17 microseconds, more are nanoseconds. Takes what
    /// JSON calls a number, with fraction and exponent. Digits behind the nanoseconds are cut off. Below
    /// `least` it is no time.
    mutating func epoch(unit: Int?, least: UInt64 = 0) -> Bool {
        let isNegative = unsafe take(UInt8(ascii: "-"))
        var mantissa: UInt64 = 0
        var scale = 0
        let start = unsafe at
        while unsafe at < end, unsafe at.pointee &- 0x30 < 10 {
            guard mantissa < 1_000_000_000_000_000_000 else { return false }
            mantissa = unsafe mantissa &* 10 &+ UInt64(at.pointee &- 0x30)
            unsafe at += 1
        }
        guard unsafe at > start else { return false }
        if unsafe take(UInt8(ascii: ".")) {
            let point = unsafe at
            while unsafe at < end, unsafe at.pointee &- 0x30 < 10 {
                if mantissa < 1_000_000_000_000_000_000 {
                    mantissa = unsafe mantissa &* 10 &+ UInt64(at.pointee &- 0x30)
                    scale &+= 1
                }
                unsafe at += 1
            }
            guard unsafe at > point else { return false }
        }
        if unsafe next | 0x20 == UInt8(ascii: "e") {
            unsafe at += 1
            let isDown = unsafe next == UInt8(ascii: "-")
            if unsafe isDown || next == UInt8(ascii: "+") { unsafe at += 1 }
            let exponent = unsafe digits(most: 3)
            guard exponent >= 0 else { return false }
            scale &-= isDown ? 0 &- exponent : exponent
        }
        return unsafe parts.setEpoch(mantissa, scale, unit, isNegative: isNegative, least: least)
    }
}

extension TimeParts {
    /// Takes mantissa × 10^-scale units of 10^-unit seconds since 1970; false where it is below `least`.
    ///
    /// Beyond what 64 bits of seconds hold it becomes a time that is out of range.
    fileprivate mutating func setEpoch(
        _ mantissa: UInt64,
        _ scale: Int,
        _ unit: Int?,
        isNegative: Bool,
        least: UInt64
    ) -> Bool {
        isEpoch = true
        // No mantissa has more than 20 digits: what is scaled further is 0, or far out of range.
        let value = UInt128(mantissa)
        let whole = scale >= 0 ? value / Self.power(min(scale, 20)) : value * Self.power(min(-scale, 18))
        guard whole >= least else { return false }
        let unit =
            unit ?? (whole < Self.power(11) ? 0 : whole < Self.power(14) ? 3 : whole < Self.power(17) ? 6 : 9)
        fractionDigits = min(max(scale + unit, 0), 9)
        let shift = 9 - unit - scale
        guard shift <= 18 || mantissa == 0 else {
            epochSeconds = Int64.max
            return true
        }
        var total = shift >= 0 ? value * Self.power(min(shift, 18)) : value / Self.power(min(-shift, 20))
        if isNegative, shift < 0, total * Self.power(min(-shift, 20)) != value { total += 1 }
        let seconds = total / 1_000_000_000
        let rest = UInt32(total % 1_000_000_000)
        guard seconds < 1 << 62 else {
            epochSeconds = Int64.max
            return true
        }
        epochSeconds = Int64(seconds)
        nanoseconds = rest
        isNegativeEpoch = isNegative
        if isNegative { epochSeconds = 0 - epochSeconds }
        return true
    }

    /// 10^exponent, up to 20.
    @inline(__always)
    private static func power(_ exponent: Int) -> UInt128 {
        var value: UInt128 = 1
        for _ in 0..<exponent { value = value &* 10 }
        return value
    }
}
