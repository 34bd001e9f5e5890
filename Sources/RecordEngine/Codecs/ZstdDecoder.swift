internal import CZstd
internal import EventModel

/// Zstandard: any number of frames, skippable ones included (RFC 8878); dictionaries are refused (traps G06,
/// G07).
@safe final class ZstdDecoder: StreamDecoder {
    private let input: StoredInput
    private let context: OpaquePointer
    private let windowLog: Int
    private var isInFrame = false
    private var isFinished = false
    /// What follows the frames is an error here, never a warning.
    let warnings: [String] = []

    /// Reads frames from `input`; refuses windows above 2^`windowLog` bytes.
    init(_ input: StoredInput, windowLog: Int) throws(SluiceError) {
        guard let context = unsafe ZSTD_createDCtx() else {
            throw SluiceError(.systemCall, "There is no memory for a zstd decoder.")
        }
        self.input = input
        self.windowLog = windowLog
        unsafe self.context = context
        _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(windowLog))
    }

    deinit { _ = unsafe ZSTD_freeDCtx(context) }

    /// Decodes as much as fits; 0 at the end.
    ///
    /// Throws `codec.*` for what is no zstd.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        var produced = 0
        while produced < memory.count, !isFinished {
            if !isInFrame {
                try beginFrame()
            } else {
                produced += unsafe try decodeFrame(
                    into: UnsafeMutableRawBufferPointer(rebasing: memory[produced...])
                )
            }
        }
        return produced
    }

    private func beginFrame() throws(SluiceError) {
        let magic = try input.peek(4)
        if magic.isEmpty {
            isFinished = true
        } else if magic == MagicBytes.zstd || MagicBytes.isSkippable(magic) {
            isInFrame = true
        } else if magic.count < 4, MagicBytes.zstd.starts(with: magic) {
            throw .truncated("zstd header")
        } else {
            throw SluiceError(
                .codecCorrupt,
                "A zstd frame was expected and other bytes are there.",
                hint: GzipHeader.formatHint
            )
        }
    }

    private func decodeFrame(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let bytes = unsafe input.bytes
        var source = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var target = unsafe ZSTD_outBuffer(dst: memory.baseAddress, size: memory.count, pos: 0)
        let result = unsafe ZSTD_decompressStream(context, &target, &source)
        guard ZSTD_isError(result) == 0 else { throw error(ZSTD_getErrorCode(result)) }
        let (consumed, produced) = unsafe (source.pos, target.pos)
        input.take(consumed)
        if result == 0 {
            isInFrame = false
        } else if consumed == 0, produced == 0 {
            guard bytes.count == 0 else { throw .noProgress("zstd frame") }
            guard try input.fill() else { throw .truncated("zstd frame") }
        }
        return produced
    }

    private func error(_ code: ZSTD_ErrorCode) -> SluiceError {
        switch code {
        case ZSTD_error_frameParameter_windowTooLarge:
            SluiceError(
                .codecWindowTooLarge,
                "A zstd frame asks for a window above 2^\(windowLog) bytes.",
                hint: "Compress with a smaller window (without --long), or raise `max_window` in its limits."
            )
        case ZSTD_error_dictionary_wrong:
            SluiceError(
                .codecUnsupported,
                "A zstd frame was compressed with a dictionary, which we do not have."
            )
        case ZSTD_error_memory_allocation:
            SluiceError(.systemCall, "There is no memory for the window of a zstd frame.")
        default:
            SluiceError(
                .codecCorrupt,
                "A zstd frame cannot be decoded: \(unsafe String(cString: ZSTD_getErrorString(code)))."
            )
        }
    }
}
