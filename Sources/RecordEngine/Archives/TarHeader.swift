/// One header block of a tar archive: POSIX.1-2017, pax, "ustar Interchange Format".
enum TarHeader {
    /// Length of every block.
    static let blockBytes = 512
    private static let checksumField = 148..<156

    /// Whether the checksum field holds the sum of the block's bytes, the field itself counted as blanks.
    ///
    /// Old writers summed signed bytes; both sums are accepted, as GNU tar does.
    static func checksumMatches(_ block: UnsafeRawBufferPointer) -> Bool {
        guard block.count == blockBytes, let expected = unsafe octal(block, checksumField)
        else { return false }
        var sum = 0
        var upper = 0
        for index in 0..<blockBytes {
            let byte = unsafe block[index]
            sum &+= Int(byte)
            upper &+= Int(byte >> 7)
        }
        for index in checksumField {
            let byte = unsafe block[index]
            sum &+= 0x20 &- Int(byte)
            upper &-= Int(byte >> 7)
        }
        return expected == sum || expected == sum &- 256 &* upper
    }

    /// Whether all bytes are zero.
    static func isZero(_ block: UnsafeRawBufferPointer) -> Bool {
        // Nearly every header has a name, so that one look is enough.
        unsafe block[0] == 0 && block.allSatisfy { $0 == 0 }
    }

    /// A size: octal digits, GNU's base 256 (tar manual, "Basic Tar Format"), or nothing, which is zero.
    ///
    /// Nil for anything else, and for what no file can have.
    static func number(_ block: UnsafeRawBufferPointer, _ field: Range<Int>) -> UInt64? {
        let first = unsafe block[field.lowerBound]
        guard first & 0x80 != 0 else {
            let isEmpty = field.allSatisfy { unsafe block[$0] == 0 || block[$0] == 0x20 }
            return unsafe isEmpty ? 0 : octal(block, field).map { UInt64($0) }
        }
        guard first == 0x80 else { return nil }
        var value: UInt64 = 0
        for index in field.dropFirst() {
            guard value < 1 << 54 else { return nil }
            value = unsafe value << 8 | UInt64(block[index])
        }
        return value
    }

    /// An octal number between blanks or NULs, which is at least one digit; nil for anything else.
    private static func octal(_ block: UnsafeRawBufferPointer, _ field: Range<Int>) -> Int? {
        var value = 0
        var digits = 0
        var isBehind = false
        for index in field {
            switch unsafe block[index] {
            case let byte where (0x30...0x37).contains(byte) && !isBehind:
                value = value << 3 | Int(byte - 0x30)
                digits += 1
            case 0x20, 0: isBehind = digits > 0
            default: return nil
            }
        }
        return digits > 0 ? value : nil
    }
}
