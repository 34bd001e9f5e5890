internal import EventModel

/// Copies a source to a sink, on a thread that may block.
enum ByteCopy {
    /// Bytes that are moved at a time.
    private static let chunkSize = 256 << 10

    /// Copies to the end of the source; returns how many bytes there were.
    static func run(from source: any ByteSource, to sink: any ByteSink) throws(SluiceError) -> UInt64 {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 64)
        defer { unsafe memory.deallocate() }
        var total: UInt64 = 0
        while true {
            var span = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
            try source.read(into: &span)
            let count = unsafe span.finalize(for: memory)
            guard count > 0 else { return total }
            total += UInt64(count)
            try sink.write(unsafe UnsafeRawBufferPointer(rebasing: memory[..<count]).bytes)
        }
    }
}
