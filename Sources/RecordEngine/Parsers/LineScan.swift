internal import CSimdjson

/// The scan of one line, from left to right: most methods take one value and move `at` behind it.
///
/// A method that returns false leaves `at` where the mistake is. Names are given as places in `symbols`.
@unsafe struct LineScan {
    /// What offsets count from.
    let base: UnsafePointer<UInt8>
    /// Where the line begins.
    let start: UnsafePointer<UInt8>
    /// One behind the last byte of the line.
    let end: UnsafePointer<UInt8>
    /// The next byte; always ≤ `end`.
    ///
    /// Behind `end` lie padding bytes that may be read.
    var at: UnsafePointer<UInt8>
    /// Where the line's fields go.
    let fields: UnsafeMutablePointer<sluice_field>
    /// The symbols of the parser's names.
    let symbols: UnsafePointer<UInt16>
    /// Fields so far.
    var count = 0

    /// Begins at the start of a line.
    @inline(__always)
    init(
        _ base: UnsafePointer<UInt8>,
        _ start: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>,
        _ fields: UnsafeMutablePointer<sluice_field>,
        _ symbols: UnsafePointer<UInt16>
    ) {
        unsafe self.base = unsafe base
        unsafe self.start = unsafe start
        unsafe self.end = unsafe end
        unsafe self.at = unsafe start
        unsafe self.fields = unsafe fields
        unsafe self.symbols = unsafe symbols
    }

    /// What became of the line.
    @inline(__always)
    func verdict(_ reason: RejectReason?) -> LineVerdict {
        guard let reason else { return unsafe .fields(count) }
        return unsafe .rejected(reason, at: at - start)
    }

    /// Bytes that are left.
    @inline(__always)
    var rest: Int { unsafe end - at }

    /// Adds a field.
    @inline(__always)
    mutating func put(
        _ name: Int,
        _ tag: Int,
        _ from: UnsafePointer<UInt8>,
        _ to: UnsafePointer<UInt8>
    ) {
        unsafe fields[count] = .named(symbols[name], tag: tag, offset: from - base, length: to - from)
        unsafe count &+= 1
    }

    /// Adds a field whose value lies in the arena.
    @inline(__always)
    mutating func putMade(_ name: Int, _ tag: Int, offset: Int, length: Int) {
        unsafe fields[count] = .named(symbols[name], tag: tag, offset: offset, length: length)
        unsafe fields[count].flags |= UInt8(SLUICE_IN_ARENA)
        unsafe count &+= 1
    }

    /// Adds text, or null where it is `-`.
    @inline(__always)
    mutating func putText(_ name: Int, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>) {
        let isDash = unsafe to - from == 1 && from.pointee == UInt8(ascii: "-")
        unsafe put(name, isDash ? SLUICE_NULL : SLUICE_TEXT, from, to)
    }

    /// Adds a number, or null where it is `-`; false where it is neither.
    @inline(__always)
    mutating func putNumber(_ name: Int, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>) -> Bool {
        if unsafe Self.isNumber(from, to) {
            unsafe put(name, SLUICE_NUMBER, from, to)
            return true
        }
        guard unsafe to - from == 1, unsafe from.pointee == UInt8(ascii: "-") else { return false }
        unsafe put(name, SLUICE_NULL, from, to)
        return true
    }

    /// Takes one byte, if it is that one.
    @inline(__always)
    mutating func skip(_ byte: UInt8) -> Bool {
        guard unsafe at < end, unsafe at.pointee == byte else { return false }
        unsafe at += 1
        return true
    }

    /// Takes an ASCII text, if it is there.
    @inline(__always)
    mutating func skip(_ text: StaticString) -> Bool {
        guard unsafe isNext(text) else { return false }
        unsafe at += text.utf8CodeUnitCount
        return true
    }

    /// Whether an ASCII text comes next.
    @inline(__always)
    func isNext(_ text: StaticString) -> Bool {
        guard unsafe rest >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where unsafe at[index] != text.utf8Start[index] {
            return false
        }
        return true
    }

    /// The end of the word that begins at `at`: a space or the line's end.
    @inline(__always)
    var wordEnd: UnsafePointer<UInt8> { unsafe sluice_find(at, end, UInt8(ascii: " ")) }

    /// Text up to a space, which is taken too, or the line's end; false where there is none.
    @inline(__always)
    mutating func word(_ name: Int) -> Bool {
        let stop = unsafe wordEnd
        guard unsafe stop > at else { return false }
        unsafe putText(name, at, stop)
        unsafe at = unsafe stop < end ? stop + 1 : stop
        return true
    }

    /// Whether a digit stands at an offset from `at`; bytes behind the line are none.
    @inline(__always)
    func isDigit(_ offset: Int) -> Bool {
        unsafe offset < rest && at[offset] &- UInt8(ascii: "0") < 10
    }

    /// Whether a byte stands at an offset from `at`.
    @inline(__always)
    func isByte(_ offset: Int, _ byte: UInt8) -> Bool { unsafe offset < rest && at[offset] == byte }

    /// Whether `dd:dd:dd` stands at an offset.
    @inline(__always)
    func isTime(_ offset: Int) -> Bool {
        unsafe offset &+ 8 <= rest && isDigit(offset) && isDigit(offset &+ 1) && at[offset &+ 2] == 0x3A
            && isDigit(offset &+ 3) && isDigit(offset &+ 4) && at[offset &+ 5] == 0x3A
            && isDigit(offset &+ 6) && isDigit(offset &+ 7)
    }

    /// Whether `dddd-dd-ddTdd:dd:dd` comes next: a timestamp of RFC 3339, section 5.6.
    @inline(__always)
    var isInternetTime: Bool {
        unsafe rest >= 19 && isDigit(0) && isDigit(3) && at[4] == UInt8(ascii: "-") && isDigit(6)
            && at[7] == UInt8(ascii: "-") && isDigit(9) && at[10] | 0x20 == UInt8(ascii: "t") && isTime(11)
    }

    /// Whether the bytes are a number of JSON (RFC 8259, section 6).
    @inline(__always)
    static func isNumber(_ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>) -> Bool {
        var at = unsafe from
        if unsafe at < to, unsafe at.pointee == UInt8(ascii: "-") { unsafe at += 1 }
        guard unsafe at < to, unsafe at.pointee &- UInt8(ascii: "0") < 10 else { return false }
        let isZero = unsafe at.pointee == UInt8(ascii: "0")
        unsafe at += 1
        while unsafe !isZero && at < to && at.pointee &- UInt8(ascii: "0") < 10 { unsafe at += 1 }
        if unsafe at == to { return true }
        switch unsafe at.pointee {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            return unsafe JSONScalar.isNumber(UnsafeBufferPointer(start: from, count: to - from))
        default: return false
        }
    }
}

extension LineScan {
    /// `method path protocol`, as three fields from `name` on.
    ///
    /// Text that does not begin with a method stands whole in the second.
    @inline(__always)
    mutating func putRequest(_ name: Int, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>) {
        var method = unsafe from
        while unsafe method < to && Self.isMethodByte(method.pointee) { unsafe method += 1 }
        guard unsafe method > from, unsafe method < to, unsafe method.pointee == UInt8(ascii: " ") else {
            unsafe put(name, SLUICE_NULL, from, from)
            if unsafe from == to {
                unsafe put(name &+ 1, SLUICE_NULL, from, from)
            } else {
                unsafe putText(name &+ 1, from, to)
            }
            unsafe put(name &+ 2, SLUICE_NULL, from, from)
            return
        }
        unsafe putText(name, from, method)
        var last = unsafe to
        while unsafe last > method, unsafe last[-1] != UInt8(ascii: " ") { unsafe last -= 1 }
        let isProtocol =
            unsafe last > method + 1 && to - last >= 5 && last.pointee == UInt8(ascii: "H")
            && last[1] == UInt8(ascii: "T") && last[2] == UInt8(ascii: "T") && last[3] == UInt8(ascii: "P")
            && last[4] == UInt8(ascii: "/")
        unsafe putText(name &+ 1, method + 1, isProtocol ? last - 1 : to)
        if isProtocol {
            unsafe putText(name &+ 2, last, to)
        } else {
            unsafe put(name &+ 2, SLUICE_NULL, to, to)
        }
    }

    /// Letters and `-`: the methods of the IANA registry (RFC 9110, section 16.1).
    @inline(__always)
    private static func isMethodByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "-")
    }

    /// `address:port`, as two fields from `name` on; the port is what follows the last colon.
    ///
    /// Brackets around an IPv6 address are left out. Text without a port stands in the first alone.
    @inline(__always)
    mutating func putAddress(_ name: Int, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>) {
        var colon = unsafe to
        while unsafe colon > from, unsafe colon[-1] != UInt8(ascii: ":") { unsafe colon -= 1 }
        guard unsafe colon > from + 1, unsafe Self.isNumber(colon, to) else {
            unsafe putText(name, from, to)
            unsafe put(name &+ 1, SLUICE_NULL, to, to)
            return
        }
        let isBracketed =
            unsafe from.pointee == UInt8(ascii: "[") && colon - from > 3 && colon[-2] == UInt8(ascii: "]")
        unsafe put(name, SLUICE_TEXT, isBracketed ? from + 1 : from, isBracketed ? colon - 2 : colon - 1)
        unsafe put(name &+ 1, SLUICE_NUMBER, colon, to)
    }
}
