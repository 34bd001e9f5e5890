/// What the first bytes of an object, or of a layer of it, say about its codec.
enum MagicBytes {
    /// As many bytes as the longest magic has.
    static let count = 10
    /// gzip, RFC 1952, section 2.3.1.
    static let gzip: [UInt8] = [0x1F, 0x8B]
    /// Zstandard, RFC 8878, section 3.1.1.
    static let zstd: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// What `auto` may find.
    enum Verdict: Equatable {
        /// A codec that we read, or plain text.
        case codec(InputCodec)
        /// A codec that we know by sight only.
        case unsupported(String)
    }

    /// Judges the first bytes, of which there may be fewer than `count` when the object is short.
    ///
    /// RFC 1952 section 2.3.1, RFC 8878 sections 3.1.1 and 3.1.2, the .xz format 1.1.0 section 2.1.1.1, the
    /// LZ4 frame format 1.6.1, and bzip2's "BZh" followed by level and the first digits of pi.
    static func judge(_ bytes: [UInt8]) -> Verdict {
        if bytes.starts(with: gzip) { return .codec(.gzip) }
        if isZstd(bytes) { return .codec(.zstd) }
        if bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .unsupported("xz") }
        if bytes.starts(with: [0x04, 0x22, 0x4D, 0x18]) { return .unsupported("lz4") }
        if bytes.starts(with: [0x42, 0x5A, 0x68]),
            bytes.dropFirst(4).starts(with: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
        {
            return .unsupported("bzip2")
        }
        return .codec(.none)
    }

    /// Whether four bytes begin a zstd frame or a skippable frame (0x184D2A50 to 0x184D2A5F, little-endian).
    static func isZstd(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: zstd) { return true }
        return bytes.count >= 4 && bytes[0] & 0xF0 == 0x50 && bytes[1] == 0x2A && bytes[2] == 0x4D
            && bytes[3] == 0x18
    }
}
