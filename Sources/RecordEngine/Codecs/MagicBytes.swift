internal import EventModel

/// What the first bytes of an object, or of a layer of it, say about its codec.
enum MagicBytes {
    /// As many bytes as the longest magic has.
    static let count = 10
    /// gzip, RFC 1952, section 2.3.1.
    static let gzip: [UInt8] = [0x1F, 0x8B]
    /// Zstandard, RFC 8878, section 3.1.1.
    static let zstd: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    /// The .xz format 1.1.0, section 2.1.1.1.
    static let xz: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
    /// The LZ4 frame format 1.6.1: 0x184D2204, little-endian.
    static let lz4: [UInt8] = [0x04, 0x22, 0x4D, 0x18]
    /// "BZh", behind which stand a digit and the magic of a block or of the stream's end (decompress.c of
    /// bzip2).
    static let bzip2: [UInt8] = [0x42, 0x5A, 0x68]

    /// What `auto` may find.
    enum Verdict: Equatable {
        /// A codec that we read, or plain text.
        case codec(InputCodec)
        /// Possibly zlib, which has no magic; more bytes must tell.
        case perhapsZlib
        /// A frame that zstd and lz4 both skip: what stands behind it must tell.
        case skippable
        /// A codec that we know by sight only.
        case unsupported(String)
    }

    /// The codec of what comes next in `input`; takes nothing of it but skippable frames.
    static func codec(of input: StoredInput) throws(SluiceError) -> InputCodec {
        var isBehindSkippable = false
        while true {
            switch judge(try input.peek(count)) {
            case .codec(let codec) where isBehindSkippable: return codec == .lz4 ? .lz4 : .zstd
            case .codec(let codec): return codec
            case .perhapsZlib where isBehindSkippable: return .zstd
            case .perhapsZlib: return ZlibSample.isZlib(try input.peek(ZlibSample.count)) ? .zlib : .none
            case .skippable:
                // What stands behind it and is no lz4 is for zstd's decoder to read, or to refuse.
                guard try skipFrame(input) else { return .zstd }
                isBehindSkippable = true
            case .unsupported(let name):
                throw SluiceError(
                    .codecUnsupported,
                    "The object is compressed with \(name), which we do not read.",
                    hint: "Compress it with gzip or zstd, or take it as it is with `decompress: none`."
                )
            }
        }
    }

    /// Judges the first bytes, of which there may be fewer than `count` when the object is short.
    ///
    /// An object that ends within a magic is a truncated one, unless the part is such as texts are made of.
    static func judge(_ bytes: [UInt8]) -> Verdict {
        if bytes.starts(with: gzip) { return .codec(.gzip) }
        if begins(bytes, with: zstd, atLeast: 3) { return .codec(.zstd) }
        if begins(bytes, with: xz, atLeast: 2) { return .codec(.xz) }
        if begins(bytes, with: lz4, atLeast: 2) { return .codec(.lz4) }
        if isBZip2(bytes) { return .codec(.bzip2) }
        if isSkippable(bytes) { return .skippable }
        // 0x184C2102, little-endian: what `lz4 -l` and the Linux kernel write.
        if bytes.starts(with: [0x02, 0x21, 0x4C, 0x18]) { return .unsupported("the legacy format of lz4") }
        return ZlibSample.isCandidate(bytes) ? .perhapsZlib : .codec(.none)
    }

    /// Whether four bytes begin a skippable frame of zstd or lz4 (0x184D2A50 to 0x184D2A5F, little-endian).
    static func isSkippable(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 4 && bytes[0] & 0xF0 == 0x50 && bytes[1] == 0x2A && bytes[2] == 0x4D
            && bytes[3] == 0x18
    }

    /// Whether the bytes begin with a magic, or end within it after `enough` bytes.
    private static func begins(_ bytes: [UInt8], with magic: [UInt8], atLeast enough: Int) -> Bool {
        bytes.starts(with: magic) || bytes.count >= enough && magic.starts(with: bytes)
    }

    private static func isBZip2(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 4, bytes.starts(with: bzip2), (0x31...0x39).contains(bytes[3]) else {
            return false
        }
        // The first digits of pi, or of its square root.
        let magics: [[UInt8]] = [
            [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
        ]
        return magics.contains { $0.starts(with: bytes[4...]) }
    }

    /// Takes one skippable frame (RFC 8878, section 3.1.2); whether anything stands behind it.
    private static func skipFrame(_ input: StoredInput) throws(SluiceError) -> Bool {
        let header = try input.peek(8)
        guard header.count == 8 else { throw .truncated("skippable frame") }
        input.take(8)
        var rest = (0..<4).reduce(0) { $0 | Int(header[4 + $1]) << (8 * $1) }
        while rest > 0 {
            guard try input.require(1) else { throw .truncated("skippable frame") }
            let part = min(rest, input.available)
            input.take(part)
            rest -= part
        }
        return try input.require(1)
    }
}
