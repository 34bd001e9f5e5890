/// Makes values safe as parts of keys.
///
/// Every byte but `A-Z a-z 0-9 . _ ~ = + @ -` is written as `%XX` (RFC 3986, section 2.1), also a dot at the
/// beginning: no value can leave its place in the key, hide it, or be `.` or `..`.
enum SafeKeyPart {
    /// Longest component in bytes: that of file names (NAME_MAX in limits.h).
    static let maximumBytes = 255

    /// Appends a value; nothing is `_empty`.
    static func append(_ value: UnsafeRawBufferPointer, to output: ByteBuffer) {
        if unsafe value.isEmpty {
            for byte in "_empty".utf8 { output.append(byte) }
            return
        }
        output.reserve(3 * value.count)
        for index in 0..<value.count {
            let byte = unsafe value[index]
            if isSafe(byte), index > 0 || byte != UInt8(ascii: ".") {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(digit(byte >> 4))
                output.append(digit(byte & 15))
            }
        }
    }

    /// Shortens what lies behind `start` where it is longer than a component may be: its beginning, a dash
    /// and 16 digits of its hash.
    static func shorten(_ output: ByteBuffer, from start: Int) {
        guard output.count - start > maximumBytes else { return }
        var hash = StableHash()
        unsafe hash.add(UnsafeRawBufferPointer(rebasing: output.bytes[start...]))
        let digits = hash.finished().low
        var end = start + maximumBytes - 17
        // An escaped byte is kept whole or left out.
        for back in 1...2 where unsafe output.bytes[end - back] == UInt8(ascii: "%") {
            end -= back
            break
        }
        output.count = end
        output.append(UInt8(ascii: "-"))
        for shift in stride(from: 60 as UInt64, through: 0, by: -4) {
            output.append(digit(UInt8(truncatingIfNeeded: digits >> shift) & 15))
        }
    }

    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
            UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "@"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
