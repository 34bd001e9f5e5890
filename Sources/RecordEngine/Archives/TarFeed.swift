internal import EventModel

/// What libarchive reads from: the chunks of a `StoredInput`, without a copy, after the guard has seen them.
///
/// libarchive calls back in the middle of our own calls to it, always on the same thread.
final class TarFeed {
    private let input: StoredInput
    private var tarGuard = TarGuard()
    /// Bytes of the input that libarchive has in its hands; taken when it asks for more.
    private var lentBytes = 0
    /// What the guard refuses behind the bytes that were lent last.
    private var refusal: SluiceError?
    /// What ended the feed: kept for the caller, as libarchive would turn it into a sentence.
    private(set) var failure: SluiceError?
    /// Whether libarchive asked for more than there is.
    private(set) var isAtEnd = false
    /// What the operator should know though reading succeeded.
    private(set) var warnings: [String] = []

    /// Lends what `input` holds, from its next byte to its end.
    init(_ input: StoredInput) { self.input = input }

    /// The member that libarchive gives out now, as the guard read it.
    func takeSeen() -> TarGuard.Seen? { tarGuard.takeSeen() }

    /// The next chunk, empty at the end; nil after a failure.
    func lend() -> UnsafeRawBufferPointer? {
        guard failure == nil else { return nil }
        do throws(SluiceError) {
            input.take(lentBytes)
            lentBytes = 0
            if let refusal { throw refusal }
            if !isAtEnd, try !hasMore() { try end() }
            guard !isAtEnd else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
            let bytes = unsafe input.bytes
            lentBytes = unsafe try seen(of: bytes)
            return unsafe UnsafeRawBufferPointer(rebasing: bytes[..<lentBytes])
        } catch {
            failure = error
            return nil
        }
    }

    /// Whether there is more of the archive: a whole block where the guard expects a header.
    private func hasMore() throws(SluiceError) -> Bool {
        guard tarGuard.expectsHeader else { return try input.require(1) }
        guard try input.require(TarHeader.blockBytes) else { return false }
        guard tarGuard.zeroBlocks >= 2 else { return true }
        // Behind the end of an archive: another one, or what tapes and bad writers leave there.
        let block = unsafe UnsafeRawBufferPointer(rebasing: input.bytes[..<TarHeader.blockBytes])
        return unsafe TarHeader.isZero(block) || TarHeader.checksumMatches(block)
    }

    private func end() throws(SluiceError) {
        isAtEnd = true
        guard tarGuard.expectsHeader else { return }
        if input.available > 0, tarGuard.zeroBlocks < 2 {
            throw SluiceError(
                .archiveTruncated,
                "The tar archive ends inside of a header.",
                hint: "The upload was probably cut off: upload the object again."
            )
        }
        if tarGuard.zeroBlocks == 0 {
            warnings.append("the tar archive has no end mark: it may have been cut off between two members")
        }
        if input.available > 0 { warnings.append(try input.skipGarbage(behind: "tar archive", magic: [])) }
    }

    /// How many of these bytes belong to the archive; headers that are not whole are left for later.
    private func seen(of bytes: UnsafeRawBufferPointer) throws(SluiceError) -> Int {
        var count = 0
        while count < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[count...])
            if tarGuard.expectsHeader {
                // What stands behind an end mark is looked at by itself.
                guard rest.count >= TarHeader.blockBytes, tarGuard.zeroBlocks < 2 || count == 0 else { break }
            }
            do throws(SluiceError) {
                count += unsafe try tarGuard.look(at: rest)
            } catch {
                // What stands before it is told first, however much came at once.
                if count == 0 { throw error }
                refusal = error
                break
            }
        }
        return count
    }
}

/// archive_read_open(3), `archive_read_callback`: lends bytes; 0 at the end, -1 after a failure.
func lendToArchive(
    _: OpaquePointer?,
    _ context: UnsafeMutableRawPointer?,
    _ buffer: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> Int {
    guard let context = unsafe context, let buffer = unsafe buffer else { return -1 }
    let feed = unsafe Unmanaged<TarFeed>.fromOpaque(context).takeUnretainedValue()
    guard let chunk = unsafe feed.lend() else { return -1 }
    unsafe buffer.pointee = chunk.baseAddress
    return chunk.count
}
