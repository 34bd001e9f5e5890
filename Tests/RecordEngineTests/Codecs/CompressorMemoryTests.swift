internal import CISAL
internal import EventModel
internal import RecordEngine
internal import Testing

/// A compressor's memory comes from the heap as it is; nothing of it may show in the output.
@Suite struct CompressorMemoryTests {
    /// Deflates into `target` with a stream whose memory held `content` before; returns how many bytes.
    private func deflate(
        _ text: [UInt8],
        level: UInt32,
        _ target: inout [UInt8],
        memoryHeld content: (Int) -> UInt16
    ) -> Int {
        let size = sluice_deflate_size(level)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        defer { unsafe memory.deallocate() }
        for index in 0..<size / 2 {
            unsafe memory.storeBytes(of: content(index), toByteOffset: 2 * index, as: UInt16.self)
        }
        var produced = 0
        let code = unsafe sluice_deflate_fragment(
            memory,
            level,
            text,
            UInt32(text.count),
            &target,
            UInt32(target.count),
            &produced
        )
        return code == 0 ? produced : -1
    }

    @Test("deflate does not depend on what its memory held before", arguments: 0...3 as ClosedRange<UInt32>)
    func deflateMemory(level: UInt32) {
        var random = SeededRandom(UInt64(level) + 3)
        // Short pieces, as rejects are, and pieces longer than the window.
        for text in [[65], [UInt8](sampleLines(40)), [UInt8](sampleLines(1500))] {
            var expected = [UInt8](repeating: 0, count: 2 * text.count + 1024)
            let expectedCount = deflate(text, level: level, &expected) { _ in 0 }
            #expect(expectedCount > 0)
            // Small numbers are plausible sizes of a window; the others are what a used heap holds.
            for content in [1, 2, 5, 9, 12, 15, 16, 0x0101, 0x2020, 0xFFFF] as [UInt16] {
                var found = [UInt8](repeating: 0, count: expected.count)
                let count = deflate(text, level: level, &found) { _ in content }
                #expect(count == expectedCount && found == expected, "memory of \(content)")
            }
            var found = [UInt8](repeating: 0, count: expected.count)
            let count = deflate(text, level: level, &found) { _ in
                UInt16(truncatingIfNeeded: random.next()) % 17
            }
            #expect(count == expectedCount && found == expected, "memory of random small numbers")
        }
    }
}
