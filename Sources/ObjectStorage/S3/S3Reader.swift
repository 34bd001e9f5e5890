internal import EventModel
internal import Execution
internal import Synchronization

/// Where the bytes of one version come from.
protocol S3Body: AnyObject, Sendable {
    /// Appends at least one byte, or none at the end; blocks. Throws `storage.version-changed` before a byte
    /// of another version.
    func read(into buffer: inout OutputRawSpan) throws(SluiceError)
}

/// Reads one version of an object to its end, which is where its size says.
final class S3Reader: ObjectReader {
    private struct State {
        /// Bytes handed out; at most the object's size.
        var received: UInt64 = 0
        /// Whether the end was met.
        var hasEnded = false
        /// That the version is gone, once a request met it.
        var verdict: SluiceError?
    }

    /// The object as it was when it was opened.
    let info: ObjectInfo
    /// What the store keeps beside the bytes.
    let attributes: ObjectAttributes
    private let session: S3Session
    private let body: any S3Body
    private let state = Mutex(State())

    /// Reads what `head` describes.
    init(session: S3Session, head: S3Head, body: any S3Body) {
        self.session = session
        info = head.info
        attributes = head.attributes
        self.body = body
    }

    /// Appends what there is; at the end, the bytes are as many as the object has (trap R01).
    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        if buffer.freeCapacity == 0 { return }
        if let verdict = state.withLock({ $0.verdict }) { throw verdict }
        let before = buffer.byteCount
        do throws(SluiceError) {
            try body.read(into: &buffer)
        } catch {
            if error.code == .storageVersionChanged || error.code == .storageNotFound {
                state.withLock { $0.verdict = error }
            }
            throw error
        }
        let count = UInt64(buffer.byteCount - before)
        let received = state.withLock { state in
            state.received += count
            if count == 0 { state.hasEnded = true }
            return state.received
        }
        if count == 0, received != info.sizeBytes {
            throw SluiceError(
                .storageUnavailable,
                "“\(info.key)” of bucket “\(session.bucket)” ended after \(received) bytes of "
                    + "\(info.sizeBytes)."
            )
        }
    }

    /// What was read to its end is one version, for every request said so; else HEAD tells whether it is
    /// still there.
    func confirm() throws(SluiceError) {
        let now = state.withLock { ($0.verdict, $0.received, $0.hasEnded) }
        if let verdict = now.0 { throw verdict }
        if now.1 == info.sizeBytes, now.1 > 0 || now.2 { return }
        let (session, key) = (session, info.key)
        let found = try BlockingBridge.wait { () async throws(SluiceError) in
            try await session.head(key)?.info.version
        }
        guard let found else { throw session.gone(key) }
        if found != info.version { throw session.changed(key) }
    }
}

extension S3Session {
    /// The object was removed while it was read.
    func gone(_ key: ObjectKey) -> SluiceError {
        SluiceError(.storageNotFound, "“\(key)” of bucket “\(bucket)” does not exist.")
    }

    /// The object was overwritten.
    func changed(_ key: ObjectKey) -> SluiceError {
        SluiceError(.storageVersionChanged, "“\(key)” of bucket “\(bucket)” was overwritten.")
    }
}

/// The bytes of a small object, which came in one answer.
final class S3WholeBody: S3Body {
    private let bytes: [UInt8]
    private let position = Mutex(0)

    /// Hands out these bytes.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Appends what there is room for.
    func read(into buffer: inout OutputRawSpan) {
        position.withLock { position in
            let count = min(bytes.count - position, buffer.freeCapacity)
            buffer.append(copying: bytes, from: position, count: count)
            position += count
        }
    }
}

extension OutputRawSpan {
    /// Appends a part of an array; there must be room for it.
    mutating func append(copying bytes: [UInt8], from start: Int, count: Int) {
        precondition(start >= 0 && count >= 0 && start + count <= bytes.count && count <= freeCapacity)
        if count == 0 { return }
        unsafe withUnsafeMutableBytes { target, initializedCount in
            // Both ranges were checked above; the copy is within each.
            unsafe bytes.withUnsafeBytes { source in
                let free = unsafe UnsafeMutableRawBufferPointer(rebasing: target[initializedCount...])
                unsafe free.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + count]))
            }
            initializedCount += count
        }
    }
}
