internal import CISAL
internal import EventModel

/// Compresses fragments of an output, each independent of all others.
///
/// So any thread may do it, and the joined bytes are always the same. One per thread; its memory is reused.
protocol FragmentCompressor: AnyObject {
    /// Appends the compressed form of `text` to `target`.
    func compress(_ text: UnsafeRawBufferPointer, into target: ByteBuffer) throws(SluiceError)
}

extension OutputCodec {
    /// Makes a compressor; nil when there is nothing to compress.
    func makeCompressor() throws(SluiceError) -> (any FragmentCompressor)? {
        switch self {
        case .none: nil
        case .gzip(let level) where level <= 3: IsalCompressor(level: max(level, 0))
        case .gzip(let level): try ZlibCompressor(level: min(level, 9))
        case .zstd(let level): try ZstdCompressor(level: level)
        case .lz4(let level): LZ4Compressor(level: level)
        case .xz(let level): XZCompressor(level: level)
        }
    }

    /// What the trailer needs to know of a fragment; 0 where no trailer needs it.
    func checksum(of text: UnsafeRawBufferPointer) -> UInt32 {
        guard case .gzip = self, let base = text.baseAddress else { return 0 }
        return unsafe crc32_gzip_refl(0, base.assumingMemoryBound(to: UInt8.self), UInt64(text.count))
    }
}
