internal import EventModel
internal import Execution
internal import HTTPTransport
internal import Synchronization

/// The bytes of a large object, read as ranges through several connections at a time; at most as many ranges
/// as are under way wait in memory.
final class S3RangedBody: S3Body {
    private struct State {
        /// Ranges that were asked for and not wholly handed out, in order.
        var ranges: [S3RangeFetch] = []
        /// Where the next range begins that nobody asked for yet.
        var next: UInt64
        /// Position in the first range's bytes.
        var position = 0
        /// The bytes of the first range, once they are there.
        var bytes: [UInt8]?
    }

    private let session: S3Session
    private let key: ObjectKey
    private let version: S3Version
    private let first: S3StreamedBody
    private let state: Mutex<State>

    /// Reads on after `first`, which ends at `next`; asks for the ranges behind it at once.
    init(session: S3Session, key: ObjectKey, version: S3Version, first: S3StreamedBody, next: UInt64) {
        self.session = session
        self.key = key
        self.version = version
        self.first = first
        state = Mutex(State(next: next))
        state.withLock { fill(&$0, upTo: session.settings.parallelParts - 1) }
    }

    deinit {
        for range in state.withLock({ $0.ranges }) { range.cancel() }
    }

    /// Appends what is there of the first range that was not handed out.
    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let before = buffer.byteCount
        try first.read(into: &buffer)
        if buffer.byteCount > before { return }
        while true {
            guard let range = state.withLock({ $0.ranges.first }) else { return }
            let known = state.withLock { $0.bytes }
            let bytes: [UInt8]
            if let known {
                bytes = known
            } else {
                bytes = try range.wait()
                state.withLock { $0.bytes = bytes }
            }
            let isAppended = state.withLock { state in
                let count = min(bytes.count - state.position, buffer.freeCapacity)
                buffer.append(copying: bytes, from: state.position, count: count)
                state.position += count
                if state.position < bytes.count { return true }
                state.ranges.removeFirst()
                (state.position, state.bytes) = (0, nil)
                fill(&state, upTo: session.settings.parallelParts)
                return count > 0
            }
            if isAppended { return }
        }
    }

    private func fill(_ state: inout State, upTo count: Int) {
        while state.ranges.count < max(1, count), state.next < version.sizeBytes {
            let end = min(version.sizeBytes, state.next + UInt64(session.settings.partSizeBytes))
            state.ranges.append(S3RangeFetch(session, key, version, state.next..<end))
            state.next = end
        }
    }
}

/// One range of an object on its way.
final class S3RangeFetch: Sendable {
    private typealias Outcome = Result<[UInt8], SluiceError>

    private let outcome = Monitor<Outcome?>(nil)
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Asks for a range of one version.
    init(_ session: S3Session, _ key: ObjectKey, _ version: S3Version, _ range: Range<UInt64>) {
        let outcome = outcome
        let fetch = Task {
            let result = await Result.of { () async throws(SluiceError) in
                try await session.fetch(key, version, range)
            }
            outcome.withLock { $0 = result }
            outcome.wakeAll()
        }
        task.withLock { $0 = fetch }
    }

    deinit { cancel() }

    /// Waits for its bytes.
    func wait() throws(SluiceError) -> [UInt8] { try outcome.wait { $0 }.get() }

    /// Gives it up.
    func cancel() { task.withLock { $0 }?.cancel() }
}

extension S3Session {
    /// The bytes of a range of one version.
    func fetch(
        _ key: ObjectKey,
        _ version: S3Version,
        _ range: Range<UInt64>
    ) async throws(SluiceError) -> [UInt8] {
        let length = Int(range.upperBound - range.lowerBound)
        let answer = try await send(
            requests.get(key, tag: version.tag, range: range),
            subject("read", key),
            bodyLimit: max(length, 64 << 10)
        ) { response -> S3Reading<Result<[UInt8], SluiceError>> in
            do throws(SluiceError) {
                try check(response.headers, key, version, range)
            } catch {
                return .value(.failure(error))
            }
            guard response.body.count == length else { return .garbled("the range has another length") }
            return .value(.success(response.body))
        }
        return try answer.get()
    }
}
