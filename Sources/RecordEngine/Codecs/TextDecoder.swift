public import EventModel

/// Turns the stored bytes of one object into text, straight into the engine's buffers.
///
/// Used by one thread at a time.
public final class TextDecoder: TextSource {
    private let stack: DecoderStack

    /// Decodes `source`; reads nothing yet.
    public init(_ layers: InputLayers, source: any ByteSource, limits: EngineLimits) {
        stack = DecoderStack(layers, StoredInput(source), limits: limits)
    }

    /// What is decoded, the outermost first; `[.none]` where the stored bytes are the text, empty before the
    /// first read.
    public var codecs: [InputCodec] { stack.codecs }

    /// The outermost codec; nil before the first read.
    public var codec: InputCodec? { stack.codecs.first }

    /// Bytes of text that were made.
    public var textBytes: UInt64 { stack.textBytes }

    /// Stored bytes that were decoded.
    public var storedBytes: UInt64 { stack.storedBytes }

    /// What the operator should know though decoding succeeded: trailing garbage.
    public var warnings: [String] { stack.warnings }

    /// Appends at least one and at most `byteCount` bytes of text; returns how many, 0 at the end of the
    /// object.
    ///
    /// The end is reported only when every checksum matched. Throws `codec.*`, and what the source throws.
    public func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int {
        try stack.read(into: buffer, upTo: byteCount)
    }
}
