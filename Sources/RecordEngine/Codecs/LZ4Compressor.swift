internal import CLZ4
internal import EventModel

/// One lz4 frame for each fragment, of independent blocks, with content size and checksum.
@safe final class LZ4Compressor: FragmentCompressor {
    private let level: Int32

    /// Compresses at an lz4 level: 0 to 2 are the fast ones, 3 to 12 the strong ones (lz4hc.h).
    init(level: Int) { self.level = Int32(level) }

    /// Appends one whole frame; of no text too.
    func compress(_ text: UnsafeRawBufferPointer, into target: ByteBuffer) throws(SluiceError) {
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.blockMode = LZ4F_blockIndependent
        preferences.frameInfo.blockSizeID = LZ4F_max256KB
        preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
        preferences.frameInfo.contentSize = UInt64(text.count)
        preferences.compressionLevel = level
        let bound = unsafe LZ4F_compressFrameBound(text.count, &preferences)
        target.reserve(bound)
        let result = unsafe LZ4F_compressFrame(
            target.base + target.count,
            bound,
            text.baseAddress,
            text.count,
            &preferences
        )
        guard LZ4F_isError(result) == 0 else {
            let reason = unsafe String(cString: LZ4F_getErrorName(result))
            throw SluiceError(.codecCompressorFailed, "lz4 refused \(text.count) bytes: \(reason).")
        }
        target.count += result
    }
}
