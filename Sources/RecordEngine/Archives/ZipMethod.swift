internal import EventModel

/// How an entry's data is compressed (APPNOTE 6.3.10, section 4.4.5).
enum ZipMethod {
    /// A decoder for the data in `input`; nil when the data is the text. Throws where we have none.
    static func makeDecoder(
        _ method: UInt16,
        _ input: StoredInput,
        limits: EngineLimits
    ) throws(SluiceError) -> any StreamDecoder {
        switch method {
        case 0: PlainDecoder(input)
        case 8: DeflateDecoder(input)
        case 12: try InputCodec.bzip2.makeDecoder(input, limits: limits)
        case 93: try InputCodec.zstd.makeDecoder(input, limits: limits)
        case 95: try InputCodec.xz.makeDecoder(input, limits: limits)
        default: throw ZipError.unsupported("It is compressed with \(name(method)), which we do not read.")
        }
    }

    /// Whether `makeDecoder` has a decoder.
    static func isKnown(_ method: UInt16) -> Bool { [0, 8, 12, 93, 95].contains(method) }

    /// What a method that we do not read is called.
    static func name(_ method: UInt16) -> String {
        switch method {
        case 1: "shrink"
        case 2...5: "reduce"
        case 6: "implode"
        case 9: "deflate64"
        case 14: "LZMA"
        case 96: "JPEG"
        case 97: "WavPack"
        case 98: "PPMd"
        default: "method \(method)"
        }
    }
}
