/// Reads numbers, sizes and durations of a text, from left to right.
///
/// `at` is always ≤ `end`. Writers return how many bytes they wrote, at most 128, or 0 where the text does
/// not fit.
@unsafe struct ValueScan {
    /// The next byte.
    var at: UnsafePointer<UInt8>
    /// One behind the last byte.
    var end: UnsafePointer<UInt8>

    /// Most digits that a number may be written with.
    static let maximumDigits = 100

    /// Begins at the start of a text.
    @inline(__always)
    init(_ start: UnsafePointer<UInt8>, count: Int) {
        unsafe at = unsafe start
        unsafe end = unsafe start + count
    }

    /// Whether all text was read.
    @inline(__always)
    var isAtEnd: Bool { unsafe at == end }

    /// The next byte, or 0 at the end.
    @inline(__always)
    var next: UInt8 { unsafe at < end ? at.pointee : 0 }

    /// Takes white space away on both sides.
    @inline(__always)
    mutating func trim() {
        while unsafe at < end, unsafe isBlank(at.pointee) { unsafe at += 1 }
        while unsafe at < end, unsafe isBlank((end - 1).pointee) { unsafe end -= 1 }
    }

    /// Takes one byte, a letter in either case.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        let isLetter = byte &- UInt8(ascii: "a") < 26
        guard unsafe at < end, unsafe (isLetter ? at.pointee | 0x20 : at.pointee) == byte else {
            return false
        }
        unsafe at += 1
        return true
    }

    /// Passes digits; how many there are.
    @inline(__always)
    mutating func digits() -> Int {
        let start = unsafe at
        while unsafe at < end, unsafe at.pointee &- 0x30 < 10 { unsafe at += 1 }
        return unsafe at - start
    }

    /// Passes a word of letters, the micro sign among them.
    mutating func word() -> UnsafeBufferPointer<UInt8> {
        let start = unsafe at
        while unsafe at < end, unsafe (at.pointee | 0x20) &- UInt8(ascii: "a") < 26 || at.pointee >= 0x80 {
            unsafe at += 1
        }
        return unsafe UnsafeBufferPointer(start: start, count: at - start)
    }

    /// true, yes, on, y, t, 1 and their opposites, in any case.
    func bool() -> Bool? {
        let count = unsafe end - at
        guard count > 0, count <= 5 else { return nil }
        var letters: UInt64 = 0
        for place in 0..<count { letters = unsafe (letters << 8) | UInt64(at[place] | 0x20) }
        let first = unsafe at.pointee
        if count == 1, first == UInt8(ascii: "0") || first == UInt8(ascii: "1") {
            return first == UInt8(ascii: "1")
        }
        for place in 0..<count where unsafe (at[place] | 0x20) &- UInt8(ascii: "a") >= 26 { return nil }
        switch letters {
        case PackedWord.of("true"), PackedWord.of("yes"), PackedWord.of("on"), PackedWord.of("y"),
            PackedWord.of("t"):
            return true
        case PackedWord.of("false"), PackedWord.of("no"), PackedWord.of("off"), PackedWord.of("n"),
            PackedWord.of("f"):
            return false
        default: return nil
        }
    }

    /// The text as a slice where it is a JSON number already: with `isWhole` one without a fraction, and not
    /// `-0`.
    @inline(__always)
    func plainNumber(isWhole: Bool) -> (start: UnsafePointer<UInt8>, count: Int)? {
        var scan = unsafe self
        let isNegative = unsafe scan.take(UInt8(ascii: "-"))
        let first = unsafe scan.at
        let count = unsafe scan.digits()
        guard count > 0, unsafe first.pointee != UInt8(ascii: "0") || count == 1 else { return nil }
        if isWhole {
            guard unsafe scan.isAtEnd, unsafe !(isNegative && first.pointee == UInt8(ascii: "0")) else {
                return nil
            }
            return unsafe (at, end - at)
        }
        if unsafe scan.take(UInt8(ascii: ".")), unsafe scan.digits() == 0 { return nil }
        if unsafe scan.take(UInt8(ascii: "e")) {
            if unsafe !scan.take(UInt8(ascii: "+")) { _ = unsafe scan.take(UInt8(ascii: "-")) }
            if unsafe scan.digits() == 0 { return nil }
        }
        return unsafe scan.isAtEnd ? (at, end - at) : nil
    }

    /// A number in a form that JSON does not have: `+1`, `007.5`, `.5`, `5.`; its digits stay.
    mutating func number(to target: UnsafeMutablePointer<UInt8>) -> Int {
        guard unsafe end - at <= Self.maximumDigits else { return 0 }
        var out = unsafe target
        unsafe sign(&out)
        let whole = unsafe at
        let wholeCount = unsafe digits()
        unsafe put(whole, wholeCount, leadingZeros: false, &out)
        var fractionCount = 0
        if unsafe take(UInt8(ascii: ".")) {
            let fraction = unsafe at
            fractionCount = unsafe digits()
            if fractionCount > 0 {
                unsafe out.pointee = UInt8(ascii: ".")
                unsafe out += 1
                unsafe put(fraction, fractionCount, leadingZeros: true, &out)
            }
        }
        guard wholeCount + fractionCount > 0 else { return 0 }
        if unsafe take(UInt8(ascii: "e")) {
            unsafe out.pointee = UInt8(ascii: "e")
            unsafe out += 1
            unsafe sign(&out)
            let exponent = unsafe at
            let count = unsafe digits()
            guard count > 0 else { return 0 }
            unsafe put(exponent, count, leadingZeros: true, &out)
        }
        return unsafe isAtEnd ? out - target : 0
    }

    /// A whole number: decimal with any sign and leading zeros, `0x1f`, or with a fraction and an exponent
    /// that leave it whole (`1.50e2`).
    ///
    /// Decimal digits beyond 64 bits stay.
    mutating func wholeNumber(to target: UnsafeMutablePointer<UInt8>) -> Int {
        guard unsafe end - at <= Self.maximumDigits else { return 0 }
        var out = unsafe target
        unsafe sign(&out)
        if unsafe next == UInt8(ascii: "0"), unsafe end - at > 2, unsafe at[1] | 0x20 == UInt8(ascii: "x") {
            unsafe at += 2
            return unsafe hexadecimal(target, out)
        }
        let start = unsafe out
        let whole = unsafe at
        let wholeCount = unsafe digits()
        unsafe put(whole, wholeCount, leadingZeros: true, &out)
        var scale = 0
        if unsafe take(UInt8(ascii: ".")) {
            let fraction = unsafe at
            scale = unsafe digits()
            unsafe put(fraction, scale, leadingZeros: true, &out)
        }
        guard wholeCount + scale > 0, let exponent = unsafe exponent(), unsafe isAtEnd else { return 0 }
        // What is behind the point has to be zeros.
        var shift = exponent - scale
        while shift < 0 {
            if unsafe out == start { break }
            guard unsafe (out - 1).pointee == UInt8(ascii: "0") else { return 0 }
            unsafe out -= 1
            shift += 1
        }
        let isZero = unsafe UnsafeBufferPointer(start: start, count: out - start).allSatisfy { $0 == 0x30 }
        if isZero {
            unsafe target.pointee = UInt8(ascii: "0")
            return 1
        }
        guard unsafe shift <= Self.maximumDigits - (out - target) else { return 0 }
        while shift > 0 {
            unsafe out.pointee = UInt8(ascii: "0")
            unsafe out += 1
            shift -= 1
        }
        return unsafe withoutLeadingZeros(target, start, out)
    }

    /// `e+10`, or 0 where there is none; nil where it is malformed or absurd.
    private mutating func exponent() -> Int? {
        guard unsafe take(UInt8(ascii: "e")) else { return 0 }
        let isNegative = unsafe take(UInt8(ascii: "-"))
        if !isNegative { _ = unsafe take(UInt8(ascii: "+")) }
        var value = 0
        let start = unsafe at
        while unsafe at < end, unsafe at.pointee &- 0x30 < 10 {
            value = unsafe min(value * 10 + Int(at.pointee - 0x30), 10_000)
            unsafe at += 1
        }
        return unsafe at == start ? nil : isNegative ? -value : value
    }

    private mutating func hexadecimal(
        _ target: UnsafeMutablePointer<UInt8>,
        _ from: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var value: UInt64 = 0
        while unsafe at < end {
            let byte = unsafe at.pointee
            let letter = (byte | 0x20) &- UInt8(ascii: "a")
            let digit = byte &- 0x30 < 10 ? byte &- 0x30 : letter < 6 ? letter + 10 : 16
            guard digit < 16, value >> 60 == 0 else { return 0 }
            value = value << 4 | UInt64(digit)
            unsafe at += 1
        }
        if value == 0 {
            unsafe target.pointee = UInt8(ascii: "0")
            return 1
        }
        return unsafe (from - target) + DecimalText.write(UInt128(value), places: 0, to: from)
    }
}

extension ValueScan {
    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

    /// A minus sign is written, a plus sign passed.
    private mutating func sign(_ out: inout UnsafeMutablePointer<UInt8>) {
        if unsafe take(UInt8(ascii: "+")) { return }
        if unsafe take(UInt8(ascii: "-")) {
            unsafe out.pointee = UInt8(ascii: "-")
            unsafe out += 1
        }
    }

    /// Copies digits; without leading zeros at least one stays.
    private func put(
        _ digits: UnsafePointer<UInt8>,
        _ count: Int,
        leadingZeros: Bool,
        _ out: inout UnsafeMutablePointer<UInt8>
    ) {
        var from = 0
        if !leadingZeros {
            while from + 1 < count, unsafe digits[from] == 0x30 { from += 1 }
            if count == 0 {
                unsafe out.pointee = 0x30
                unsafe out += 1
            }
        }
        for place in from..<max(from, count) {
            unsafe out.pointee = unsafe digits[place]
            unsafe out += 1
        }
    }

    /// Closes the gap of leading zeros; the number is not zero.
    private func withoutLeadingZeros(
        _ target: UnsafeMutablePointer<UInt8>,
        _ start: UnsafeMutablePointer<UInt8>,
        _ out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var from = unsafe start
        while unsafe from < out, unsafe from.pointee == 0x30 { unsafe from += 1 }
        let count = unsafe out - from
        for place in 0..<count { unsafe start[place] = unsafe from[place] }
        return unsafe start + count - target
    }
}

/// Words of at most eight letters as numbers, to be compared at once.
enum PackedWord {
    /// The letters, the last one lowest.
    @inline(__always)
    static func of(_ word: StaticString) -> UInt64 {
        var letters: UInt64 = 0
        for place in 0..<word.utf8CodeUnitCount {
            letters = unsafe (letters << 8) | UInt64(word.utf8Start[place])
        }
        return letters
    }
}
