internal import EventModel
internal import Execution
internal import HTTPTransport
internal import Synchronization

/// The bytes of an object, or of its beginning, as they come through one connection; when it breaks, another
/// goes on from where it was (trap R02).
final class S3StreamedBody: S3Body {
    private struct State {
        var stream: HTTPStream
        /// Where the next byte lies in the object; at most `end`.
        var position: UInt64 = 0
        /// Broken connections since the last byte.
        var failures = 0
    }

    /// So many connections may break without a byte between them.
    private static let mostFailures = 4
    /// At most so many bytes wait in memory.
    static let window = 4 << 20

    private let session: S3Session
    private let key: ObjectKey
    private let version: S3Version
    private let end: UInt64
    private let state: Mutex<State>

    /// Goes on with an answer whose head was compared already; `end` is where it ends.
    init(session: S3Session, key: ObjectKey, version: S3Version, stream: HTTPStream, end: UInt64) {
        self.session = session
        self.key = key
        self.version = version
        self.end = end
        state = Mutex(State(stream: stream))
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
                guard count <= end - position else { throw session.changed(key) }
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
            throw S3RetryPlan.Problem.failed(failure).error(session.subject("read", key))
        }
        let (session, key, version, end) = (session, key, version, end)
        let next = try BlockingBridge.wait { () async throws(SluiceError) in
            try await session.openRange(key, version, position..<end)
        }
        let old = state.withLock { state in
            let old = state.stream
            state.stream = next
            return old
        }
        old.cancel()
    }
}

extension S3Session {
    /// Opens a part of a version. Throws `storage.version-changed` when the answer is of another one, and
    /// `storage.bad-answer` when it is of another part.
    func openRange(
        _ key: ObjectKey,
        _ version: S3Version,
        _ range: Range<UInt64>
    ) async throws(SluiceError) -> HTTPStream {
        let stream = try await open(
            requests.get(key, tag: version.tag, range: range),
            subject("read", key),
            window: S3StreamedBody.window
        )
        do throws(SluiceError) {
            try check(stream.headers, key, version, range)
        } catch {
            stream.cancel()
            throw error
        }
        return stream
    }

    /// Compares the head of an answer with the version and the range that were asked for; some stores do not
    /// heed `If-Match`, and some answer a range with status 200, so the headers decide.
    func check(
        _ headers: [HTTPField],
        _ key: ObjectKey,
        _ version: S3Version,
        _ range: Range<UInt64>
    ) throws(SluiceError) {
        guard let head = S3Head(headers, key), head.tag == version.tag else { throw changed(key) }
        // The same ETag with another length is no other version, but bytes that were lost (trap R01).
        guard head.info.sizeBytes == version.sizeBytes else {
            throw misread(key, "the answer's length is wrong")
        }
        let isWhole = range.lowerBound == 0 && range.upperBound == version.sizeBytes
        let said = headers.first { $0.name == "content-range" }?.value
        if said == nil, isWhole { return }
        guard said == "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(version.sizeBytes)" else {
            throw misread(key, "the store answers another range")
        }
    }

    private func misread(_ key: ObjectKey, _ reason: String) -> SluiceError {
        SluiceError(
            .storageBadAnswer,
            "Could not \(subject("read", key)): \(reason).",
            hint: "Check proxies on the way; the store must support ranges (RFC 9110, section 14)."
        )
    }
}
