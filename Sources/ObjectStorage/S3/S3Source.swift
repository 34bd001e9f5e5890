internal import EventModel
internal import HTTPTransport

/// One version of an object, as its bytes are asked for: every request names its ETag, and every answer's is
/// compared.
struct S3Source: Sendable {
    /// Speaks with the bucket's store.
    let session: S3Session
    /// The object.
    let key: ObjectKey
    /// Its version.
    let version: S3Version

    /// Opens a part of the version, of which `window` bytes may wait in `memory`. Throws
    /// `storage.version-changed` when the answer is of another one, and `storage.bad-answer` when it is of
    /// another part.
    func open(
        _ range: Range<UInt64>,
        window: Int,
        memory: StreamMemory
    ) async throws(SluiceError) -> HTTPStream {
        let stream = try await session.open(
            session.requests.get(key, tag: version.tag, range: range),
            session.subject("read", key),
            window: window,
            memory: memory
        )
        try check(stream, range)
        return stream
    }

    /// Compares the head of an answer with the version and the range that were asked for; some stores do not
    /// heed `If-Match`, and some answer a range with status 200, so the headers decide. Cancels the stream
    /// when it throws.
    func check(_ stream: HTTPStream, _ range: Range<UInt64>) throws(SluiceError) {
        do throws(SluiceError) {
            try check(stream.headers, range)
        } catch {
            stream.cancel()
            throw error
        }
    }

    private func check(_ headers: [HTTPField], _ range: Range<UInt64>) throws(SluiceError) {
        guard let head = S3Head(headers, key), head.tag == version.tag else { throw session.changed(key) }
        // The same ETag with another length is no other version, but bytes that were lost (trap R01).
        guard head.info.sizeBytes == version.sizeBytes else { throw misread("the answer's length is wrong") }
        let isWhole = range.lowerBound == 0 && range.upperBound == version.sizeBytes
        let said = headers.first { $0.name == "content-range" }?.value
        if said == nil, isWhole { return }
        guard said == "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(version.sizeBytes)" else {
            throw misread("the store answers another range")
        }
    }

    private func misread(_ reason: String) -> SluiceError {
        SluiceError(
            .storageBadAnswer,
            "Could not \(session.subject("read", key)): \(reason).",
            hint: "Check proxies on the way; the store must support ranges (RFC 9110, section 14)."
        )
    }
}
