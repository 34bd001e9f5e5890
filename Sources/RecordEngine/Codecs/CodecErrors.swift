public import EventModel

extension SluiceError.Code {
    /// The stored bytes end before the compressed stream does (trap G03).
    public static let codecTruncated = Self("codec.truncated", .object)
    /// The stored bytes are no valid compressed stream, or a checksum does not match (trap G04).
    public static let codecCorrupt = Self("codec.corrupt", .object)
    /// Decoding or encoding would make more bytes than the limits allow (trap G09).
    public static let codecLimit = Self("codec.limit", .object)
    /// A zstd frame or xz stream asks for a larger window than the limits allow (traps G06, G08).
    public static let codecWindowTooLarge = Self("codec.window-too-large", .object)
    /// The bytes are of a codec, or use a feature of one, that we do not read (trap G07).
    public static let codecUnsupported = Self("codec.unsupported", .object)
    /// A compressor refused its work: a defect of ours or of its library, never of the object.
    public static let codecCompressorFailed = Self("codec.compressor-failed", .transient)
    /// The records, or bytes, that went in are not those that came out (DESIGN 3, promise 4).
    public static let engineUnbalanced = Self("engine.unbalanced", .object)
}

extension SluiceError {
    /// The stored bytes end inside a part of them, such as a "gzip member".
    static func truncated(_ part: String) -> SluiceError {
        let article = part.hasPrefix("xz") || part.hasPrefix("lz4") ? "an" : "a"
        return SluiceError(
            .codecTruncated,
            "The object ends inside \(article) \(part).",
            hint: "The upload was probably cut off: upload the object again."
        )
    }

    /// A decoder neither takes nor makes bytes, and would do so for ever (trap G05).
    static func noProgress(_ part: String) -> SluiceError {
        SluiceError(.codecCorrupt, "The decoder makes no progress on this \(part).")
    }
}
