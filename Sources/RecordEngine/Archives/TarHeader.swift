/// One header block of a tar archive: POSIX.1-2017, pax, "ustar Interchange Format".
enum TarHeader {
    /// Length of every block.
    static let blockBytes = 512
    private static let checksumField = 148..<156

    /// Whether the checksum field holds the sum of the block's bytes, the field itself counted as blanks.
    ///
    /// Old writers summed signed bytes; both sums are accepted, as GNU tar does.
    static func checksumMatches(_ block: ArraySlice<UInt8>) -> Bool {
        guard block.count == blockBytes else { return false }
        let start = block.startIndex
        guard let expected = octal(block[(start + 148)..<(start + 156)]) else { return false }
        var unsigned: UInt64 = 0
        var signed: Int64 = 0
        for (index, byte) in block.enumerated() {
            let value = checksumField.contains(index) ? 0x20 : byte
            unsigned &+= UInt64(value)
            signed &+= Int64(Int8(bitPattern: value))
        }
        return expected == unsigned || (signed >= 0 && expected == UInt64(signed))
    }

    /// An octal number between blanks or NULs, which is at least one digit; nil for anything else.
    static func octal(_ field: ArraySlice<UInt8>) -> UInt64? {
        var rest = field.drop { $0 == 0x20 }
        var value: UInt64 = 0
        var digits = 0
        while let byte = rest.first, (0x30...0x37).contains(byte) {
            value = value << 3 | UInt64(byte - 0x30)
            digits += 1
            rest = rest.dropFirst()
        }
        return digits > 0 && rest.allSatisfy { $0 == 0 || $0 == 0x20 } ? value : nil
    }
}
