internal import CSimdjson

/// The scan of one syslog line.
@unsafe struct SyslogScan {
    /// The places of the names in the spec.
    private enum Field {
        static let pri = 0
        static let facility = 1
        static let severity = 2
        static let timestamp = 3
        static let hostname = 4
        static let appName = 5
        static let procId = 6
        static let msgId = 7
        static let structuredData = 8
        static let message = 9
    }

    /// The line and its fields.
    var line: LineScan
    /// Where structured data goes.
    let arena: ByteBuffer
    /// Where each name of `SyslogNames` begins, counted from the first.
    let names: UnsafePointer<Int>
    /// Where the first of them lies in the arena.
    let namesOffset: Int

    /// Scans the line; nil when it is syslog.
    @inline(__always)
    mutating func scan() -> RejectReason? {
        var hasPriority = false
        if unsafe line.at.pointee == UInt8(ascii: "<") {
            guard unsafe priority() else { return .syslogPriority }
            hasPriority = true
            if unsafe line.isByte(0, UInt8(ascii: "1")), unsafe line.isByte(1, UInt8(ascii: " ")) {
                unsafe line.at += 2
                return unsafe modern()
            }
        }
        return unsafe traditional(hasPriority: hasPriority)
    }

    /// `<0>` to `<191>`.
    @inline(__always)
    private mutating func priority() -> Bool {
        let from = unsafe line.at + 1
        var value = 0
        var digits = 0
        while unsafe digits < 3 && line.isDigit(digits &+ 1) {
            value = unsafe value &* 10 &+ Int(from[digits] &- UInt8(ascii: "0"))
            digits &+= 1
        }
        guard digits > 0, value < 192, unsafe line.isByte(digits &+ 1, UInt8(ascii: ">")) else {
            return false
        }
        guard unsafe digits == 1 || from.pointee != UInt8(ascii: "0") else { return false }
        unsafe line.put(Field.pri, SLUICE_NUMBER, from, from + digits)
        unsafe putName(Field.facility, value >> 3)
        unsafe putName(Field.severity, SyslogNames.facilityCount &+ value & 7)
        unsafe line.at += digits &+ 2
        return true
    }

    @inline(__always)
    private mutating func putName(_ field: Int, _ name: Int) {
        let from = unsafe names[name]
        unsafe line.putMade(
            field,
            SLUICE_STRING,
            offset: namesOffset &+ from,
            length: names[name &+ 1] &- from
        )
    }

    /// RFC 5424, section 6, behind the version.
    @inline(__always)
    private mutating func modern() -> RejectReason? {
        guard unsafe line.isDigit(0) || line.isByte(0, UInt8(ascii: "-")), unsafe line.word(Field.timestamp)
        else { return .logTimestamp }
        guard unsafe line.word(Field.hostname) else { return .syslogHeader }
        guard unsafe line.word(Field.appName) else { return .syslogHeader }
        guard unsafe line.word(Field.procId) else { return .syslogHeader }
        guard unsafe line.word(Field.msgId) else { return .syslogHeader }
        guard unsafe structuredData() else { return .syslogStructuredData }
        if unsafe line.rest == 0 {
            unsafe line.put(Field.message, SLUICE_NULL, line.end, line.end)
            return nil
        }
        guard unsafe line.skip(UInt8(ascii: " ")) else { return .syslogStructuredData }
        if unsafe line.isByte(0, 0xEF) && line.isByte(1, 0xBB) && line.isByte(2, 0xBF) {
            unsafe line.at += 3
        }
        unsafe line.put(Field.message, SLUICE_TEXT, line.at, line.end)
        return nil
    }

    /// Section 6.3.
    @inline(__always)
    private mutating func structuredData() -> Bool {
        if unsafe line.skip(UInt8(ascii: "-")) {
            unsafe line.put(Field.structuredData, SLUICE_NULL, line.at - 1, line.at)
            return true
        }
        // An escaped byte needs six at most (RFC 8259, section 7), an empty element four more than it has.
        unsafe arena.reserve(line.rest &* 6 &+ ByteBuffer.padding)
        let offset = unsafe arena.count
        var length = 0
        let target = unsafe (arena.base + offset).assumingMemoryBound(to: UInt8.self)
        var stop = unsafe line.at
        let isRead = unsafe sluice_structured_data(line.at, line.end, &stop, target, &length)
        unsafe line.at = unsafe stop
        guard isRead else { return false }
        unsafe arena.count &+= length
        unsafe line.putMade(Field.structuredData, SLUICE_COMPOSITE, offset: offset, length: length)
        return true
    }

    /// RFC 3164, section 4.1, and what daemons write.
    @inline(__always)
    private mutating func traditional(hasPriority: Bool) -> RejectReason? {
        let length = unsafe line.isInternetTime ? line.wordEnd - line.at : traditionalTime()
        guard length > 0 else {
            guard hasPriority else { return .logTimestamp }
            unsafe content()
            return nil
        }
        unsafe line.put(Field.timestamp, SLUICE_TEXT, line.at, line.at + length)
        unsafe line.at += length
        // Cisco IOS ends its timestamps with a colon.
        _ = unsafe line.skip(UInt8(ascii: ":"))
        if unsafe line.rest == 0 {
            unsafe content()
            return nil
        }
        guard unsafe line.skip(UInt8(ascii: " ")) else { return .logTimestamp }
        let stop = unsafe line.wordEnd
        if unsafe stop > line.at, unsafe !isTag(stop) {
            unsafe line.putText(Field.hostname, line.at, stop)
            unsafe line.at = unsafe stop
            _ = unsafe line.skip(UInt8(ascii: " "))
        }
        unsafe content()
        return nil
    }

    /// Whether the word that ends at `stop` is `app:` or `app[pid]:`, and no host name.
    @inline(__always)
    private func isTag(_ stop: UnsafePointer<UInt8>) -> Bool {
        switch unsafe stop[-1] {
        case UInt8(ascii: ":"): true
        case UInt8(ascii: "]"):
            unsafe line.at.pointee != UInt8(ascii: "[")
                && sluice_find(line.at, stop, UInt8(ascii: "[")) < stop
        default: false
        }
    }

    /// The length of `Mmm dd hh:mm:ss`, with a year behind the day and a fraction where they are; 0 where
    /// that is not.
    @inline(__always)
    private func traditionalTime() -> Int {
        guard unsafe line.rest >= 14, unsafe Self.isMonth(line.at), unsafe line.at[3] == 0x20 else {
            return 0
        }
        var offset = unsafe line.at[4] == 0x20 ? 5 : 4
        guard unsafe line.isDigit(offset) else { return 0 }
        offset &+= unsafe line.isDigit(offset &+ 1) ? 2 : 1
        guard unsafe line.isByte(offset, 0x20) else { return 0 }
        offset &+= 1
        if unsafe line.isDigit(offset &+ 2) && line.isDigit(offset &+ 3) && line.isByte(offset &+ 4, 0x20) {
            offset &+= 5
        }
        guard unsafe line.isTime(offset) else { return 0 }
        offset &+= 8
        if unsafe line.isByte(offset, UInt8(ascii: ".")) && line.isDigit(offset &+ 1) {
            offset &+= 1
            while unsafe line.isDigit(offset) { offset &+= 1 }
        }
        return offset
    }

    /// The English abbreviations of RFC 3164, section 4.1.2.
    @inline(__always)
    private static func isMonth(_ at: UnsafePointer<UInt8>) -> Bool {
        switch unsafe (at[0], at[1], at[2]) {
        case (0x4A, 0x61, 0x6E), (0x46, 0x65, 0x62), (0x4D, 0x61, 0x72), (0x41, 0x70, 0x72),
            (0x4D, 0x61, 0x79), (0x4A, 0x75, 0x6E), (0x4A, 0x75, 0x6C), (0x41, 0x75, 0x67),
            (0x53, 0x65, 0x70), (0x4F, 0x63, 0x74), (0x4E, 0x6F, 0x76), (0x44, 0x65, 0x63):
            true
        default: false
        }
    }

    /// `app[pid]: message`, `app: message`, or a message alone.
    @inline(__always)
    private mutating func content() {
        let from = unsafe line.at
        var stop = unsafe from
        while unsafe stop < line.end {
            let byte = unsafe stop.pointee
            if byte == 0x20 || byte == UInt8(ascii: "[") { break }
            if byte == UInt8(ascii: ":"), unsafe stop + 1 == line.end || stop[1] == 0x20 { break }
            unsafe stop += 1
        }
        if unsafe stop > from, unsafe stop < line.end, unsafe stop.pointee != 0x20 {
            var after = unsafe stop
            if unsafe stop.pointee == UInt8(ascii: "[") {
                unsafe after = unsafe processId(stop)
            } else {
                unsafe line.put(Field.appName, SLUICE_TEXT, from, stop)
            }
            if unsafe after > stop || stop.pointee == UInt8(ascii: ":") {
                unsafe line.at = unsafe after
                _ = unsafe line.skip(UInt8(ascii: ":"))
                _ = unsafe line.skip(UInt8(ascii: " "))
            }
        }
        unsafe line.put(Field.message, SLUICE_TEXT, line.at, line.end)
    }

    /// `[pid]`, with the name in front of it; returns what follows, or `bracket` where that is not.
    @inline(__always)
    private mutating func processId(_ bracket: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        let close = unsafe sluice_find(bracket, line.end, UInt8(ascii: "]"))
        let space = unsafe sluice_find(bracket, line.end, 0x20)
        guard unsafe close < space, unsafe close > bracket + 1 else { return unsafe bracket }
        unsafe line.put(Field.appName, SLUICE_TEXT, line.at, bracket)
        unsafe line.putText(Field.procId, bracket + 1, close)
        return unsafe close + 1
    }
}
