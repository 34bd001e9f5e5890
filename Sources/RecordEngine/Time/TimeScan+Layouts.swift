extension TimeScan {
    /// Reads one layout from the start to the end of the text.
    @inline(__always)
    mutating func layout(_ layout: borrowing TimeLayout) -> Bool {
        switch layout.name {
        case .rfc3339, .iso8601: unsafe rfc3339() && isAtEnd
        case .clf: unsafe clf() && isAtEnd
        case .rfc3164: unsafe rfc3164() && isAtEnd
        case .rfc2822: unsafe rfc2822() && isAtEnd
        case .auto: unsafe anyKnown() && isAtEnd
        case .epoch: unsafe epoch(unit: nil) && isAtEnd
        case .epochSeconds: unsafe epoch(unit: 0) && isAtEnd
        case .epochMilliseconds: unsafe epoch(unit: 3) && isAtEnd
        case .epochMicroseconds: unsafe epoch(unit: 6) && isAtEnd
        case .epochNanoseconds: unsafe epoch(unit: 9) && isAtEnd
        case nil: unsafe layout.items.withUnsafeBufferPointer { unsafe pattern($0) } && isAtEnd
        }
    }

    /// `2026-11-21T03:07:00.123456Z` and what logs make of it.
    ///
    /// A space or `t` for the `T`, a comma for the point, no seconds, no zone, no time, a zone behind a space
    /// (`+0000`, `UTC`), and ISO 8601's basic format without hyphens and colons.
    mutating func rfc3339() -> Bool {
        unsafe parts.year = four()
        guard unsafe parts.year >= 0 else { return false }
        guard unsafe take(UInt8(ascii: "-")) else { return unsafe basic() }
        unsafe parts.month = two()
        guard unsafe parts.month >= 0, unsafe take(UInt8(ascii: "-")) else { return false }
        unsafe parts.day = two()
        guard unsafe parts.day >= 0 else { return false }
        if unsafe isAtEnd { return true }
        guard unsafe next | 0x20 == UInt8(ascii: "t") || next == UInt8(ascii: " ") else { return false }
        unsafe at += 1
        return unsafe clockAndZone()
    }

    /// `HH:MM[:SS[.fraction]]` and a zone, with or without a space between.
    @inline(__always)
    private mutating func clockAndZone() -> Bool {
        unsafe parts.hour = two()
        guard unsafe parts.hour >= 0, unsafe take(UInt8(ascii: ":")) else { return false }
        unsafe parts.minute = two()
        guard unsafe parts.minute >= 0 else { return false }
        if unsafe take(UInt8(ascii: ":")) {
            unsafe parts.second = two()
            guard unsafe parts.second >= 0, unsafe optionalFraction() else { return false }
        }
        return unsafe optionalZone()
    }

    @inline(__always)
    private mutating func optionalZone() -> Bool {
        if unsafe isAtEnd { return true }
        return unsafe blanks() ? namedZone() : numericZone()
    }

    /// `20261121`, `20261121T030700Z`, `20261121T0307`; the year is read.
    private mutating func basic() -> Bool {
        unsafe parts.month = two()
        unsafe parts.day = two()
        guard unsafe parts.month >= 0, unsafe parts.day >= 0 else { return false }
        if unsafe isAtEnd { return true }
        if unsafe next | 0x20 == UInt8(ascii: "t") { unsafe at += 1 }
        unsafe parts.hour = two()
        unsafe parts.minute = two()
        guard unsafe parts.hour >= 0, unsafe parts.minute >= 0 else { return false }
        if unsafe next &- 0x30 < 10 {
            unsafe parts.second = two()
            guard unsafe parts.second >= 0, unsafe optionalFraction() else { return false }
        }
        return unsafe optionalZone()
    }

    /// `10/Oct/2000:13:55:36 -0700`; the zone may be missing.
    mutating func clf() -> Bool {
        unsafe parts.day = two()
        guard unsafe parts.day >= 0, unsafe take(UInt8(ascii: "/")), unsafe monthName(),
            unsafe take(UInt8(ascii: "/"))
        else { return false }
        unsafe parts.year = four()
        guard unsafe parts.year >= 0, unsafe take(UInt8(ascii: ":")), unsafe clock(),
            unsafe optionalFraction()
        else { return false }
        return unsafe isAtEnd || (blanks() && numericZone())
    }

    /// `Oct 11 22:14:15`, also with a year before the hour (Cisco) and with a fraction.
    mutating func rfc3164() -> Bool {
        guard unsafe monthName(), unsafe blanks() else { return false }
        unsafe parts.day = digits(most: 2)
        guard unsafe parts.day >= 0, unsafe blanks() else { return false }
        if unsafe end - at > 4, unsafe at[4] == UInt8(ascii: " ") {
            unsafe parts.year = four()
            guard unsafe parts.year >= 0, unsafe blanks() else { return false }
        }
        return unsafe clock() && optionalFraction()
    }

    /// `Sat, 21 Nov 2026 03:07:00 +0000 (UTC)`; the day's name, the seconds and the comment may be missing,
    /// a year may have two or three digits (RFC 5322 section 4.3).
    mutating func rfc2822() -> Bool {
        if unsafe next &- 0x30 > 9 {
            guard unsafe weekdayName(), unsafe take(UInt8(ascii: ",")) else { return false }
            _ = unsafe blanks()
        }
        unsafe parts.day = digits(most: 2)
        guard unsafe parts.day >= 0, unsafe blanks(), unsafe monthName(), unsafe blanks() else {
            return false
        }
        let start = unsafe at
        let year = unsafe digits(most: 4)
        switch unsafe at - start {
        case 4: unsafe parts.year = year
        case 3: unsafe parts.year = year + 1_900
        case 2: unsafe parts.year = year < 50 ? year + 2_000 : year + 1_900
        default: return false
        }
        guard unsafe blanks() else { return false }
        unsafe parts.hour = two()
        guard unsafe parts.hour >= 0, unsafe take(UInt8(ascii: ":")) else { return false }
        unsafe parts.minute = two()
        guard unsafe parts.minute >= 0 else { return false }
        if unsafe take(UInt8(ascii: ":")) {
            unsafe parts.second = two()
            guard unsafe parts.second >= 0 else { return false }
        }
        guard unsafe blanks(), unsafe namedZone() else { return false }
        if unsafe blanks(), unsafe next == UInt8(ascii: "("), unsafe (end - 1).pointee == UInt8(ascii: ")") {
            unsafe at = unsafe end
        }
        return true
    }

    /// `Wed Oct 11 14:32:52.123456 2000` (C's asctime, Apache's error log), also with a zone before the year
    /// (the command `date`).
    mutating func asctime() -> Bool {
        guard unsafe weekdayName(), unsafe blanks(), unsafe monthName(), unsafe blanks() else { return false }
        unsafe parts.day = digits(most: 2)
        guard unsafe parts.day >= 0, unsafe blanks(), unsafe clock(), unsafe optionalFraction(),
            unsafe blanks()
        else { return false }
        if unsafe next &- 0x30 > 9 {
            guard unsafe namedZone(), unsafe blanks() else { return false }
        }
        unsafe parts.year = four()
        return unsafe parts.year >= 0
    }

    /// `2026/11/21 03:07:00` (nginx's error log, Go's log).
    mutating func slashes() -> Bool {
        unsafe parts.year = four()
        guard unsafe parts.year >= 0, unsafe take(UInt8(ascii: "/")) else { return false }
        unsafe parts.month = two()
        guard unsafe parts.month >= 0, unsafe take(UInt8(ascii: "/")) else { return false }
        unsafe parts.day = two()
        guard unsafe parts.day >= 0 else { return false }
        if unsafe isAtEnd { return true }
        return unsafe blanks() && clockAndZone()
    }
}
