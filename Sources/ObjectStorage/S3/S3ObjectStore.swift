public import EventModel
public import Execution
internal import HTTPTransport

/// A bucket at an S3-compatible store.
public final class S3ObjectStore: NamedObjectStore {
    /// The bucket's configured name.
    public let bucket: BucketName
    /// Sends the requests.
    let session: S3Session
    /// Remembers uploads under way.
    let journal: UploadJournal
    /// Knows what the store does.
    let keeper: S3CapabilityKeeper
    /// Runs what blocks.
    let pool: BlockingPool
    private let budget: PartBudget

    /// At most so many bytes of an object that comes through one connection wait in memory.
    private static let streamWindow = 4 << 20

    /// Opens a bucket; nothing is asked of the store yet. `pool` runs calls that block, and waits for no
    /// other work of its own; `budget` and `capabilities` are shared by all buckets of a process.
    public init(
        bucket: BucketName,
        settings: S3Settings,
        pool: BlockingPool,
        budget: PartBudget = PartBudget(),
        capabilities: any CapabilityStore = MemoryCapabilityStore(),
        clock: any TimeSource = SystemTimeSource(),
        random: any RandomSource = SystemRandomSource()
    ) {
        self.bucket = bucket
        self.pool = pool
        self.budget = budget
        session = S3Session(bucket: bucket, settings: settings, clock: clock, random: random)
        journal = UploadJournal(bucket: bucket, directory: settings.journal)
        keeper = S3CapabilityKeeper(session: session, store: capabilities)
    }

    /// The S3 bucket's name.
    public var nameAtStore: String { session.settings.bucketName }

    /// Walks the bucket by ListObjectsV2.
    public func list(prefix: ObjectKey) -> any ObjectLister { S3Lister(session: session, prefix: prefix) }

    /// What HEAD says.
    public func head(_ key: ObjectKey) async throws(SluiceError) -> ObjectInfo? {
        if let refusal = refusal(of: key) { throw refusal }
        return try await session.head(key)?.info
    }

    /// Opens an object's bytes: a small one in one answer, a large one in ranges, several at a time.
    public func open(
        _ key: ObjectKey,
        ifMatch version: ObjectVersion?
    ) async throws(SluiceError) -> any ObjectReader {
        if let refusal = refusal(of: key) { throw refusal }
        do throws(SluiceError) {
            return try await openVersion(key, version)
        } catch {
            guard error.code == .storageAccessDenied, await session.isForbiddenAlone(key) else { throw error }
            throw SluiceError(
                .storageUnreadable,
                "“\(key)” of bucket “\(bucket)” may not be read, while its neighbours may.",
                hint: "Allow these credentials the object: its own ACL or the key that it is encrypted with.",
                cause: error
            )
        }
    }

    private func openVersion(
        _ key: ObjectKey,
        _ version: ObjectVersion?
    ) async throws(SluiceError) -> any ObjectReader {
        guard let version else { return try await openPlain(key, nil) }
        guard let wanted = S3Version(version) else { throw session.changed(key) }
        if wanted.sizeBytes <= session.settings.wholeLimitBytes { return try await openWhole(key, wanted) }
        if wanted.sizeBytes > 2 * UInt64(session.settings.partSizeBytes) {
            do throws(SluiceError) {
                return try await openRanged(key, wanted)
            } catch {
                // The store does not know ranges: then all of it comes through one connection.
                guard error.code == .storageBadAnswer else { throw error }
            }
        }
        return try await openPlain(key, wanted)
    }

    /// Begins an output: a multipart upload that is made when there are bytes to send.
    public func stage(
        _ name: StageName,
        for key: ObjectKey,
        as attributes: ObjectAttributes
    ) async throws(SluiceError) -> any StagedWriter {
        if let refusal = refusal(of: key) ?? StagePath.refusal(name) { throw refusal }
        // Tried out before the first output, so that no decided commit waits for it.
        _ = try await keeper.current()
        try await checkTags(of: attributes)
        guard let entry = journal.begin(name, key, at: session.clock.now) else {
            throw SluiceError(.storageIO, "Output \(name.token)-\(name.number) is staged already.")
        }
        return S3StagedWriter(
            session: session,
            journal: journal,
            budget: budget,
            entry: entry,
            attributes: attributes,
            spool: session.settings.journal ?? SpoolFile.defaultDirectory
        )
    }

    /// Why a key cannot be an object here.
    public func refusal(of key: ObjectKey) -> SluiceError? {
        guard let reason = S3KeyRules.reason(key.bytes) else { return nil }
        return SluiceError(
            .storageInvalidKey,
            "“\(key)” cannot be an object of bucket “\(bucket)”: \(reason).",
            hint: "Change the template of the output's key, or rename the source."
        )
    }

    /// The digest of the bytes that lie under a key now; reads them all.
    public func digest(_ key: ObjectKey) async throws(SluiceError) -> ContentDigest? {
        guard let info = try await head(key) else { return nil }
        do throws(SluiceError) {
            let reader = try await open(key, ifMatch: info.version)
            return try await pool.run { () throws(SluiceError) in try Self.digest(of: reader) }
        } catch {
            if error.code == .storageNotFound { return nil }
            throw error
        }
    }

    /// What the store was found to do; tries it out unless that was done within 30 days.
    public func capabilities() async throws(SluiceError) -> S3Capabilities { try await keeper.current() }

    /// Tries the store out now.
    public func probe() async throws(SluiceError) -> S3Capabilities { try await keeper.probe() }
}

extension S3ObjectStore {
    private func openWhole(
        _ key: ObjectKey,
        _ wanted: S3Version
    ) async throws(SluiceError) -> any ObjectReader {
        do throws(SluiceError) {
            let answer = try await session.send(
                session.requests.get(key, tag: wanted.tag),
                session.subject("read", key),
                bodyLimit: 2 * session.settings.wholeLimitBytes
            ) { response -> S3Reading<HTTPResponse?> in
                guard let head = S3Head(response.headers, key) else { return .garbled("it has no ETag") }
                if head.tag != wanted.tag { return .value(nil) }
                // What the answer announces came; it must also be what the version has (trap R01).
                guard UInt64(response.body.count) == wanted.sizeBytes else {
                    return .garbled("\(response.body.count) bytes came of \(wanted.sizeBytes)")
                }
                return .value(response)
            }
            guard let answer, let head = S3Head(answer.headers, key) else { throw session.changed(key) }
            return S3Reader(session: session, head: head, body: S3WholeBody(answer.body))
        } catch {
            // Another version, at a store that does not heed If-Match.
            if error.code == .transportTooLarge { throw session.changed(key) }
            throw error
        }
    }

    private func openPlain(
        _ key: ObjectKey,
        _ wanted: S3Version?
    ) async throws(SluiceError) -> any ObjectReader {
        let memory = StreamMemory()
        let stream = try await session.open(
            session.requests.get(key, tag: wanted?.tag),
            session.subject("read", key),
            window: Self.streamWindow,
            memory: memory
        )
        guard let head = S3Head(stream.headers, key), let version = S3Version(head.info.version) else {
            stream.cancel()
            throw S3RetryPlan.Problem.garbled("the answer lacks ETag or length")
                .error(session.subject("read", key))
        }
        let source = S3Source(session: session, key: key, version: wanted ?? version)
        try source.check(stream, 0..<source.version.sizeBytes)
        let body = S3StreamedBody(
            source: source,
            range: 0..<version.sizeBytes,
            stream: stream,
            window: Self.streamWindow,
            memory: memory
        )
        return S3Reader(session: session, head: head, body: body)
    }

    private func openRanged(
        _ key: ObjectKey,
        _ wanted: S3Version
    ) async throws(SluiceError) -> any ObjectReader {
        let source = S3Source(session: session, key: key, version: wanted)
        let (end, memory) = (session.settings.partSizeBytes, StreamMemory())
        let stream = try await source.open(0..<UInt64(end), window: end, memory: memory)
        guard let head = S3Head(stream.headers, key) else { throw session.changed(key) }
        let body = S3RangedBody(source: source, first: stream, next: UInt64(end), memory: memory)
        return S3Reader(session: session, head: head, body: body)
    }

    private static func digest(of reader: any ObjectReader) throws(SluiceError) -> ContentDigest {
        var digester = ContentDigester()
        try reader.readToEnd { digester.update($0) }
        try reader.confirm()
        return digester.digest
    }
}
