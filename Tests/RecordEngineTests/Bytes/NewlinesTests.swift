internal import RecordEngine
internal import Testing

@Suite struct NewlinesTests {
    /// Line feeds at seeded places in buffers of all lengths around the width of a vector.
    @Test(
        "counting and searching agree with the plain loop",
        arguments: [0, 1, 31, 32, 33, 63, 64, 100, 8159, 8161, 20_000]
    )
    func agree(count: Int) {
        var random = SeededRandom(UInt64(count))
        for density in [1, 2, 40, 100_000] as [UInt64] {
            let text = (0..<count).map { _ in
                random.next() % density == 0 ? UInt8(10) : UInt8(random.next() % 256)
            }
            unsafe text.withUnsafeBytes { bytes in
                #expect(unsafe Newlines.count(in: bytes) == text.count { $0 == 10 })
                #expect(unsafe Newlines.last(in: bytes) == text.lastIndex(of: 10))
                for start in [0, 1, count / 2, count, count + 5] {
                    let expected = text.indices.first { $0 >= start && text[$0] == 10 }
                    #expect(unsafe Newlines.first(in: bytes, from: start) == expected)
                }
            }
        }
    }

    @Test("a buffer full of line feeds does not overflow a lane")
    func lanes() {
        let text = [UInt8](repeating: 10, count: 100_000)
        let count = unsafe text.withUnsafeBytes { unsafe Newlines.count(in: $0) }
        #expect(count == 100_000)
    }
}
