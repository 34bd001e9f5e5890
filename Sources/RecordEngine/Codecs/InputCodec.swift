/// One codec of stored bytes.
public enum InputCodec: String, Sendable, Hashable, CaseIterable {
    /// The first bytes decide; names and metadata do not (trap G10).
    case auto
    /// gzip, RFC 1952: one or more members.
    case gzip
    /// Zstandard, RFC 8878: one or more frames, skippable ones included.
    case zstd
    /// bzip2: one or more streams.
    case bzip2
    /// The .xz format: one or more streams, with padding.
    case xz
    /// LZ4 frames: one or more, skippable ones included.
    case lz4
    /// zlib, RFC 1950: one or more streams.
    case zlib
    /// Raw deflate, RFC 1951: one stream. It has neither magic nor checksum, so `auto` never finds it.
    case deflate
    /// The stored bytes are the text.
    case none
}

/// How the stored bytes of an object are to be decoded: codecs around codecs, the outermost first.
public struct InputLayers: Sendable, Hashable {
    /// Codecs that one function may name, one inside the other.
    public static let maximumCount = 8
    /// The first bytes decide, layer by layer, up to `EngineLimits.maxNesting`.
    public static let auto = InputLayers(.auto)
    /// The stored bytes are the text.
    public static let none = InputLayers(.none)

    /// The outermost first; `auto` and `none` stand alone, and there is at least one.
    public let codecs: [InputCodec]

    /// One codec.
    public init(_ codec: InputCodec) { codecs = [codec] }

    /// Codecs around codecs, the outermost first; nil unless there are 1 to `maximumCount`, each with a name
    /// of its own.
    public init?(_ codecs: [InputCodec]) {
        guard (1...Self.maximumCount).contains(codecs.count) else { return nil }
        guard codecs.count == 1 || !codecs.contains(where: { $0 == .auto || $0 == .none }) else { return nil }
        self.codecs = codecs
    }

    /// How many layers may ask for a window of their own choice.
    func windowCount(maxNesting: Int) -> Int {
        self == .auto ? maxNesting : codecs.count { $0 == .zstd || $0 == .xz }
    }

    /// The names, as reports and fingerprints have them: `gzip+zstd`.
    public var text: String { codecs.map(\.rawValue).joined(separator: "+") }
}
