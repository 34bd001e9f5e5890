internal import EventModel
internal import Execution
internal import HTTPTransport
internal import Synchronization

/// The bytes of a large object, read as ranges through several connections at a time. Each is a stream that
/// is read as it comes; those behind the one being read fill their windows meanwhile.
///
/// At most `parallelParts` ranges are under way, each of at most `partSizeBytes`: so much waits in memory.
final class S3RangedBody: S3Body {
    private struct State {
        /// The range being read.
        var current: S3StreamedBody
        /// Ranges behind it that were asked for, in order.
        var ahead: [S3RangeAhead] = []
        /// Where the first range begins that nobody asked for yet.
        var next: UInt64
    }

    private let source: S3Source
    private let memory: StreamMemory
    private let state: Mutex<State>

    /// Reads on after `first`, the stream of the bytes before `next`; asks for the ranges behind it at once.
    init(source: S3Source, first: HTTPStream, next: UInt64, memory: StreamMemory) {
        self.source = source
        self.memory = memory
        let body = Self.body(of: source, 0..<next, first, memory)
        state = Mutex(State(current: body, next: next))
        state.withLock { fill(&$0, upTo: source.session.settings.parallelParts - 1) }
    }

    /// Appends what is there of the range being read, or of the next ones.
    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let before = buffer.byteCount
        while true {
            try state.withLock { $0.current }.read(into: &buffer)
            if buffer.byteCount > before { return }
            // It has ended, so one more may be under way.
            let ahead = state.withLock { state in
                fill(&state, upTo: max(1, source.session.settings.parallelParts))
                return state.ahead.first
            }
            guard let ahead else { return }
            // One that fails stays the next one, and fails again.
            let body = Self.body(of: source, ahead.range, try ahead.wait(), memory)
            state.withLock { state in
                state.current = body
                state.ahead.removeFirst()
            }
        }
    }

    private func fill(_ state: inout State, upTo count: Int) {
        let size = UInt64(source.session.settings.partSizeBytes)
        while state.ahead.count < count, state.next < source.version.sizeBytes {
            let end = min(source.version.sizeBytes, state.next + size)
            state.ahead.append(S3RangeAhead(source, state.next..<end, memory))
            state.next = end
        }
    }

    private static func body(
        of source: S3Source,
        _ range: Range<UInt64>,
        _ stream: HTTPStream,
        _ memory: StreamMemory
    ) -> S3StreamedBody {
        S3StreamedBody(source: source, range: range, stream: stream, window: range.count, memory: memory)
    }
}

/// A range of an object that was asked for before its turn. Its window has room for all of it, so that no
/// connection stands still until then.
private final class S3RangeAhead: Sendable {
    private typealias Outcome = Result<HTTPStream, SluiceError>

    /// Which bytes of the object.
    let range: Range<UInt64>
    private let outcome = Monitor<Outcome?>(nil)
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Asks for a range.
    init(_ source: S3Source, _ range: Range<UInt64>, _ memory: StreamMemory) {
        self.range = range
        let outcome = outcome
        let opening = Task {
            let result = await Result.of { () async throws(SluiceError) in
                try await source.open(range, window: range.count, memory: memory)
            }
            outcome.withLock { $0 = result }
            outcome.wakeAll()
        }
        task.withLock { $0 = opening }
    }

    deinit { task.withLock { $0 }?.cancel() }

    /// Waits until its bytes begin to come.
    func wait() throws(SluiceError) -> HTTPStream { try outcome.wait { $0 }.get() }
}
