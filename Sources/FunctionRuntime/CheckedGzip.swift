internal import Crypto
public import EventModel
internal import RecordEngine

/// The text of a gzip file whose MD5 digest is known beforehand, as of a file that somebody lists; read in
/// bounded memory.
///
/// The end of the text is reported only when the digest and every checksum of the file matched.
public final class CheckedGzip: ByteSource {
    private static let chunkBytes = 64 << 10
    private let stored: DigestedSource
    private let decoder: TextDecoder
    private let digest: String
    private let text = ByteBuffer()
    private var taken = 0
    private var hasEnded = false

    /// Reads `stored`, whose bytes have the MD5 digest that these 32 hexadecimal digits say.
    public init(_ stored: any ByteSource, md5: String) {
        self.stored = DigestedSource(stored)
        decoder = TextDecoder(InputLayers(.gzip), source: self.stored, limits: EngineLimits())
        digest = md5.lowercased()
    }

    /// Appends text, or none at its end.
    ///
    /// Throws `codec.*` for what is no whole gzip file, or another than the digest says.
    public func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        if taken == text.count, !hasEnded {
            text.removeAll()
            taken = 0
            if try decoder.read(into: text, upTo: Self.chunkBytes) == 0 {
                hasEnded = true
                try check()
            }
        }
        let count = min(text.count - taken, buffer.freeCapacity)
        // The text is in `taken..<count` of memory that only this object writes.
        let piece = unsafe UnsafeRawBufferPointer(rebasing: text.bytes[taken..<(taken + count)])
        unsafe buffer.withUnsafeMutableBytes { target, filled in
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[filled...]).copyMemory(from: piece)
            filled += count
        }
        taken += count
    }

    private func check() throws(SluiceError) {
        let found = stored.digest
        guard found != digest else { return }
        throw SluiceError(
            .codecCorrupt,
            "The file has the MD5 digest \(found) instead of \(digest).",
            hint: "It was changed or damaged since it was listed."
        )
    }
}

/// Digests what is read of a source.
private final class DigestedSource: ByteSource {
    private let inner: any ByteSource
    private var hasher = Insecure.MD5()

    init(_ inner: any ByteSource) { self.inner = inner }

    /// The digest of what was read so far, as hexadecimal digits.
    var digest: String {
        hasher.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let before = buffer.byteCount
        try inner.read(into: &buffer)
        unsafe buffer.bytes.withUnsafeBytes { bytes in
            unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[before...]))
        }
    }
}
