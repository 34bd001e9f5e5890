/// Growable raw memory that is reused: the engine's blocks, arenas and outputs.
///
/// `count ≤ capacity` always; behind `capacity` lie `padding` further bytes that may be read (simdjson loads
/// whole vectors past the end). Owned by one thread at a time.
@safe public final class ByteBuffer {
    /// Readable bytes behind the capacity (simdjson's SIMDJSON_PADDING is 64).
    public static let padding = 64

    /// Start of the memory; changes when the buffer grows.
    public private(set) var base: UnsafeMutableRawPointer
    /// How many bytes fit before the buffer grows; at least as many as were asked for.
    public private(set) var capacity: Int
    /// How many bytes are in use.
    public var count: Int = 0

    /// Reserves memory for `capacity` bytes.
    public init(capacity: Int = 0) {
        let memory = unsafe Self.allocate(max(capacity, 256))
        unsafe base = memory.base
        self.capacity = unsafe memory.capacity
    }

    deinit { unsafe Self.deallocate(base, capacity) }

    /// Makes room for `additional` further bytes; at least doubles when it must grow.
    @inline(__always)
    public func reserve(_ additional: Int) {
        if count &+ additional > capacity { grow(additional) }
    }

    /// Forgets the content and keeps the memory.
    public func removeAll() { count = 0 }

    /// The bytes in use.
    public var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    /// Appends a copy of `source`.
    @inline(__always)
    public func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        reserve(source.count)
        unsafe (base + count).copyMemory(from: start, byteCount: source.count)
        count &+= source.count
    }

    /// Appends a copy of `source`.
    public func append(_ source: RawSpan) {
        unsafe source.withUnsafeBytes { unsafe append($0) }
    }

    /// Appends one byte.
    @inline(__always)
    public func append(_ byte: UInt8) {
        reserve(1)
        unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// Removes the bytes in `range` and closes the gap. O(bytes behind it).
    public func remove(_ range: Range<Int>) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count,
            "The range lies outside of the buffer."
        )
        let rest = count - range.upperBound
        unsafe (base + range.lowerBound).copyMemory(from: base + range.upperBound, byteCount: rest)
        count -= range.count
    }

    @inline(never)
    private func grow(_ additional: Int) {
        let wanted = max(count + additional, capacity * 2)
        let larger = unsafe Self.allocate(wanted)
        unsafe larger.base.copyMemory(from: base, byteCount: count)
        unsafe Self.deallocate(base, capacity)
        unsafe base = larger.base
        capacity = unsafe larger.capacity
    }

    /// Memory for at least `capacity` bytes and the padding; whether it is a mapping shows in its size.
    private static func allocate(_ capacity: Int) -> (base: UnsafeMutableRawPointer, capacity: Int) {
        let byteCount = capacity + padding
        guard byteCount >= BufferMemory.smallestBytes else {
            return (.allocate(byteCount: byteCount, alignment: 64), capacity)
        }
        let memory = unsafe BufferMemory.shared.take(atLeast: byteCount)
        return unsafe (memory.base, memory.byteCount - padding)
    }

    private static func deallocate(_ base: UnsafeMutableRawPointer, _ capacity: Int) {
        let byteCount = capacity + padding
        if byteCount >= BufferMemory.smallestBytes {
            unsafe BufferMemory.shared.give(base, byteCount: byteCount)
        } else {
            unsafe base.deallocate()
        }
    }
}
