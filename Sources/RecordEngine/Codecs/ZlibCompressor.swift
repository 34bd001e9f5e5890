internal import CZlib
internal import EventModel

/// Deflate blocks by zlib, levels 4 to 9.
@safe final class ZlibCompressor: FragmentCompressor {
    /// Most bytes in one call: zlib counts in 32 bits.
    private static let pieceBytes = 256 << 20
    /// zlib keeps a pointer back to its stream, so the stream never moves.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Compresses at zlib level 4 to 9; throws when there is no memory.
    init(level: Int) throws(SluiceError) {
        unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // Negative window bits: raw deflate without header and trailer (zlib.h, deflateInit2).
        let code = unsafe sluice_deflateInit2(stream, Int32(level), -15)
        guard code == Z_OK else {
            throw SluiceError(
                .codecCompressorFailed,
                "zlib refused to start at level \(level) (code \(code))."
            )
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Appends one independent piece that ends on a byte boundary, without a final block.
    func compress(_ text: UnsafeRawBufferPointer, into target: ByteBuffer) throws(SluiceError) {
        var offset = 0
        while offset < text.count {
            let piece = min(text.count - offset, Self.pieceBytes)
            unsafe deflateReset(stream)
            // The bound is that of a finished stream; a full flush adds an empty stored block of 5 bytes.
            let bound = unsafe Int(deflateBound(stream, UInt(piece))) + 64
            target.reserve(bound)
            let start = unsafe text.baseAddress?.advanced(by: offset).assumingMemoryBound(to: UInt8.self)
            unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(mutating: start)
            unsafe stream.pointee.avail_in = UInt32(piece)
            unsafe stream.pointee.next_out = (target.base + target.count).assumingMemoryBound(to: UInt8.self)
            unsafe stream.pointee.avail_out = UInt32(bound)
            let code = unsafe deflate(stream, Z_FULL_FLUSH)
            guard code == Z_OK, unsafe stream.pointee.avail_in == 0, unsafe stream.pointee.avail_out > 0
            else {
                throw SluiceError(
                    .codecCompressorFailed,
                    "zlib refused to deflate \(piece) bytes (code \(code))."
                )
            }
            target.count += unsafe bound - Int(stream.pointee.avail_out)
            offset += piece
        }
    }
}
