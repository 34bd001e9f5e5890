/// Memory for the strings that expressions make while one record is processed; reset per record, never shared
/// by threads.
///
/// A bump allocator: made strings keep their address until `reset()`, and after the first records nothing is
/// allocated.
@safe public final class ExpressionScratch {
    /// All text made between two resets; a record that wants more gets a fault (`tooMuchText`).
    public static let maximumBytes = 64 << 20
    private static let chunkBytes = 16 << 10

    private var chunks: [UnsafeMutableRawBufferPointer]
    /// Chunk that is filled; those after it are empty.
    private var chunk = 0
    /// Bytes used in that chunk; at most its size.
    private var used = 0
    /// Bytes handed out since the last reset.
    private var total = 0
    /// The pattern that was last made at run time, compiled; kept over resets because it rarely changes.
    private var lastPattern: (text: [UInt8], expression: RegularExpression?)?

    /// Starts without memory.
    public init() { unsafe chunks = [] }

    deinit { unsafe chunks.forEach { unsafe $0.deallocate() } }

    /// Forgets all made strings. Values that point to them must not be used any more.
    public func reset() {
        chunk = 0
        used = 0
        total = 0
        // One record with long text must not keep its memory for the rest of the object.
        while let last = unsafe chunks.last, last.count > Self.chunkBytes {
            unsafe last.deallocate()
            unsafe chunks.removeLast()
        }
    }

    /// Uninitialised memory that lives until `reset()`, or nil past the limit.
    func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        guard count <= Self.maximumBytes - total else { return nil }
        total += count
        while unsafe chunk < chunks.count {
            if unsafe chunks[chunk].count - used >= count {
                defer { used += count }
                return unsafe UnsafeMutableRawBufferPointer(rebasing: chunks[chunk][used..<(used + count)])
            }
            chunk += 1
            used = 0
        }
        let size = max(count, Self.chunkBytes)
        unsafe chunks.append(.allocate(byteCount: size, alignment: 16))
        used = count
        return unsafe UnsafeMutableRawBufferPointer(rebasing: chunks[chunk][0..<count])
    }

    /// A copy of short text.
    func copy(_ text: String) -> UnsafeRawBufferPointer? {
        var text = text
        return text.withUTF8 { bytes -> UnsafeRawBufferPointer? in
            guard let memory = unsafe allocate(bytes.count) else { return nil }
            unsafe memory.copyBytes(from: bytes)
            return UnsafeRawBufferPointer(memory)
        }
    }

    /// The compiled form of a pattern made at run time, or nil when RE2 refuses it.
    func pattern(_ text: UnsafeRawBufferPointer) -> RegularExpression? {
        if let last = lastPattern, unsafe last.text.elementsEqual(text) { return last.expression }
        let expression = unsafe try? RegularExpression(text)
        lastPattern = unsafe (Array(text), expression)
        return expression
    }
}
