internal import EventModel
internal import Execution
internal import HTTPTransport
internal import Synchronization

/// The bytes of an object, or of a range of it, as they come through one connection; when it breaks, another
/// goes on from where it was (trap R02).
final class S3StreamedBody: S3Body {
    private struct State {
        var stream: HTTPStream
        /// Where the next byte lies in the object; at most `end`.
        var position: UInt64
        /// Broken connections since the last byte.
        var failures = 0
    }

    /// So many connections may break without a byte between them.
    private static let mostFailures = 4

    private let source: S3Source
    private let end: UInt64
    private let window: Int
    private let memory: StreamMemory
    private let state: Mutex<State>

    /// Goes on with an answer whose head was compared already, and which has this range of the object.
    /// `window` bytes of another one that takes its place may wait in `memory`.
    init(
        source: S3Source,
        range: Range<UInt64>,
        stream: HTTPStream,
        window: Int,
        memory: StreamMemory
    ) {
        self.source = source
        self.window = window
        self.memory = memory
        end = range.upperBound
        state = Mutex(State(stream: stream, position: range.lowerBound))
    }

    deinit { state.withLock { $0.stream }.cancel() }

    /// Appends what came.
    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        while true {
            let (stream, position) = state.withLock { ($0.stream, $0.position) }
            if position == end { return }
            let before = buffer.byteCount
            var failure: SluiceError?
            do throws(SluiceError) {
                try stream.read(into: &buffer)
            } catch {
                failure = error
            }
            let count = UInt64(buffer.byteCount - before)
            if count > 0 {
                guard count <= end - position else { throw source.session.changed(source.key) }
                return state.withLock { state in
                    state.position += count
                    state.failures = 0
                }
            }
            try resume(after: failure ?? truncated(position), at: position)
        }
    }

    private func truncated(_ position: UInt64) -> SluiceError {
        SluiceError(.transportTruncated, "The answer ended at byte \(position) of \(end).")
    }

    private func resume(after failure: SluiceError, at position: UInt64) throws(SluiceError) {
        let failures = state.withLock { state in
            state.failures += 1
            return state.failures
        }
        guard failures <= Self.mostFailures, failure.code != .transportCancelled else {
            throw S3RetryPlan.Problem.failed(failure).error(source.session.subject("read", source.key))
        }
        let (source, end, window, memory) = (source, end, window, memory)
        let next = try BlockingBridge.wait { () async throws(SluiceError) in
            try await source.open(position..<end, window: window, memory: memory)
        }
        let old = state.withLock { state in
            let old = state.stream
            state.stream = next
            return old
        }
        old.cancel()
    }
}
