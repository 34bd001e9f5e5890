internal import CLZ4
internal import EventModel

/// LZ4 frames: any number of them, skippable ones included (LZ4 frame format 1.6.1; trap G08).
///
/// Dictionaries are refused. A frame without a checksum of its content is accepted: its end must still be
/// there.
@safe final class LZ4Decoder: StreamDecoder {
    private let input: StoredInput
    private let context: OpaquePointer
    private var isInFrame = false
    private var isFinished = false
    /// What follows the frames is an error here, never a warning.
    let warnings: [String] = []

    /// Reads frames from `input`, beginning with its first byte.
    init(_ input: StoredInput) throws(SluiceError) {
        var context: OpaquePointer?
        let code = unsafe LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let context = unsafe context else {
            throw SluiceError(.systemCall, "There is no memory for an lz4 decoder.")
        }
        self.input = input
        unsafe self.context = context
    }

    deinit { _ = unsafe LZ4F_freeDecompressionContext(context) }

    /// Decodes as much as fits; 0 at the end.
    ///
    /// Throws `codec.*` for what is no lz4.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        var produced = 0
        while produced < memory.count, !isFinished {
            if isInFrame {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[produced...])
                produced += unsafe try decodeFrame(into: rest)
            } else {
                try beginFrame()
            }
        }
        return produced
    }

    private func beginFrame() throws(SluiceError) {
        let start = try input.peek(5)
        if start.isEmpty {
            isFinished = true
        } else if start.count < 5,
            MagicBytes.lz4.starts(with: start.prefix(4)) || MagicBytes.isSkippable(start)
        {
            throw .truncated("lz4 header")
        } else if start.starts(with: MagicBytes.lz4) {
            // Bit 0 of the flags: the frame names a dictionary, without which liblz4 decodes to other bytes.
            guard start[4] & 1 == 0 else {
                throw SluiceError(
                    .codecUnsupported,
                    "An lz4 frame was compressed with a dictionary, which we do not have."
                )
            }
            isInFrame = true
        } else if MagicBytes.isSkippable(start) {
            isInFrame = true
        } else {
            throw SluiceError(
                .codecCorrupt,
                "An lz4 frame was expected and other bytes are there.",
                hint: GzipHeader.formatHint
            )
        }
    }

    private func decodeFrame(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let bytes = unsafe input.bytes
        var (consumed, produced) = (bytes.count, memory.count)
        let result = unsafe LZ4F_decompress(
            context,
            memory.baseAddress,
            &produced,
            bytes.baseAddress,
            &consumed,
            nil
        )
        guard LZ4F_isError(result) == 0 else {
            let reason = unsafe String(cString: LZ4F_getErrorName(result))
            throw SluiceError(.codecCorrupt, "An lz4 frame cannot be decoded: \(reason).")
        }
        input.take(consumed)
        if result == 0 {
            isInFrame = false
        } else if consumed == 0, produced == 0 {
            guard input.available == 0 else { throw .noProgress("lz4 frame") }
            guard try input.fill() else { throw .truncated("lz4 frame") }
        }
        return produced
    }
}
