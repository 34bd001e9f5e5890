internal import CSimdjson

/// A number of a record as sums and bounds take it: exact in billionths where its text allows, else a double.
///
/// Exact are numbers of at most 28 digits before the point and 9 behind it, and whole numbers up to 2^53
/// however they are written.
struct FoldedNumber {
    /// Billionths, where the number is exact.
    var units: Int128 = 0
    /// The number, where it is not exact.
    var double = 0.0
    /// Which of the two counts.
    var isExact = true

    /// Billionths of one.
    static let unit: Int128 = 1_000_000_000

    /// The number as a double: itself, or the nearest one but for a rounding.
    @inline(__always)
    var approximate: Double { isExact ? Self.double(ofUnits: units) : double }

    /// What a double makes of billionths.
    @inline(__always)
    static func double(ofUnits units: Int128) -> Double {
        if let short = Int64(exactly: units) { return Double(short) / 1e9 }
        return Double(units) / 1e9
    }

    /// Whether this one is smaller; a total order: by the doubles, and where these are equal, exact ones come
    /// first, by their billionths.
    @inline(__always)
    func isBelow(_ other: FoldedNumber) -> Bool {
        if isExact, other.isExact { return units < other.units }
        let (mine, theirs) = (approximate, other.approximate)
        if mine != theirs { return mine < theirs }
        return isExact && !other.isExact
    }

    /// Reads the text of a JSON number; nil beyond the range of doubles.
    ///
    /// Plan: digits before and behind the point are gathered in 64 bits while they fit, which they nearly
    /// always do.
    @inline(__always)
    static func read(_ text: UnsafePointer<UInt8>, count: Int) -> FoldedNumber? {
        var at = unsafe text[0] == UInt8(ascii: "-") ? 1 : 0
        let isNegative = at == 1
        var whole: UInt64 = 0
        let wholeStart = at
        while at < count, unsafe text[at] &- 48 < 10 {
            whole = unsafe whole &* 10 &+ UInt64(text[at] &- 48)
            at &+= 1
        }
        let wholeDigits = at &- wholeStart
        if wholeDigits > 18 { return unsafe readLong(text, count: count) }
        var fraction: UInt64 = 0
        if at < count {
            guard unsafe text[at] == UInt8(ascii: ".") else { return unsafe readDouble(text, count: count) }
            at &+= 1
            let start = at
            while at < count, unsafe text[at] &- 48 < 10 {
                fraction = unsafe fraction &* 10 &+ UInt64(text[at] &- 48)
                at &+= 1
            }
            if at < count || at &- start > 9 { return unsafe readLong(text, count: count) }
            for _ in at &- start..<9 { fraction &*= 10 }
        }
        let product = whole.multipliedFullWidth(by: 1_000_000_000)
        let magnitude = Int128(product.high) << 64 | Int128(product.low)
        let units = magnitude &+ Int128(fraction)
        return FoldedNumber(units: isNegative ? 0 &- units : units)
    }

    /// A number with many digits or an exponent.
    @inline(never)
    private static func readLong(_ text: UnsafePointer<UInt8>, count: Int) -> FoldedNumber? {
        var units: Int128 = 0
        var digits = 0
        var places = -1
        for index in (unsafe text[0] == UInt8(ascii: "-") ? 1 : 0)..<count {
            let byte = unsafe text[index]
            if byte == UInt8(ascii: ".") {
                places = 0
                continue
            }
            guard byte &- 48 < 10 else { return unsafe readDouble(text, count: count) }
            if places < 0 { digits += 1 } else { places += 1 }
            // A zero at the end of a fraction adds nothing that does not fit.
            if places > 9, byte == 48 { continue }
            guard digits <= 28, places <= 9 else { return unsafe readDouble(text, count: count) }
            units = units * 10 + Int128(byte &- 48)
        }
        for _ in min(max(places, 0), 9)..<9 { units *= 10 }
        return FoldedNumber(units: unsafe text[0] == UInt8(ascii: "-") ? -units : units)
    }

    @inline(never)
    private static func readDouble(_ text: UnsafePointer<UInt8>, count: Int) -> FoldedNumber? {
        let value = unsafe sluice_number_double(text, count)
        guard value.isFinite else { return nil }
        if value.magnitude <= 9_007_199_254_740_992, value == value.rounded(.towardZero) {
            return FoldedNumber(units: Int128(value) * unit)
        }
        return FoldedNumber(double: value, isExact: false)
    }

    /// Appends billionths as a decimal number without zeros at the end.
    static func append(_ units: Int128, to output: ByteBuffer) {
        if units < 0 { output.append(UInt8(ascii: "-")) }
        let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        append(whole, digits: 1, to: output)
        if rest == 0 { return }
        output.append(UInt8(ascii: "."))
        append(rest, digits: 9, to: output)
        while unsafe output.bytes[output.count - 1] == 48 { output.count -= 1 }
    }

    /// Appends a whole number with at least so many digits.
    static func append(_ number: UInt128, digits: Int, to output: ByteBuffer) {
        var text: [UInt8] = []
        var rest = number
        while rest > 0 || text.count < digits {
            text.append(48 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        for digit in text.reversed() { output.append(digit) }
    }

    /// Appends a double; null where it is none that JSON can write.
    static func append(_ value: Double, to output: ByteBuffer) {
        output.reserve(32)
        let target = unsafe (output.base + output.count).assumingMemoryBound(to: UInt8.self)
        output.count += unsafe sluice_number_text(value, target)
    }
}
