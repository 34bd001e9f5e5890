internal import Synchronization

/// Memory that streams have emptied, to be filled again by streams of the same reader.
///
/// Fresh memory costs more than the copy into it: the system zeroes each page and takes a fault for it. A
/// chunk is only made when none is empty, so all of it together is what once waited to be read at a time.
public final class StreamMemory: Sendable {
    private let empty = Mutex<[[UInt8]]>([])

    /// Begins with none.
    public init() {}

    /// An empty chunk with room for so many bytes.
    func take(_ byteCount: Int) -> [UInt8] {
        var chunk = empty.withLock { $0.popLast() } ?? []
        chunk.reserveCapacity(byteCount)
        return chunk
    }

    /// Takes a chunk back, whatever is in it.
    func give(_ chunk: consuming [UInt8]) {
        guard chunk.capacity > 0 else { return }
        chunk.removeAll(keepingCapacity: true)
        let emptied = chunk
        empty.withLock { $0.append(emptied) }
    }
}
