/// How an output is compressed.
public enum OutputCodec: Sendable, Hashable {
    /// Written as it is.
    case none
    /// One gzip member. Levels 0 to 3 are ISA-L's, 4 to 9 zlib's.
    case gzip(level: Int)
    /// A sequence of zstd frames, each with checksum and content size. Levels 1 to 19 (zstd.h: -131072 to
    /// 22).
    case zstd(level: Int)

    /// Levels of gzip that can be asked for.
    public static let gzipLevels = 0...9
    /// Levels of zstd that can be asked for; higher ones need more than the memory of one object in flight.
    public static let zstdLevels = 1...19
}
