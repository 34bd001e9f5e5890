internal import EventModel

/// What libarchive reads from: the chunks of a `StoredInput`, without a copy.
///
/// libarchive calls back in the middle of our own calls to it, always on the same thread.
final class TarFeed {
    private let input: StoredInput
    /// Bytes of the input that libarchive has in its hands; taken when it asks for more.
    private var lentBytes = 0
    /// What ended the feed: kept for the caller, as libarchive would turn it into a sentence.
    private(set) var failure: SluiceError?
    /// Whether libarchive asked for more than there is.
    private(set) var isAtEnd = false

    /// Lends what `input` holds, from its next byte to its end.
    init(_ input: StoredInput) { self.input = input }

    /// The next chunk, empty at the end; nil after a failure.
    func lend() -> UnsafeRawBufferPointer? {
        guard failure == nil else { return nil }
        do throws(SluiceError) {
            input.take(lentBytes)
            lentBytes = 0
            if input.available == 0, try !input.fill() {
                isAtEnd = true
                return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
            }
            lentBytes = input.available
            return unsafe input.bytes
        } catch {
            failure = error
            return nil
        }
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
