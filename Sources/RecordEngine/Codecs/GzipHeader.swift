internal import CISAL
internal import EventModel

/// Reads the header of a gzip member (RFC 1952, section 2.3) and forgets it: nothing in it is used, least of
/// all the file name (trap G04).
///
/// We read it ourselves because ISA-L's streaming reader loses the flags when a header is split between two
/// chunks.
struct GzipHeader {
    private static let headerChecksum: UInt8 = 0x02
    private static let extraField: UInt8 = 0x04
    private static let fileName: UInt8 = 0x08
    private static let comment: UInt8 = 0x10
    private static let reserved: UInt8 = 0xE0
    private var checksum: UInt32 = 0

    /// Takes one header from `input`.
    static func skip(_ input: StoredInput) throws(SluiceError) {
        var header = GzipHeader()
        try header.read(input)
    }

    private mutating func read(_ input: StoredInput) throws(SluiceError) {
        guard try next(input) == 0x1F, try next(input) == 0x8B else {
            throw SluiceError(
                .codecCorrupt,
                "The object does not begin like a gzip file.",
                hint: Self.formatHint
            )
        }
        let method = try next(input)
        guard method == 8 else {
            throw SluiceError(
                .codecUnsupported,
                "The gzip member is compressed with the unknown method \(method)."
            )
        }
        let flags = try next(input)
        guard flags & Self.reserved == 0 else {
            throw SluiceError(.codecCorrupt, "A gzip header has reserved flags set.")
        }
        for _ in 0..<6 { _ = try next(input) }
        if flags & Self.extraField != 0 {
            let low = try next(input)
            let high = try next(input)
            for _ in 0..<(Int(low) | Int(high) << 8) { _ = try next(input) }
        }
        if flags & Self.fileName != 0 { while try next(input) != 0 {} }
        if flags & Self.comment != 0 { while try next(input) != 0 {} }
        if flags & Self.headerChecksum != 0 {
            let expected = UInt16(truncatingIfNeeded: checksum)
            let low = try next(input)
            let high = try next(input)
            guard expected == UInt16(low) | UInt16(high) << 8 else {
                throw SluiceError(.codecCorrupt, "The checksum of a gzip header does not match.")
            }
        }
    }

    /// The remedy for an object that is not what the function says it is.
    static let formatHint = "Use `decompress: auto` where objects may also be plain text or of another codec."

    private mutating func next(_ input: StoredInput) throws(SluiceError) -> UInt8 {
        guard var byte = try input.nextByte() else {
            throw .truncated("gzip header")
        }
        checksum = unsafe crc32_gzip_refl(checksum, &byte, 1)
        return byte
    }
}
