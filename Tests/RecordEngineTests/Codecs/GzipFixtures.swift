/// gzip members made by hand, so that each part of RFC 1952 can be there or be wrong.
struct GzipFixture {
    var flags: UInt8 = 0
    var method: UInt8 = 8
    var extra: [UInt8]?
    var name: String?
    var comment: String?
    var hasHeaderChecksum = false
    var headerChecksumError: UInt16 = 0
    var text: [UInt8] = []
    var checksumError: UInt32 = 0
    var lengthError: UInt32 = 0

    /// The member; its data is one stored deflate block (RFC 1951, section 3.2.4), at most 65,535 bytes.
    var bytes: [UInt8] {
        var flags = flags
        if hasHeaderChecksum { flags |= 2 }
        if extra != nil { flags |= 4 }
        if name != nil { flags |= 8 }
        if comment != nil { flags |= 16 }
        var out: [UInt8] = [0x1F, 0x8B, method, flags, 1, 2, 3, 4, 0, 3]
        if let extra { out += Self.little(UInt64(extra.count), 2) + extra }
        if let name { out += Array(name.utf8) + [0] }
        if let comment { out += Array(comment.utf8) + [0] }
        if hasHeaderChecksum {
            out += Self.little(UInt64(UInt16(truncatingIfNeeded: Self.crc32(out)) ^ headerChecksumError), 2)
        }
        out += [1] + Self.little(UInt64(text.count), 2) + Self.little(UInt64(~UInt16(text.count)), 2) + text
        out += Self.little(UInt64(Self.crc32(text) ^ checksumError), 4)
        out += Self.little(UInt64(UInt32(text.count) ^ lengthError), 4)
        return out
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    /// CRC-32 bit by bit (RFC 1952, section 8): slow, and nobody else's code.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
