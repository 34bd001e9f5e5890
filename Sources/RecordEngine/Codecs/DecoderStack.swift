internal import EventModel

/// Opens the codecs around a text, layer by layer: stored bytes in, innermost text out.
///
/// Layers are chosen by their first bytes or by name. A stack is a decoder itself, so that whatever reads its
/// text (an archive, another stack) can be laid around it: `StoredInput(layer: stack)`.
final class DecoderStack: StreamDecoder {
    private let stored: StoredInput
    private let wanted: InputLayers
    private let limits: EngineLimits
    private var layers: [LimitedDecoder] = []
    /// What the text is taken from; nil before the first read.
    private var text: StoredInput?
    /// What is decoded, the outermost first; `[.none]` where the stored bytes are the text, empty before the
    /// first read.
    private(set) var codecs: [InputCodec] = []
    /// Bytes of text that were made.
    private(set) var textBytes: UInt64 = 0

    /// Decodes what `stored` holds; reads nothing yet.
    init(_ wanted: InputLayers, _ stored: StoredInput, limits: EngineLimits) {
        self.stored = stored
        self.wanted = wanted
        self.limits = limits
    }

    /// Stored bytes that were decoded.
    var storedBytes: UInt64 { stored.takenBytes }

    /// What the operator should know though decoding succeeded: trailing garbage.
    var warnings: [String] { layers.flatMap(\.warnings) }

    /// Writes at least one byte of text, or none at the end.
    ///
    /// The end is reported only when every checksum of every layer matched. Throws `codec.*`, and what the
    /// source throws.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let text = try openText()
        // One byte above the limit is enough to know that it is passed.
        let room = limits.maxOutputBytes - min(textBytes, limits.maxOutputBytes)
        let wanted = room >= UInt64(memory.count) ? memory.count : Int(room) + 1
        let produced = unsafe try text.copy(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted]))
        textBytes &+= UInt64(produced)
        try limits.checkLength(textBytes: textBytes)
        return produced
    }

    /// Appends at least one and at most `byteCount` bytes of text; returns how many, 0 at the end.
    func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int {
        buffer.reserve(byteCount)
        let memory = unsafe UnsafeMutableRawBufferPointer(start: buffer.base + buffer.count, count: byteCount)
        let produced = unsafe try decode(into: memory)
        buffer.count += produced
        return produced
    }

    /// What the innermost text is read from, for readers that keep to the limits on its length themselves.
    ///
    /// Throws where a codec is not known, and what the source throws.
    func openText() throws(SluiceError) -> StoredInput {
        if let text { return text }
        var input = stored
        if wanted == .auto {
            while true {
                let codec = try MagicBytes.codec(of: input)
                guard codec != .none else { break }
                guard codecs.count < limits.maxNesting else { throw tooDeep(codec) }
                input = try open(codec, input)
            }
        } else {
            for codec in wanted.codecs where codec != .none { input = try open(codec, input) }
        }
        if codecs.isEmpty { codecs = [.none] }
        text = input
        return input
    }

    private func open(_ codec: InputCodec, _ input: StoredInput) throws(SluiceError) -> StoredInput {
        let decoder = try codec.makeDecoder(input, limits: limits)
        let layer = LimitedDecoder(decoder, around: stored, limits: limits)
        layers.append(layer)
        codecs.append(codec)
        return StoredInput(layer: layer)
    }

    private func tooDeep(_ codec: InputCodec) -> SluiceError {
        SluiceError(
            .codecLimit,
            "Inside \(codecs.map(\.rawValue).joined(separator: " and ")) there is \(codec.rawValue) again: "
                + "more than \(limits.maxNesting) layers.",
            hint: "Raise `max_nesting` in the limits of the function, or name the layers to open: "
                + "`decompress: [\(codecs.map(\.rawValue).joined(separator: ", "))]`."
        )
    }
}

/// A layer that may not expand without bounds, also where the layer inside makes little of what it gets.
private final class LimitedDecoder: StreamDecoder {
    private let decoder: any StreamDecoder
    private let stored: StoredInput
    private let limits: EngineLimits
    private var textBytes: UInt64 = 0

    /// Compares what `decoder` makes with what was taken of the outermost `stored` bytes.
    init(_ decoder: any StreamDecoder, around stored: StoredInput, limits: EngineLimits) {
        self.decoder = decoder
        self.stored = stored
        self.limits = limits
    }

    var warnings: [String] { decoder.warnings }

    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let produced = unsafe try decoder.decode(into: memory)
        textBytes &+= UInt64(produced)
        try limits.checkRatio(textBytes: textBytes, storedBytes: stored.takenBytes)
        return produced
    }
}

extension InputCodec {
    /// A decoder for `input`, beginning with its next byte; throws when there is no memory.
    func makeDecoder(_ input: StoredInput, limits: EngineLimits) throws(SluiceError) -> any StreamDecoder {
        switch self {
        case .gzip: GzipDecoder(input)
        case .zstd: try ZstdDecoder(input, windowLog: limits.zstdWindowLog)
        case .bzip2: BZip2Decoder(input)
        case .xz: try XZDecoder(input, maxWindowBytes: limits.maxWindowBytes)
        case .lz4: try LZ4Decoder(input)
        case .zlib: ZlibDecoder(input)
        case .deflate: DeflateDecoder(input)
        case .auto, .none: PlainDecoder(input)
        }
    }
}
