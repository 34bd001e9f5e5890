internal import RecordEngine
internal import Testing

@Suite struct ByteBufferTests {
    @Test("appending grows and keeps the content")
    func grow() {
        let buffer = ByteBuffer(capacity: 1)
        var expected: [UInt8] = []
        for round in 0..<2000 {
            buffer.append(UInt8(round % 251))
            expected.append(UInt8(round % 251))
            unsafe expected.withUnsafeBytes {
                unsafe buffer.append(UnsafeRawBufferPointer(rebasing: $0.prefix(round % 7)))
            }
            expected += Array(expected.prefix(round % 7))
        }
        #expect(unsafe Array(buffer.bytes) == expected)
        #expect(buffer.capacity >= buffer.count)
    }

    @Test("removing a range closes the gap")
    func remove() {
        let buffer = ByteBuffer()
        for byte in 0..<10 as Range<UInt8> { buffer.append(byte) }
        buffer.remove(3..<6)
        #expect(unsafe Array(buffer.bytes) == [0, 1, 2, 6, 7, 8, 9])
        buffer.remove(0..<7)
        #expect(buffer.count == 0)
        buffer.remove(0..<0)
        #expect(buffer.count == 0)
    }
}
