/// Bytes that are pulled: a file, a network body behind a bounded channel, memory in tests.
///
/// Used by one thread at a time; may block, so it is never read on the cooperative pool.
public protocol ByteSource: AnyObject {
    /// Appends at least one byte to `buffer` (up to its free capacity), or none at the end of the stream.
    ///
    /// Once it appended nothing it appends nothing for ever. Throws `storage.*` when bytes cannot be read,
    /// and `storage.version-changed` when they are no longer those of the version that was opened.
    func read(into buffer: inout OutputRawSpan) throws(SluiceError)
}

extension ByteSource {
    /// Reads on to the end, or until `limit` bytes were read, through one buffer of `chunkSize` bytes.
    ///
    /// `body` gets each piece and keeps none. Returns how many bytes there were.
    @discardableResult
    public func readToEnd(
        limit: UInt64 = .max,
        chunkSize: Int = 256 << 10,
        _ body: (RawSpan) throws(SluiceError) -> Void
    ) throws(SluiceError) -> UInt64 {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 64)
        defer { unsafe memory.deallocate() }
        var total: UInt64 = 0
        while total < limit {
            let room = Int(min(UInt64(chunkSize), limit - total))
            // The span lives shorter than the memory, which nobody else sees.
            let part = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<room])
            var span = unsafe OutputRawSpan(buffer: part, initializedCount: 0)
            try read(into: &span)
            if span.isEmpty { break }
            total += UInt64(span.byteCount)
            try body(span.bytes)
        }
        return total
    }

    /// Reads on to the end and writes all of it to `sink`; returns how many bytes there were.
    @discardableResult
    public func pour(into sink: any ByteSink) throws(SluiceError) -> UInt64 {
        try readToEnd { (bytes) throws(SluiceError) in try sink.write(bytes) }
    }
}

/// Bytes that are pushed: a staged output, a bounded channel, memory in tests.
///
/// Used by one thread at a time; may block.
public protocol ByteSink: AnyObject {
    /// Takes all of `bytes`, in order, or throws.
    func write(_ bytes: RawSpan) throws(SluiceError)
}
