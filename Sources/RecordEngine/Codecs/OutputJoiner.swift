internal import CZlib
internal import EventModel

/// Joins compressed fragments, in order, into the bytes of one output: a single gzip member, a sequence of
/// zstd or lz4 frames or of xz streams, or the fragments themselves.
final class OutputJoiner {
    private let codec: OutputCodec
    private let sink: any ByteSink
    private let maxBytes: UInt64
    private var checksum: UInt32 = 0
    /// Encoded bytes before compression.
    private(set) var textBytes: UInt64 = 0
    /// Bytes given to the sink.
    private(set) var storedBytes: UInt64 = 0

    /// Begins an output: what must be at its start is written at once.
    init(_ codec: OutputCodec, sink: any ByteSink, maxBytes: UInt64) throws(SluiceError) {
        self.codec = codec
        self.sink = sink
        self.maxBytes = maxBytes
        // RFC 1952, section 2.3: deflate, no flags, no time, unknown system; the same for every run.
        if case .gzip = codec { try write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]) }
    }

    /// Appends one fragment: `stored` is what `textBytes` bytes of text with this checksum were compressed
    /// to.
    func append(
        _ stored: UnsafeRawBufferPointer,
        textBytes count: Int,
        checksum part: UInt32
    ) throws(SluiceError) {
        textBytes &+= UInt64(count)
        guard textBytes <= maxBytes else {
            throw SluiceError(
                .codecLimit,
                "An output would hold more than \(maxBytes) bytes of text.",
                hint: "Raise `max_output` in the limits of the function if such outputs are expected."
            )
        }
        if case .gzip = codec {
            checksum = UInt32(truncatingIfNeeded: crc32_combine(UInt(checksum), UInt(part), count))
        }
        storedBytes &+= UInt64(stored.count)
        try sink.write(unsafe RawSpan(_unsafeBytes: stored))
    }

    /// Writes what must be at the end of an output.
    func finish() throws(SluiceError) {
        switch codec {
        case .none: break
        case .gzip:
            // An empty final block with fixed codes, then CRC32 and ISIZE, little-endian (RFC 1951, 1952).
            var trailer: [UInt8] = [0x03, 0x00]
            let length = UInt32(truncatingIfNeeded: textBytes)
            for shift in [0, 8, 16, 24] {
                trailer.append(UInt8(truncatingIfNeeded: checksum >> UInt32(shift)))
            }
            for shift in [0, 8, 16, 24] { trailer.append(UInt8(truncatingIfNeeded: length >> UInt32(shift))) }
            try write(trailer)
        case .zstd, .lz4, .xz:
            // An output of nothing is one empty frame or stream.
            guard storedBytes == 0 else { break }
            let empty = ByteBuffer()
            unsafe try codec.makeCompressor()?.compress(
                UnsafeRawBufferPointer(start: nil, count: 0),
                into: empty
            )
            storedBytes &+= UInt64(empty.count)
            try sink.write(unsafe RawSpan(_unsafeBytes: empty.bytes))
        }
    }

    private func write(_ bytes: [UInt8]) throws(SluiceError) {
        storedBytes &+= UInt64(bytes.count)
        unsafe try sink.write(bytes.span.bytes)
    }
}
