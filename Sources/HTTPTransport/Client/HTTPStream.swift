public import EventModel
internal import Synchronization

/// An answer whose body is read while it comes.
///
/// At most the window's bytes wait in memory; then the server has to wait until half of them were read.
/// A stream that is dropped is cancelled; one whose client is gone fails with `transport.cancelled`.
public final class HTTPStream: Sendable {
    private struct Cursor {
        /// The bytes being read; those before `offset` were.
        var chunk: [UInt8] = []
        var offset = 0
    }

    /// The status: 200, 404, …
    public let status: Int
    /// The headers in order; names are in lower case.
    public let headers: [HTTPField]
    private let title: String
    private let number: UInt64
    private let body: StreamBody
    private let mailbox: Mailbox
    private let cursor = Mutex(Cursor())

    /// A stream of which the head is there.
    init(_ order: Order, _ head: HTTPHead, _ body: StreamBody, _ mailbox: Mailbox) {
        status = head.status
        headers = head.fields
        title = order.title
        number = order.number
        self.body = body
        self.mailbox = mailbox
    }

    deinit { if !body.hasEnded { mailbox.post(.cancel(number)) } }

    /// The value of the first header of that name; O(headers).
    public func header(_ lowerCaseName: String) -> String? { headers.value(of: lowerCaseName) }

    /// Appends at least one byte to `buffer` (up to its free capacity), or none at the end of the body.
    ///
    /// Blocks, so never call it on the cooperative pool. Throws `transport.truncated` when the body ended
    /// before its announced length (trap R01), and other codes of `transport.*` when it broke off.
    public func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        guard buffer.freeCapacity > 0 else { return }
        try cursor.withLock { cursor throws(SluiceError) in
            guard try fill(&cursor) else { return }
            let piece = cursor.chunk[cursor.offset...].prefix(buffer.freeCapacity)
            // Both pointers are used only within the closures, and `piece` fits the free part.
            unsafe buffer.withUnsafeMutableBytes { room, initializedCount in
                let free = unsafe UnsafeMutableRawBufferPointer(rebasing: room[initializedCount...])
                unsafe piece.withUnsafeBytes { unsafe free.copyMemory(from: $0) }
                initializedCount += piece.count
            }
            cursor.offset += piece.count
        }
    }

    /// Reads the rest of the body, at most `limit` bytes; a longer one throws `transport.too-large`. Blocks.
    public func collect(limit: Int) throws(SluiceError) -> [UInt8] {
        try cursor.withLock { cursor throws(SluiceError) in
            var bytes: [UInt8] = []
            while try fill(&cursor) {
                let rest = cursor.chunk[cursor.offset...]
                guard bytes.count + rest.count <= limit else {
                    cancel()
                    throw SluiceError(
                        .transportTooLarge,
                        "\(title) failed: the body of the answer is longer than \(limit) bytes."
                    )
                }
                bytes.append(contentsOf: rest)
                cursor.offset = cursor.chunk.count
            }
            return bytes
        }
    }

    /// Gives the body up; whoever reads gets `transport.cancelled`.
    public func cancel() {
        let isFirst = body.cancel(SluiceError(.transportCancelled, "\(title) was given up."))
        if isFirst { mailbox.post(.cancel(number)) }
    }

    /// Makes sure that there are bytes to read; false at the end.
    private func fill(_ cursor: inout Cursor) throws(SluiceError) -> Bool {
        guard cursor.offset == cursor.chunk.count else { return true }
        var emptied: [UInt8] = []
        swap(&emptied, &cursor.chunk)
        cursor.offset = 0
        switch body.take(giving: emptied) {
        case .chunk(let chunk, let mustResume):
            cursor.chunk = chunk
            if mustResume { mailbox.post(.resume(number)) }
            return true
        case .end(let end):
            try end.get()
            return false
        }
    }
}
