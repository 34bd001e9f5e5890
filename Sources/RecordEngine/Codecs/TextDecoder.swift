public import EventModel

/// Turns the stored bytes of one object into text, straight into the engine's buffers.
///
/// The codec is chosen by the first bytes or by name. Used by one thread at a time.
public final class TextDecoder: TextSource {
    private let input: StoredInput
    private let wanted: InputCodec
    private let limits: EngineLimits
    private var decoder: (any StreamDecoder)?
    /// What is decoded; nil before the first read.
    public private(set) var codec: InputCodec?
    /// Bytes of text that were made.
    public private(set) var textBytes: UInt64 = 0

    /// Decodes `source`; reads nothing yet.
    public init(_ codec: InputCodec, source: any ByteSource, limits: EngineLimits) {
        input = StoredInput(source)
        wanted = codec
        self.limits = limits
    }

    /// Stored bytes that were decoded.
    public var storedBytes: UInt64 { input.takenBytes }

    /// What the operator should know though decoding succeeded: trailing garbage.
    public var warnings: [String] { decoder?.warnings ?? [] }

    /// Appends at least one and at most `byteCount` bytes of text; returns how many, 0 at the end of the
    /// object.
    ///
    /// The end is reported only when every checksum matched. Throws `codec.*`, and what the source throws.
    public func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int {
        let decoder = try openDecoder()
        // One byte above the limit is enough to know that it is passed.
        let room = limits.maxOutputBytes - min(textBytes, limits.maxOutputBytes)
        let wanted = room >= UInt64(byteCount) ? byteCount : Int(room) + 1
        buffer.reserve(wanted)
        let memory = unsafe UnsafeMutableRawBufferPointer(start: buffer.base + buffer.count, count: wanted)
        let produced = unsafe try decoder.decode(into: memory)
        textBytes &+= UInt64(produced)
        try checkLimits()
        buffer.count += produced
        return produced
    }

    private func openDecoder() throws(SluiceError) -> any StreamDecoder {
        if let decoder { return decoder }
        let made: any StreamDecoder
        let codec = try choose()
        switch codec {
        case .gzip: made = GzipDecoder(input)
        case .zstd: made = try ZstdDecoder(input, windowLog: limits.zstdWindowLog)
        case .auto, .none: made = PlainDecoder(input)
        }
        self.codec = codec
        decoder = made
        return made
    }

    private func choose() throws(SluiceError) -> InputCodec {
        guard wanted == .auto else { return wanted }
        switch MagicBytes.judge(try input.peek(MagicBytes.count)) {
        case .codec(let codec): return codec
        case .unsupported(let name):
            throw SluiceError(
                .codecUnsupported,
                "The object is compressed with \(name), which we do not read yet.",
                hint: "Compress it with gzip or zstd, or take it as it is with `decompress: none`."
            )
        }
    }

    private func checkLimits() throws(SluiceError) {
        guard textBytes <= limits.maxOutputBytes else {
            throw SluiceError(
                .codecLimit,
                "The object holds more than \(limits.maxOutputBytes) bytes of text.",
                hint: "Raise `max_output` in the limits of the function if such objects are expected."
            )
        }
        guard codec != InputCodec.none, textBytes > EngineLimits.ratioFloorBytes else { return }
        let (allowed, overflow) = max(storedBytes, 1).multipliedReportingOverflow(by: limits.maxRatio)
        guard overflow || textBytes <= allowed else {
            throw SluiceError(
                .codecLimit,
                "The object expands to more than \(limits.maxRatio) times its size.",
                hint: "Raise `max_ratio` in the limits of the function if such objects are expected."
            )
        }
    }
}
