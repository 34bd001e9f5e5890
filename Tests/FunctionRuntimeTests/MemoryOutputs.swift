internal import EventModel
internal import FunctionRuntime
internal import Testing

/// Bytes of memory, given out in pieces.
final class MemorySource: ByteSource {
    private let bytes: [UInt8]
    private let pieceSize: Int
    private var offset = 0

    init(_ bytes: [UInt8], pieceSize: Int = 1000) {
        self.bytes = bytes
        self.pieceSize = pieceSize
    }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let count = min(pieceSize, buffer.freeCapacity, bytes.count - offset)
        for byte in bytes[offset..<(offset + count)] { buffer.append(byte) }
        offset += count
    }
}

/// Collects what a function writes, by part.
final class MemoryOutputs: OutputOpener {
    /// One output.
    final class Sink: ByteSink {
        fileprivate(set) var bytes: [UInt8] = []
        /// Fails once more bytes were written.
        let limit: Int

        init(limit: Int) { self.limit = limit }

        func write(_ span: RawSpan) throws(SluiceError) {
            unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
            if bytes.count > limit { throw SluiceError(MemoryOutputs.full, "Full.") }
        }
    }

    static let full = SluiceError.Code("test.full", .outage)

    private(set) var sinks: [OutputPart: Sink] = [:]
    private let wantsRejects: Bool
    private let limit: Int

    init(wantsRejects: Bool = true, limit: Int = .max) {
        self.wantsRejects = wantsRejects
        self.limit = limit
    }

    func open(_ part: OutputPart, as attributes: ObjectAttributes) throws(SluiceError) -> (any ByteSink)? {
        #expect(sinks[part] == nil, "a part is opened once")
        if part.role == .rejects, !wantsRejects { return nil }
        let sink = Sink(limit: limit)
        sinks[part] = sink
        return sink
    }

    func close(_ part: OutputPart) throws(SluiceError) { #expect(sinks[part] != nil) }

    func discard(_ part: OutputPart) throws(SluiceError) { sinks[part] = nil }

    /// What was written for a role; nil when it was not opened.
    func text(_ role: OutputPart.Role) -> String? {
        sinks.first { $0.key.role == role }.map { String(decoding: $0.value.bytes, as: UTF8.self) }
    }
}
