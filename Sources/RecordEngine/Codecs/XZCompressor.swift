internal import CLZMA
internal import EventModel

/// One xz stream for each fragment, with CRC64.
@safe final class XZCompressor: FragmentCompressor {
    /// Largest dictionary: a fragment is about as long as a block of text, and more would help nothing.
    ///
    /// An encoder at preset 6 takes 13 MB with it (lzma_raw_encoder_memusage); with the preset's own it would
    /// be 94 MB (xz(1), table of the presets).
    private static let maxDictionaryBytes = BlockSplitter.blockBytes

    private let level: UInt32
    /// liblzma's `lzma_stream`; keeps its memory from fragment to fragment.
    private let stream = ByteBuffer(capacity: sluice_xz_size())

    /// Compresses at an xz preset, 0 to 6.
    init(level: Int) {
        self.level = UInt32(level)
        unsafe sluice_xz_init(stream.base)
    }

    deinit { unsafe sluice_xz_end(stream.base) }

    /// Appends one whole stream; of no text too.
    func compress(_ text: UnsafeRawBufferPointer, into target: ByteBuffer) throws(SluiceError) {
        let begun = unsafe sluice_xz_begin_encoder(stream.base, level, UInt32(Self.maxDictionaryBytes))
        guard begun == LZMA_OK.rawValue else {
            throw SluiceError(
                .codecCompressorFailed,
                "liblzma refused to start at level \(level) (code \(begun))."
            )
        }
        let bound = lzma_stream_buffer_bound(text.count)
        target.reserve(bound)
        let step = unsafe sluice_xz_run(
            stream.base,
            1,
            text.baseAddress,
            text.count,
            target.base + target.count,
            bound
        )
        guard step.code == LZMA_STREAM_END.rawValue, step.consumed == text.count else {
            throw SluiceError(
                .codecCompressorFailed,
                "liblzma refused \(text.count) bytes (code \(step.code))."
            )
        }
        target.count += step.produced
    }
}
