/// How an output is compressed.
public enum OutputCodec: Sendable, Hashable {
    /// Written as it is.
    case none
    /// One gzip member. Levels 0 to 3 are ISA-L's, 4 to 9 zlib's.
    case gzip(level: Int)
    /// A sequence of zstd frames, each with checksum and content size. Levels 1 to 19 (zstd.h: -131072 to
    /// 22).
    case zstd(level: Int)
    /// A sequence of lz4 frames, each with checksum and content size. Levels 0 to 12 (lz4frame.h; 1 and 2 are
    /// 0, and 3 is the first of the strong ones).
    case lz4(level: Int)
    /// A sequence of xz streams, each with CRC64. Presets 0 to 6.
    case xz(level: Int)

    /// Levels of gzip that can be asked for.
    public static let gzipLevels = 0...9
    /// Levels of zstd that can be asked for; higher ones need more than the memory of one object in flight.
    public static let zstdLevels = 1...19
    /// Levels of lz4 that can be asked for.
    public static let lz4Levels = 0...12
    /// Presets of xz that can be asked for; higher ones differ by their dictionary alone.
    public static let xzLevels = 0...6

    /// Encoded bytes that make a piece: fewer are gathered with those of the next blocks, more are a piece at
    /// once.
    ///
    /// Pieces are compressed independently of each other, and xz gains more than the others by longer ones:
    /// access logs in pieces of 256 KiB are 4 % larger than in pieces of 1 MiB, and those 1 % larger than in
    /// pieces of 2 MiB.
    var pieceBytes: Int {
        if case .xz = self { return 1 << 20 }
        return 256 << 10
    }
}
