internal import CSimdjson

/// The scan of one access log line, from left to right; each method takes one field and moves `at` behind it.
@unsafe struct AccessLogScan {
    /// What offsets count from.
    let base: UnsafePointer<UInt8>
    /// The next byte; always ≤ `end`.
    ///
    /// Behind `end` lie padding bytes that may be read.
    var at: UnsafePointer<UInt8>
    /// One behind the last byte of the line.
    let end: UnsafePointer<UInt8>
    /// Where the next field goes.
    var fields: UnsafeMutablePointer<sluice_field>
    /// Its symbol.
    var symbols: UnsafePointer<UInt16>

    /// Scans the whole line; nil when it has the format.
    @inline(__always)
    mutating func line(isCombined: Bool) -> RejectReason? {
        guard unsafe word() else { return .accessClient }
        guard unsafe word() else { return .accessIdent }
        guard unsafe user() else { return .accessIdent }
        guard unsafe timestamp() else { return .accessTimestamp }
        guard unsafe request() else { return .accessRequest }
        guard unsafe space(), unsafe status() else { return .accessStatus }
        guard unsafe space(), unsafe bytes() else { return .accessBytes }
        if isCombined {
            guard unsafe space(), unsafe quoted() else { return .accessReferer }
            guard unsafe space(), unsafe quoted() else { return .accessUserAgent }
        }
        return unsafe at == end ? nil : .accessTrailing
    }

    @inline(__always)
    private mutating func put(_ tag: Int, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) {
        unsafe fields.pointee = .named(
            symbols.pointee,
            tag: Int(tag),
            offset: start - base,
            length: stop - start
        )
        unsafe fields += 1
        unsafe symbols += 1
    }

    /// Text, or null when it is `-`.
    @inline(__always)
    private mutating func putText(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) {
        let isDash = unsafe stop - start == 1 && start.pointee == UInt8(ascii: "-")
        unsafe put(isDash ? SLUICE_NULL : SLUICE_TEXT, start, stop)
    }

    @inline(__always)
    private mutating func space() -> Bool {
        guard unsafe at < end, unsafe at.pointee == UInt8(ascii: " ") else { return false }
        unsafe at += 1
        return true
    }

    /// At least one byte up to a space, and the space.
    @inline(__always)
    private mutating func word() -> Bool {
        let stop = unsafe sluice_find(at, end, UInt8(ascii: " "))
        guard unsafe stop < end, unsafe stop > at else { return false }
        unsafe putText(at, stop)
        unsafe at = unsafe stop + 1
        return true
    }

    /// A user name, which may hold spaces, up to ` [`.
    @inline(__always)
    private mutating func user() -> Bool {
        var stop = unsafe sluice_find(at, end, UInt8(ascii: " "))
        while unsafe stop < end, unsafe stop[1] != UInt8(ascii: "[") {
            unsafe stop = unsafe sluice_find(stop + 1, end, UInt8(ascii: " "))
        }
        guard unsafe stop < end, unsafe stop > at else { return false }
        unsafe putText(at, stop)
        unsafe at = unsafe stop + 1
        return true
    }

    /// `[text] `.
    @inline(__always)
    private mutating func timestamp() -> Bool {
        guard unsafe at < end, unsafe at.pointee == UInt8(ascii: "[") else { return false }
        let stop = unsafe sluice_find(at, end, UInt8(ascii: "]"))
        guard unsafe stop < end, unsafe stop - at > 1 else { return false }
        unsafe putText(at + 1, stop)
        unsafe at = unsafe stop + 1
        return unsafe space()
    }

    /// The end of the quoted text that begins at `at`: its closing quote, or nil.
    @inline(__always)
    private func closingQuote() -> UnsafePointer<UInt8>? {
        guard unsafe at < end, unsafe at.pointee == UInt8(ascii: "\"") else { return nil }
        var stop = unsafe sluice_find_quote(at + 1, end)
        while unsafe stop < end, unsafe stop.pointee == UInt8(ascii: "\\") {
            guard unsafe end - stop > 1 else { return nil }
            unsafe stop = unsafe sluice_find_quote(stop + 2, end)
        }
        return unsafe stop < end ? stop : nil
    }

    @inline(__always)
    private mutating func quoted() -> Bool {
        guard let stop = unsafe closingQuote() else { return false }
        unsafe putText(at + 1, stop)
        unsafe at = unsafe stop + 1
        return true
    }

    /// `"method path protocol"`.
    @inline(__always)
    private mutating func request() -> Bool {
        guard let stop = unsafe closingQuote() else { return false }
        let start = unsafe at + 1
        unsafe at = unsafe stop + 1
        var method = unsafe start
        while unsafe isMethodByte(method.pointee) { unsafe method += 1 }
        guard unsafe method > start, unsafe method < stop, unsafe method.pointee == UInt8(ascii: " ") else {
            unsafe put(SLUICE_NULL, start, start)
            if unsafe start == stop {
                unsafe put(SLUICE_NULL, start, start)
            } else {
                unsafe putText(start, stop)
            }
            unsafe put(SLUICE_NULL, start, start)
            return true
        }
        unsafe putText(start, method)
        var last = unsafe stop
        while unsafe last > method, unsafe last[-1] != UInt8(ascii: " ") { unsafe last -= 1 }
        let isProtocol =
            unsafe last > method + 1 && stop - last >= 5 && last.pointee == UInt8(ascii: "H")
            && last[1] == UInt8(ascii: "T") && last[2] == UInt8(ascii: "T") && last[3] == UInt8(ascii: "P")
            && last[4] == UInt8(ascii: "/")
        unsafe putText(method + 1, isProtocol ? last - 1 : stop)
        if isProtocol { unsafe putText(last, stop) } else { unsafe put(SLUICE_NULL, stop, stop) }
        return true
    }

    /// Letters and `-`: the methods of the IANA registry (RFC 9110, section 16.1).
    @inline(__always)
    private func isMethodByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "-")
    }

    /// Exactly three digits, or `-`.
    @inline(__always)
    private mutating func status() -> Bool {
        let start = unsafe at
        guard unsafe bytes() else { return false }
        return unsafe at - start == 3 || start.pointee == UInt8(ascii: "-")
    }

    /// Digits, or `-`.
    ///
    /// Leading zeros, which JSON has not (RFC 8259, section 6), are left out.
    @inline(__always)
    private mutating func bytes() -> Bool {
        var start = unsafe at
        while unsafe at < end, unsafe at.pointee &- UInt8(ascii: "0") < 10 { unsafe at += 1 }
        if unsafe at == start {
            guard unsafe at < end, unsafe at.pointee == UInt8(ascii: "-") else { return false }
            unsafe at += 1
            unsafe put(SLUICE_NULL, start, at)
            return true
        }
        while unsafe at - start > 1, unsafe start.pointee == UInt8(ascii: "0") { unsafe start += 1 }
        unsafe put(SLUICE_NUMBER, start, at)
        return true
    }
}
