internal import EventModel

/// A piece of a spool in memory, loaded where it is looked at.
@safe final class SpoolWindow {
    private let spool: any Spool
    private let memory = ByteBuffer()
    private var start: UInt64 = 0

    /// Looks at `spool`, of which nothing is loaded yet.
    init(_ spool: any Spool) { self.spool = spool }

    /// How many bytes the spool has.
    var byteCount: UInt64 { spool.byteCount }

    /// The `count` bytes at `offset`, valid until the next call; nil when the spool ends before them.
    ///
    /// Loads `ahead` bytes in one go where they have to be loaded. Throws where the spool cannot be read.
    func bytes(at offset: UInt64, _ count: Int, ahead: Int = 0) throws(SluiceError) -> UnsafeRawBufferPointer?
    {
        guard offset <= byteCount, UInt64(count) <= byteCount - offset else { return nil }
        if offset < start || offset + UInt64(count) > start + UInt64(memory.count) {
            let wanted = Int(min(UInt64(max(count, ahead)), byteCount - offset))
            memory.count = 0
            memory.reserve(wanted)
            let target = unsafe UnsafeMutableRawBufferPointer(start: memory.base, count: wanted)
            unsafe try spool.read(at: offset, into: target)
            memory.count = wanted
            start = offset
        }
        let begin = Int(offset - start)
        return unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[begin..<(begin + count)])
    }
}

extension UnsafeRawBufferPointer {
    /// The little-endian number at an offset, which must lie within the buffer.
    func little<Number: FixedWidthInteger>(_ offset: Int, as type: Number.Type) -> Number {
        unsafe Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
