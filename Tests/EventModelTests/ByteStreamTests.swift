internal import EventModel
internal import Testing

@Suite struct ByteStreamTests {
    /// Hands out bytes, at most so many at a time, and may break at the end.
    private final class Drip: ByteSource {
        private var rest: ArraySlice<UInt8>
        private let step: Int
        private let failure: SluiceError?

        init(_ bytes: [UInt8], step: Int, failure: SluiceError? = nil) {
            (rest, self.step, self.failure) = (bytes[...], step, failure)
        }

        func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
            if rest.isEmpty, let failure { throw failure }
            for byte in rest.prefix(min(step, buffer.freeCapacity)) {
                buffer.append(byte)
                rest = rest.dropFirst()
            }
        }
    }

    private final class Heap: ByteSink {
        var bytes: [UInt8] = []

        func write(_ bytes: RawSpan) throws(SluiceError) {
            unsafe bytes.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
        }
    }

    private static let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 3) }

    @Test("a source is read to its end in order, whatever the steps", arguments: [1, 7, 999, 1 << 20])
    func whole(step: Int) throws {
        let heap = Heap()
        let source = Drip(Self.bytes, step: step)
        #expect(try source.pour(into: heap) == 100_000)
        #expect(heap.bytes == Self.bytes)
        #expect(try source.pour(into: heap) == 0)
        #expect(heap.bytes.count == 100_000)
    }

    @Test("no piece is longer than the buffer, and no byte is read beyond the limit")
    func limited() throws {
        let source = Drip(Self.bytes, step: 1 << 20)
        var sizes: [Int] = []
        #expect(try source.readToEnd(limit: 2500, chunkSize: 1000) { sizes.append($0.byteCount) } == 2500)
        #expect(sizes == [1000, 1000, 500])
        #expect(try source.readToEnd(limit: 0) { _ in } == 0)
        let rest = Heap()
        try source.pour(into: rest)
        #expect(rest.bytes == Array(Self.bytes[2500...]))
    }

    @Test("a failure of the source, or of who takes the bytes, ends the reading")
    func failing() {
        let failure = SluiceError(.cancelled, "Enough.")
        let broken = Drip([1, 2], step: 9, failure: failure)
        let heap = Heap()
        #expect(throws: SluiceError.self) { try broken.pour(into: heap) }
        #expect(heap.bytes == [1, 2])
        let source = Drip(Self.bytes, step: 9)
        var count = 0
        #expect(throws: SluiceError.self) {
            try source.readToEnd { (piece) throws(SluiceError) in
                count += piece.byteCount
                throw failure
            }
        }
        #expect(count == 9)
    }
}
