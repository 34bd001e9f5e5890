internal import EventModel
internal import Execution

/// The bytes of a stream between the client's thread, which puts them in, and the reader's, which takes them.
final class StreamBody: Sendable {
    fileprivate struct State {
        var head: Result<HTTPHead, SluiceError>?
        /// Who waits for the head without blocking.
        var headWaiter: (@Sendable (Result<HTTPHead, SluiceError>) -> Void)?
        /// Bytes in order; all chunks but the last are full.
        var chunks: [[UInt8]] = []
        /// Sum of the chunks' lengths; at most the window, or one piece of libcurl's if that is longer.
        var waitingByteCount = 0
        /// libcurl was told to wait, and nobody has told it to go on.
        var isPaused = false
        /// How it ended; nothing changes any more, but chunks are still taken.
        var end: Result<Void, SluiceError>?
        var chunkBytes: Int
    }

    /// What the reader gets.
    enum Taken {
        /// The next bytes; when `mustResume`, the client has to be told to go on.
        case chunk([UInt8], mustResume: Bool)
        /// The end of the body.
        case end(Result<Void, SluiceError>)
    }

    /// What became of a piece.
    enum Fate {
        /// It was taken.
        case taken
        /// There is no room; the same piece has to come again.
        case paused
    }

    private static let chunkBytes = 256 << 10
    /// The most bytes that wait.
    let window: Int
    private let memory: StreamMemory
    private let monitor: Monitor<State>

    /// An empty body of which at most `window` bytes wait, in chunks of `memory`.
    init(window: Int, memory: StreamMemory) {
        self.window = max(1, window)
        self.memory = memory
        monitor = Monitor(State(chunkBytes: min(Self.chunkBytes, max(4096, window / 4))))
    }

    /// Takes the head, once.
    func setHead(_ head: HTTPHead) {
        let waiter = monitor.withLock { state in
            state.head = .success(head)
            if let length = head.contentLength { state.chunkBytes = min(state.chunkBytes, max(1, length)) }
            return state.takeHeadWaiter()
        }
        monitor.wakeAll()
        waiter?(.success(head))
    }

    /// Takes a piece of the body, or none of it.
    func append(_ piece: RawSpan) -> Fate {
        monitor.withLock { state in
            let count = piece.byteCount
            guard state.waitingByteCount == 0 || state.waitingByteCount + count <= window else {
                state.isPaused = true
                return .paused
            }
            state.append(piece, memory)
            state.waitingByteCount += count
            return .taken
        }
    }

    /// Wakes the reader; called after some pieces, not after each.
    func wakeReader() { monitor.wakeAll() }

    /// Says how it ended; the first call counts.
    func finish(_ end: Result<Void, SluiceError>) {
        let (head, waiter) = monitor.withLock { state in
            if state.end == nil { state.end = end }
            if state.head == nil, case .failure(let error) = end { state.head = .failure(error) }
            return (state.head, state.takeHeadWaiter())
        }
        monitor.wakeAll()
        if let head { waiter?(head) }
    }

    /// Ends it and forgets the bytes that wait; false when it had ended before.
    func cancel(_ error: SluiceError) -> Bool {
        let hadEnded = monitor.withLock { state in
            let hadEnded = state.end != nil
            if case .success? = state.end, state.chunks.isEmpty { return hadEnded }
            state.end = .failure(error)
            state.chunks = []
            state.waitingByteCount = 0
            return hadEnded
        }
        monitor.wakeAll()
        return !hadEnded
    }

    /// Whether nothing more comes.
    var hasEnded: Bool { monitor.withLock { $0.end != nil } }

    /// Blocks until the head is there.
    func head() throws(SluiceError) -> HTTPHead { try monitor.wait { $0.head }.get() }

    /// Calls `waiter` with the head, on the client's thread; set before the request is sent.
    func whenHeadArrives(_ waiter: @escaping @Sendable (Result<HTTPHead, SluiceError>) -> Void) {
        monitor.withLock { $0.headWaiter = waiter }
    }

    /// Blocks until there are bytes, or the end; gives an emptied chunk back.
    func take(giving emptied: consuming [UInt8]) -> Taken {
        memory.give(emptied)
        return monitor.wait { state in
            guard !state.chunks.isEmpty else { return state.end.map { .end($0) } }
            let chunk = state.chunks.removeFirst()
            state.waitingByteCount -= chunk.count
            let mustResume = state.isPaused && state.waitingByteCount <= window / 2
            if mustResume { state.isPaused = false }
            return .chunk(chunk, mustResume: mustResume)
        }
    }
}

extension StreamBody.State {
    /// Fills the last chunk and adds new ones.
    fileprivate mutating func append(_ piece: RawSpan, _ memory: StreamMemory) {
        var offset = 0
        while offset < piece.byteCount {
            if chunks.last.map({ $0.count >= chunkBytes }) ?? true {
                chunks.append(memory.take(chunkBytes))
            }
            let last = chunks.count - 1
            let count = min(piece.byteCount - offset, chunkBytes - chunks[last].count)
            chunks[last].append(bytes: piece.extracting(offset..<offset + count))
            offset += count
        }
    }

    fileprivate mutating func takeHeadWaiter() -> (@Sendable (Result<HTTPHead, SluiceError>) -> Void)? {
        defer { headWaiter = nil }
        return headWaiter
    }
}

extension [UInt8] {
    /// Appends bytes in one copy.
    mutating func append(bytes: RawSpan) {
        // The pointer is used only within the closure.
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
}
