internal import CLZMA
internal import EventModel

/// xz: any number of streams with padding between them (the .xz format 1.1.0), within a limit of memory (trap
/// G08).
@safe final class XZDecoder: StreamDecoder {
    /// More than what a decoder needs besides its dictionary: 66 KB of LZMA2 (lzma_raw_decoder_memusage), and
    /// the base of liblzma.
    private static let overhead = 1 << 20

    private let input: StoredInput
    private let maxWindowBytes: Int
    /// liblzma's `lzma_stream`.
    private let stream = ByteBuffer(capacity: sluice_xz_size())
    private var isBegun = false
    private var isFinished = false
    /// What follows the streams is an error here, never a warning.
    let warnings: [String] = []

    /// Reads streams from `input`, beginning with its first byte; refuses dictionaries above the limit.
    init(_ input: StoredInput, maxWindowBytes: Int) throws(SluiceError) {
        self.input = input
        self.maxWindowBytes = maxWindowBytes
        unsafe sluice_xz_init(stream.base)
        let code = unsafe sluice_xz_begin_decoder(stream.base, UInt64(maxWindowBytes + Self.overhead))
        guard code == LZMA_OK.rawValue else {
            throw SluiceError(.systemCall, "There is no memory for an xz decoder.")
        }
    }

    deinit { unsafe sluice_xz_end(stream.base) }

    /// Decodes as much as fits; 0 at the end.
    ///
    /// Throws `codec.*` for what is no xz.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        if !isBegun {
            isBegun = true
            // An empty object is an empty text (trap L14).
            isFinished = try !input.require(1)
        }
        var produced = 0
        while produced < memory.count, !isFinished {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[produced...])
            produced += unsafe try decodeStreams(into: rest)
        }
        return produced
    }

    /// One step; liblzma is told when nothing more comes, for only then it knows that no further stream does.
    private func decodeStreams(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let isLast = try !input.require(1)
        let bytes = unsafe input.bytes
        let step = unsafe sluice_xz_run(
            stream.base,
            isLast ? 1 : 0,
            bytes.baseAddress,
            bytes.count,
            memory.baseAddress,
            memory.count
        )
        input.take(step.consumed)
        switch UInt32(bitPattern: step.code) {
        case LZMA_STREAM_END.rawValue: isFinished = true
        case LZMA_OK.rawValue:
            // The second such step in a row would be LZMA_BUF_ERROR (lzma/base.h).
            break
        case LZMA_BUF_ERROR.rawValue where isLast: throw .truncated("xz stream")
        case LZMA_BUF_ERROR.rawValue: throw .noProgress("xz stream")
        default: throw error(UInt32(bitPattern: step.code))
        }
        return step.produced
    }

    /// The return values of lzma/base.h.
    private func error(_ code: UInt32) -> SluiceError {
        switch code {
        case LZMA_MEMLIMIT_ERROR.rawValue:
            SluiceError(
                .codecWindowTooLarge,
                "An xz stream needs \(unsafe sluice_xz_memory(stream.base)) bytes of memory, and the "
                    + "limit is a dictionary of \(maxWindowBytes).",
                hint:
                    "Compress with a smaller dictionary, or raise `max_window` in the limits of the function."
            )
        case LZMA_FORMAT_ERROR.rawValue:
            SluiceError(
                .codecCorrupt,
                "The object does not begin like an xz file.",
                hint: GzipHeader.formatHint
            )
        case LZMA_OPTIONS_ERROR.rawValue:
            SluiceError(.codecUnsupported, "An xz stream uses a filter or option that liblzma does not know.")
        case LZMA_UNSUPPORTED_CHECK.rawValue:
            SluiceError(
                .codecUnsupported,
                "An xz stream has a checksum of a kind that liblzma cannot verify."
            )
        case LZMA_DATA_ERROR.rawValue:
            SluiceError(.codecCorrupt, "An xz stream is damaged, or other bytes stand behind it.")
        case LZMA_MEM_ERROR.rawValue:
            SluiceError(.systemCall, "There is no memory for the dictionary of an xz stream.")
        default: SluiceError(.codecCorrupt, "An xz stream cannot be decoded (liblzma code \(code)).")
        }
    }
}
