internal import RecordEngine
internal import Testing

@Suite struct BufferMemoryTests {
    @Test("what was given back is used again, whatever buffer it was for")
    func reuse() {
        let memory = BufferMemory(keptBytes: 8 << 20)
        let first = unsafe memory.take(atLeast: 1_000_000)
        unsafe #expect(first.byteCount >= 1_000_000 && memory.idleBytes == 0)
        unsafe memory.give(first.base, byteCount: first.byteCount)
        unsafe #expect(memory.idleBytes == first.byteCount)
        let second = unsafe memory.take(atLeast: 900_000)
        unsafe #expect(second.base == first.base && memory.idleBytes == 0)
        unsafe memory.give(second.base, byteCount: second.byteCount)
        // Too large for it, and too small to waste it on.
        for byteCount in [2_000_000, 300_000] {
            let other = unsafe memory.take(atLeast: byteCount)
            unsafe #expect(other.byteCount >= byteCount && memory.idleBytes == first.byteCount)
            // Not given back to `memory`, so that the next round finds the first only.
            unsafe BufferMemory.shared.give(other.base, byteCount: other.byteCount)
        }
    }

    @Test("no more than the limit is kept, however much was in use")
    func bounded() {
        let memory = BufferMemory(keptBytes: 4 << 20)
        let taken = unsafe (0..<20).map { unsafe memory.take(atLeast: ($0 + 1) << 18) }
        for unsafe each in unsafe taken {
            unsafe memory.give(each.base, byteCount: each.byteCount)
            #expect(memory.idleBytes <= 4 << 20)
        }
        #expect(memory.idleBytes > 3 << 20)
    }

    @Test("large buffers keep their content while they grow, from one kind of memory to the other")
    func growth() {
        let buffer = ByteBuffer()
        for index in 0..<100_000 {
            unsafe withUnsafeBytes(of: UInt64(index)) { unsafe buffer.append($0) }
        }
        #expect(buffer.count == 800_000 && buffer.capacity >= 800_000)
        let isWhole = (0..<100_000).allSatisfy {
            unsafe buffer.bytes.load(fromByteOffset: 8 * $0, as: UInt64.self) == UInt64($0)
        }
        #expect(isWhole)
        // The padding can be read.
        #expect(unsafe buffer.base.load(fromByteOffset: buffer.capacity + 63, as: UInt8.self) >= 0)
    }
}
