internal import EventModel
internal import HTTPTransport

/// Whether an object, and its bucket, are there at all.
///
/// Whether a thing is missing must be the store's own word: taken for a missing object, an answer of a proxy
/// whose backend is away, or of a bucket that is not there, would skip a delivery for good. All requests but
/// HEAD are refused in words (`S3Refusal.isForeign`); a HEAD is not (RFC 9110, section 9.3.2).
extension S3Session {
    /// So long a bucket that was there is not looked for again.
    private static let bucketMemory = Duration.seconds(5)

    /// What a HEAD of an object came to.
    private enum Look: Sendable {
        case found(S3Head)
        /// Answered 404; `isMarked` when it has what stores mark their answers with.
        case missing(isMarked: Bool)
    }

    /// What the store says of an object now; nil when there is none.
    ///
    /// A 404 with a request's id is the store's, so only the bucket may be missing instead. One without may
    /// be anybody's: the bucket is looked for, and then the object once more. What stays open is something in
    /// between that answers 404 twice, and lets the request between the two through.
    func head(_ key: ObjectKey) async throws(SluiceError) -> S3Head? {
        switch try await look(key) {
        case .found(let head): return head
        case .missing(isMarked: true):
            if let ago = sinceNoticed, ago < Self.bucketMemory { return nil }
            try await checkBucket()
            return nil
        case .missing(isMarked: false):
            try await checkBucket()
            guard case .found(let head) = try await look(key) else { return nil }
            return head
        }
    }

    private func look(_ key: ObjectKey) async throws(SluiceError) -> Look {
        try await send(
            requests.head(key),
            subject("look at", key),
            accepts: { $0 < 300 || $0 == 404 },
            read: { response in
                guard response.status < 300 else {
                    return .value(.missing(isMarked: Self.isMarked(response)))
                }
                switch S3Answers.info(response, key) {
                case .value(let head): return .value(.found(head))
                case .refused(let refusal): return .refused(refusal)
                case .garbled(let reason): return .garbled(reason)
                }
            }
        )
    }

    /// AWS and most stores name each request in its answer (AWS, "Common response headers").
    private static func isMarked(_ response: HTTPResponse) -> Bool {
        response.header("x-amz-request-id") != nil || response.header("x-amz-id-2") != nil
    }

    /// Throws `storage.bucket-missing` when there is no such bucket.
    private func checkBucket() async throws(SluiceError) {
        let isThere = try await send(
            requests.headBucket(),
            subject("look for"),
            accepts: { $0 < 300 || $0 == 404 || $0 == 403 },
            read: { .value($0.status != 404) }
        )
        if isThere { return notice() }
        throw SluiceError(
            .storageBucketMissing,
            "There is no bucket “\(settings.bucketName)” for “\(bucket)”.",
            hint: "Make the bucket, or correct its name and the endpoint; look for proxies without a backend."
        )
    }
}

/// Whether one object is out of reach, or the bucket.
extension S3Session {
    /// So many neighbours are tried.
    private static let mostNeighbours = 3

    /// Whether an object may not be read, by itself. One whose neighbours may be read is its own matter; a
    /// bucket of which nothing may be read is an outage: a policy that allows listing alone is a common slip.
    /// The object is asked for again at last, in case that only a moment was bad.
    func isForbiddenAlone(_ key: ObjectKey) async -> Bool {
        let end = key.bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        guard let folder = ObjectKey(bytes: Array(key.bytes[..<end])).string else { return false }
        let request = requests.list(prefix: folder, token: nil, limit: Self.mostNeighbours + 1)
        // Whatever keeps the bucket from being listed or read keeps the object's failure what it was.
        guard let page = try? await send(request, subject("list"), read: S3Page.read) else { return false }
        for neighbour in page.entries.map(\.key).filter({ $0 != key }).prefix(Self.mostNeighbours) {
            guard await failure(reading: neighbour) == nil else { continue }
            return await failure(reading: key) == .storageAccessDenied
        }
        return false
    }

    /// Why the first byte of an object does not come; nil when it does, or when there is none.
    private func failure(reading key: ObjectKey) async -> SluiceError.Code? {
        do throws(SluiceError) {
            try await send(
                requests.get(key, tag: nil, range: 0..<1),
                subject("read", key),
                bodyLimit: 64 << 10,
                accepts: { $0 < 300 || $0 == 416 },
                read: { _ in .value(()) }
            )
            return nil
        } catch {
            // The store does not heed ranges.
            return error.code == .transportTooLarge ? nil : error.code
        }
    }
}
