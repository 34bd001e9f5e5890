internal import CISAL
internal import EventModel

/// Deflate blocks by ISA-L, levels 0 to 3.
@safe final class IsalCompressor: FragmentCompressor {
    /// Most bytes in one call: ISA-L counts in 32 bits.
    private static let pieceBytes = 256 << 20
    private let level: UInt32
    /// ISA-L's `isal_zstream` and behind it the level's buffer, 80 to 450 KB.
    private let stream: ByteBuffer

    /// Compresses at ISA-L level 0 to 3.
    init(level: Int) {
        self.level = UInt32(level)
        stream = ByteBuffer(capacity: sluice_deflate_size(self.level))
    }

    /// Appends one independent piece that ends on a byte boundary, without a final block.
    func compress(_ text: UnsafeRawBufferPointer, into target: ByteBuffer) throws(SluiceError) {
        var offset = 0
        while offset < text.count {
            let piece = min(text.count - offset, Self.pieceBytes)
            // Data that cannot be compressed is stored, with 5 bytes for each 64 KiB (RFC 1951, section
            // 3.2.4).
            let bound = piece + piece / 1024 + 1024
            target.reserve(bound)
            var produced = 0
            let code = unsafe sluice_deflate_fragment(
                stream.base,
                level,
                text.baseAddress.map { unsafe $0 + offset },
                UInt32(piece),
                target.base + target.count,
                UInt32(bound),
                &produced
            )
            guard code == 0 else {
                throw SluiceError(
                    .codecCompressorFailed,
                    "ISA-L refused to deflate \(piece) bytes (code \(code))."
                )
            }
            target.count += produced
            offset += piece
        }
    }
}
