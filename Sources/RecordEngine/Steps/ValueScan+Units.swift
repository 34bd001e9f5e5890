/// Writes numbers as decimal text.
enum DecimalText {
    /// Writes value × 10^-places without zeros at the end of the fraction; how many bytes, at most 45.
    static func write(_ value: UInt128, places: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var value = value
        var places = places
        while places > 0, value % 10 == 0 {
            value /= 10
            places -= 1
        }
        var count = 1
        var rest = value / 10
        while rest > 0 {
            count += 1
            rest /= 10
        }
        count = max(count, places + 1)
        let length = places > 0 ? count + 1 : count
        rest = value
        for place in stride(from: length - 1, through: 0, by: -1) {
            if places > 0, place == length - 1 - places {
                unsafe target[place] = UInt8(ascii: ".")
                continue
            }
            unsafe target[place] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
        return length
    }
}

extension ValueScan {
    /// `12 KiB`, `3MB`, `1.5g`, `1024`: the number of bytes, rounded to the nearest.
    ///
    /// KB, MB, … are powers of 1000, KiB and K, MiB and M, … of 1024, as in the sizes of GNU coreutils
    /// (gnu.org/software/coreutils/manual, "Block size").
    mutating func byteCount(to target: UnsafeMutablePointer<UInt8>) -> Int {
        guard let (mantissa, scale) = unsafe decimal() else { return 0 }
        while unsafe next == 0x20 { unsafe at += 1 }
        var factor: UInt128 = 1
        if unsafe !isAtEnd {
            guard let unit = unsafe byteUnit() else { return 0 }
            factor = unit
        }
        guard unsafe isAtEnd else { return 0 }
        var divisor: UInt128 = 1
        for _ in 0..<scale { divisor *= 10 }
        let value = (mantissa * factor * 2 + divisor) / (divisor * 2)
        return unsafe DecimalText.write(value, places: 0, to: target)
    }

    private mutating func byteUnit() -> UInt128? {
        let power: Int
        switch unsafe next | 0x20 {
        case UInt8(ascii: "k"): power = 1
        case UInt8(ascii: "m"): power = 2
        case UInt8(ascii: "g"): power = 3
        case UInt8(ascii: "t"): power = 4
        case UInt8(ascii: "p"): power = 5
        case UInt8(ascii: "e"): power = 6
        default:
            if unsafe take(UInt8(ascii: "b")) {
                _ =
                    unsafe take(UInt8(ascii: "y")) && take(UInt8(ascii: "t")) && take(UInt8(ascii: "e"))
                    && take(UInt8(ascii: "s"))
                return 1
            }
            return nil
        }
        unsafe at += 1
        let isBinary = unsafe take(UInt8(ascii: "i"))
        let hasB = unsafe take(UInt8(ascii: "b"))
        let step: UInt128 = isBinary || !hasB ? 1_024 : 1_000
        return (0..<power).reduce(UInt128(1)) { product, _ in product * step }
    }

    /// `1m30s`, `250 ms`, `1.5h`, `-2d`, `PT5M`, or a number of the unit asked for.
    ///
    /// The result is exact, in units of 10^places nanoseconds; an hour has 3,600 seconds and a day 24 hours.
    mutating func duration(places: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var out = unsafe target
        if unsafe take(UInt8(ascii: "-")) {
            unsafe out.pointee = UInt8(ascii: "-")
            unsafe out += 1
        } else {
            _ = unsafe take(UInt8(ascii: "+"))
        }
        let isISO = unsafe take(UInt8(ascii: "p"))
        // Units of 10^-18 seconds.
        guard let total = unsafe isISO ? isoDuration() : unitDuration(places) else { return 0 }
        if total == 0 {
            unsafe target.pointee = UInt8(ascii: "0")
            return 1
        }
        return unsafe (out - target) + DecimalText.write(total, places: places + 9, to: out)
    }

    private mutating func unitDuration(_ places: Int) -> UInt128? {
        var total: UInt128 = 0
        var isFirst = true
        while unsafe isFirst || !isAtEnd {
            guard let (mantissa, scale) = unsafe decimal() else { return nil }
            while unsafe next == 0x20 { unsafe at += 1 }
            let name = unsafe word()
            if name.count == 0 {
                guard isFirst, unsafe isAtEnd else { return nil }
                return DurationUnit.attoseconds(mantissa, scale, DurationUnit.power(places))
            }
            guard let unit = unsafe DurationUnit.nanoseconds(name),
                let part = DurationUnit.attoseconds(mantissa, scale, unit),
                let sum = DurationUnit.sum(total, part)
            else { return nil }
            total = sum
            while unsafe next == 0x20 { unsafe at += 1 }
            isFirst = false
        }
        return total
    }

    /// ISO 8601 section 4.4.3.2 without years and months, whose length nobody knows: `P1DT2H30.5M`.
    private mutating func isoDuration() -> UInt128? {
        var total: UInt128 = 0
        var isTime = false
        var hasPart = false
        while unsafe !isAtEnd {
            if unsafe take(UInt8(ascii: "t")) {
                guard !isTime, unsafe !isAtEnd else { return nil }
                isTime = true
                continue
            }
            guard let (mantissa, scale) = unsafe decimal() else { return nil }
            let letter = unsafe next | 0x20
            unsafe at += unsafe isAtEnd ? 0 : 1
            let seconds: UInt128
            switch (letter, isTime) {
            case (UInt8(ascii: "w"), false): seconds = 604_800
            case (UInt8(ascii: "d"), false): seconds = 86_400
            case (UInt8(ascii: "h"), true): seconds = 3_600
            case (UInt8(ascii: "m"), true): seconds = 60
            case (UInt8(ascii: "s"), true): seconds = 1
            default: return nil
            }
            guard let part = DurationUnit.attoseconds(mantissa, scale, seconds * 1_000_000_000),
                let sum = DurationUnit.sum(total, part)
            else { return nil }
            total = sum
            hasPart = true
        }
        return hasPart ? total : nil
    }

    /// Digits with a point: the number is mantissa × 10^-scale.
    private mutating func decimal() -> (mantissa: UInt128, scale: Int)? {
        var mantissa: UInt128 = 0
        var scale = 0
        var count = 0
        var hasPoint = false
        let start = unsafe at
        while unsafe at < end {
            let byte = unsafe at.pointee
            if byte &- 0x30 < 10 {
                guard count < DurationUnit.maximumDigits || (mantissa == 0 && byte == 0x30) else {
                    return nil
                }
                mantissa = mantissa * 10 + UInt128(byte - 0x30)
                count += mantissa == 0 && !hasPoint ? 0 : 1
                scale += hasPoint ? 1 : 0
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break
            }
            guard scale <= DurationUnit.maximumDigits else { return nil }
            unsafe at += 1
        }
        let last = unsafe at == start ? 0 : (at - 1).pointee
        return (count > 0 || last == 0x30) && last != UInt8(ascii: ".") ? (mantissa, scale) : nil
    }
}
