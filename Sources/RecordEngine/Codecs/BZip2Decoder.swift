internal import CBZip2
internal import EventModel

/// bzip2: any number of streams, zeros behind or between them, garbage at the end (trap G08).
@safe final class BZip2Decoder: StreamDecoder {
    private enum State {
        case beforeFirstStream
        case inStream
        case betweenStreams
        case finished
    }

    private let input: StoredInput
    /// libbz2's `bz_stream`; what it allocates (up to 4 MB) lives only while in a stream.
    private let stream = ByteBuffer(capacity: sluice_bzip2_size())
    private var state = State.beforeFirstStream
    private(set) var warnings: [String] = []

    /// Reads streams from `input`, beginning with its first byte.
    init(_ input: StoredInput) { self.input = input }

    deinit { if state == .inStream { unsafe sluice_bzip2_end(stream.base) } }

    /// Decodes as much as fits; 0 at the end.
    ///
    /// Throws `codec.*` for what is no bzip2.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        var produced = 0
        while produced < memory.count {
            switch state {
            case .beforeFirstStream:
                if try input.require(1) { try beginStream() } else { state = .finished }
            case .inStream:
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[produced...])
                produced += unsafe try decodeStream(into: rest)
            case .betweenStreams:
                try findNextStream()
            case .finished:
                return produced
            }
        }
        return produced
    }

    private func beginStream() throws(SluiceError) {
        guard unsafe sluice_bzip2_begin(stream.base) == BZ_OK else {
            throw SluiceError(.systemCall, "There is no memory for a bzip2 decoder.")
        }
        state = .inStream
    }

    private func decodeStream(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let bytes = unsafe input.bytes
        let step = unsafe sluice_bzip2_run(
            stream.base,
            bytes.baseAddress,
            bytes.count,
            memory.baseAddress,
            memory.count
        )
        guard step.code == BZ_OK || step.code == BZ_STREAM_END else { throw Self.error(step.code) }
        input.take(step.consumed)
        if step.code == BZ_STREAM_END {
            unsafe sluice_bzip2_end(stream.base)
            state = .betweenStreams
        } else if step.consumed == 0, step.produced == 0 {
            guard input.available == 0 else { throw .noProgress("bzip2 stream") }
            guard try input.fill() else { throw .truncated("bzip2 stream") }
        }
        return step.produced
    }

    /// As bzip2's own command does it: another magic is another stream, all else is garbage.
    private func findNextStream() throws(SluiceError) {
        try input.skipZeros()
        let magic = try input.peek(MagicBytes.bzip2.count)
        if magic.isEmpty {
            state = .finished
        } else if magic == MagicBytes.bzip2 {
            try beginStream()
        } else if MagicBytes.bzip2.starts(with: magic) {
            throw .truncated("bzip2 header")
        } else {
            warnings.append(try input.skipGarbage(behind: "bzip2 stream", magic: MagicBytes.bzip2))
            state = .finished
        }
    }

    /// The return values of bzlib.h.
    private static func error(_ code: Int32) -> SluiceError {
        switch code {
        case BZ_DATA_ERROR_MAGIC:
            SluiceError(
                .codecCorrupt,
                "The object does not begin like a bzip2 file.",
                hint: GzipHeader.formatHint
            )
        case BZ_DATA_ERROR:
            SluiceError(.codecCorrupt, "A bzip2 stream is damaged or does not match its checksums.")
        case BZ_MEM_ERROR: SluiceError(.systemCall, "There is no memory for a bzip2 decoder.")
        default: SluiceError(.codecCorrupt, "A bzip2 stream cannot be decoded (libbz2 code \(code)).")
        }
    }
}
