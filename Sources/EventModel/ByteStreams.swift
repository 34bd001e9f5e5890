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

/// Bytes that are pushed: a staged output, a bounded channel, memory in tests.
///
/// Used by one thread at a time; may block.
public protocol ByteSink: AnyObject {
    /// Takes all of `bytes`, in order, or throws.
    func write(_ bytes: RawSpan) throws(SluiceError)
}
