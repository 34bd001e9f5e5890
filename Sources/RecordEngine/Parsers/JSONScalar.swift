internal import CSimdjson

/// What a few bytes are by the grammar of RFC 8259, outside JSON text.
enum JSONScalar {
    /// The tag of a bare value: number, true, false, null or text.
    static func tag(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let first = unsafe bytes.first else { return SLUICE_TEXT }
        switch first {
        case UInt8(ascii: "t"): return unsafe bytes.elementsEqual("true".utf8) ? SLUICE_TRUE : SLUICE_TEXT
        case UInt8(ascii: "f"): return unsafe bytes.elementsEqual("false".utf8) ? SLUICE_FALSE : SLUICE_TEXT
        case UInt8(ascii: "n"): return unsafe bytes.elementsEqual("null".utf8) ? SLUICE_NULL : SLUICE_TEXT
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            return unsafe isNumber(bytes) ? SLUICE_NUMBER : SLUICE_TEXT
        default: return SLUICE_TEXT
        }
    }

    /// Section 6.
    static func isNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = 0
        func digits() -> Int {
            let start = at
            while at < bytes.count, unsafe bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
            return at - start
        }
        func take(_ byte: UInt8) -> Bool {
            guard at < bytes.count, unsafe bytes[at] == byte else { return false }
            at += 1
            return true
        }
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")), digits() == 0 { return false }
        if take(UInt8(ascii: ".")), digits() == 0 { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if digits() == 0 { return false }
        }
        return at == bytes.count
    }

    /// Section 7: no control characters, and only known escapes.
    ///
    /// The bytes are valid UTF-8 without a bare
    /// quote.
    static func isStringInside(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = 0
        while at < bytes.count {
            let byte = unsafe bytes[at]
            at += 1
            if byte < 0x20 { return false }
            if byte != UInt8(ascii: "\\") { continue }
            guard at < bytes.count else { return false }
            switch unsafe bytes[at] {
            case UInt8(ascii: "u"):
                guard bytes.count - at > 4 else { return false }
                for offset in 1...4 where unsafe !isHexDigit(bytes[at + offset]) { return false }
                at += 5
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
                UInt8(ascii: "f"),
                UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                at += 1
            default:
                return false
            }
        }
        return true
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 6
    }
}
