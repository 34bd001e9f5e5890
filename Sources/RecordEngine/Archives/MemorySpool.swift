internal import EventModel

/// Keeps bytes in memory: for tests, and for small archives in front of another spool.
@safe public final class MemorySpool: Spool {
    private let memory = ByteBuffer()

    /// An empty spool.
    public init() {}

    /// How many bytes were appended.
    public var byteCount: UInt64 { UInt64(memory.count) }

    /// Copies `bytes` behind those it has.
    public func append(_ bytes: UnsafeRawBufferPointer) { unsafe memory.append(bytes) }

    /// Copies what begins at `offset`.
    public func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) {
        precondition(
            offset <= byteCount && UInt64(target.count) <= byteCount - offset,
            "No such bytes are kept."
        )
        let start = Int(offset)
        unsafe target.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: memory.bytes[start..<(start + target.count)])
        )
    }
}

/// Makes spools in memory, whatever their size: only where memory is no concern.
public struct MemorySpoolProvider: SpoolProvider {
    /// Makes spools.
    public init() {}

    /// An empty spool.
    public func makeSpool() -> any Spool { MemorySpool() }
}

/// Keeps little in memory, and all of it elsewhere once it is more.
final class GrowingSpool: Spool {
    /// Archives up to this size never leave the memory.
    static let memoryBytes: UInt64 = 4 << 20

    private let provider: any SpoolProvider
    private var spool: any Spool = MemorySpool()
    private var isInMemory = true

    /// An empty spool that asks `provider` when it has more than `memoryBytes`.
    init(_ provider: any SpoolProvider) { self.provider = provider }

    /// How many bytes were appended.
    var byteCount: UInt64 { spool.byteCount }

    /// Keeps `bytes`. Throws where the provider has no place for them.
    func append(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
        if isInMemory, spool.byteCount + UInt64(bytes.count) > Self.memoryBytes { try moveOut() }
        unsafe try spool.append(bytes)
    }

    /// Copies what begins at `offset`. Throws where it cannot be read.
    func read(at offset: UInt64, into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) {
        unsafe try spool.read(at: offset, into: memory)
    }

    private func moveOut() throws(SluiceError) {
        let larger = try provider.makeSpool()
        let copy = ByteBuffer(capacity: Int(spool.byteCount))
        let memory = unsafe UnsafeMutableRawBufferPointer(start: copy.base, count: Int(spool.byteCount))
        unsafe try spool.read(at: 0, into: memory)
        unsafe try larger.append(UnsafeRawBufferPointer(memory))
        spool = larger
        isInMemory = false
    }
}
