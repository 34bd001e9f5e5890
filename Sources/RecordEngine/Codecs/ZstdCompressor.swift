internal import CZstd
internal import EventModel

/// One zstd frame for each fragment, with content size and checksum.
@safe final class ZstdCompressor: FragmentCompressor {
    private let context: OpaquePointer

    /// Compresses at a zstd level; throws when there is no memory.
    init(level: Int) throws(SluiceError) {
        guard let context = unsafe ZSTD_createCCtx() else {
            throw SluiceError(.systemCall, "There is no memory for a zstd compressor.")
        }
        unsafe self.context = context
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit { _ = unsafe ZSTD_freeCCtx(context) }

    /// Appends one whole frame.
    func compress(_ text: UnsafeRawBufferPointer, into target: ByteBuffer) throws(SluiceError) {
        let bound = ZSTD_compressBound(text.count)
        target.reserve(bound)
        let result = unsafe ZSTD_compress2(
            context,
            target.base + target.count,
            bound,
            text.baseAddress,
            text.count
        )
        guard ZSTD_isError(result) == 0 else {
            let reason = unsafe String(cString: ZSTD_getErrorName(result))
            throw SluiceError(.codecCompressorFailed, "zstd refused \(text.count) bytes: \(reason).")
        }
        target.count += result
    }
}
