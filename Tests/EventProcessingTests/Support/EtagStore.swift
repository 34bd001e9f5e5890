internal import EventModel
internal import ObjectStorage
internal import Synchronization

/// A store whose versions are ETag and size, as S3's are, over one in memory; it counts who asks, and is
/// silent or out of order when a test wants it.
final class EtagStore: ObjectStore {
    private struct State {
        var heads: [ObjectKey: Int] = [:]
        var hidden: Set<ObjectKey> = []
        var failure: SluiceError?
    }

    let inner: MemoryObjectStore
    private let state = Mutex(State())

    init(_ inner: MemoryObjectStore) { self.inner = inner }

    /// How often each key was asked for.
    var heads: [ObjectKey: Int] { state.withLock { $0.heads } }

    /// What is there now.
    var current: [(ObjectKey, ObjectVersion)] {
        inner.keys.compactMap { key in inner.bytes(of: key).map { (key, Self.version(of: $0)) } }
    }

    /// Answers as if nothing were under the key.
    func hide(_ key: ObjectKey) { state.withLock { _ = $0.hidden.insert(key) } }

    /// Fails every `head`, or none.
    func fail(with error: SluiceError?) { state.withLock { $0.failure = error } }

    func remove(_ key: ObjectKey) { inner.remove(key) }

    static func etag(of bytes: [UInt8]) -> String {
        String(ContentDigester.digest(of: bytes).crc64, radix: 16)
    }

    static func version(of bytes: [UInt8]) -> ObjectVersion {
        ObjectVersion(identity: "e:\(etag(of: bytes))-\(bytes.count)")
    }

    private func translate(_ info: ObjectInfo) -> ObjectInfo {
        ObjectInfo(
            key: info.key,
            version: Self.version(of: inner.bytes(of: info.key) ?? []),
            sizeBytes: info.sizeBytes,
            modified: info.modified
        )
    }

    var bucket: BucketName { inner.bucket }

    func head(_ key: ObjectKey) async throws(SluiceError) -> ObjectInfo? {
        let (failure, isHidden) = state.withLock { state in
            state.heads[key, default: 0] += 1
            return (state.failure, state.hidden.contains(key))
        }
        if let failure { throw failure }
        guard !isHidden, let info = try await inner.head(key) else { return nil }
        return translate(info)
    }

    private final class Lister: ObjectLister {
        let inner: any ObjectLister
        let store: EtagStore
        init(_ inner: any ObjectLister, _ store: EtagStore) { (self.inner, self.store) = (inner, store) }

        func next(limit: Int) async throws(SluiceError) -> [ListEntry] {
            try await inner.next(limit: limit).map { entry in
                guard case .object(let info) = entry else { return entry }
                return .object(store.translate(info))
            }
        }
    }

    func list(prefix: ObjectKey) -> any ObjectLister { Lister(inner.list(prefix: prefix), self) }

    private final class Reader: ObjectReader {
        let inner: any ObjectReader
        let info: ObjectInfo
        init(_ inner: any ObjectReader, _ info: ObjectInfo) { (self.inner, self.info) = (inner, info) }
        func read(into buffer: inout OutputRawSpan) throws(SluiceError) { try inner.read(into: &buffer) }
        func confirm() throws(SluiceError) { try inner.confirm() }
    }

    func open(_ key: ObjectKey, ifMatch version: ObjectVersion?) async throws(SluiceError) -> any ObjectReader
    {
        let reader = try await inner.open(key, ifMatch: nil)
        let info = translate(reader.info)
        if let version, version != info.version {
            throw SluiceError(.storageVersionChanged, "“\(key)” was overwritten.")
        }
        return Reader(reader, info)
    }

    func stage(
        _ name: StageName,
        for key: ObjectKey,
        as attributes: ObjectAttributes
    ) async throws(SluiceError) -> any StagedWriter {
        try await inner.stage(name, for: key, as: attributes)
    }
    func publish(_ requests: [PublishRequest]) async -> [Result<PublishedObject, SluiceError>] {
        await inner.publish(requests)
    }
    func discard(_ staged: StagedReference) async throws(SluiceError) { try await inner.discard(staged) }
    func delete(_ key: ObjectKey, ifVersion version: ObjectVersion?) async throws(SluiceError) -> Bool {
        if let version, inner.bytes(of: key).map(Self.version) != version { return false }
        return try await inner.delete(key, ifVersion: nil)
    }
    func sweep(
        ledger: String,
        currentBoot: String,
        keeping: Set<StagedReference>
    ) async throws(SluiceError) -> Int {
        try await inner.sweep(ledger: ledger, currentBoot: currentBoot, keeping: keeping)
    }
    func refusal(of key: ObjectKey) -> SluiceError? { inner.refusal(of: key) }
    func digest(_ key: ObjectKey) async throws(SluiceError) -> ContentDigest? { try await inner.digest(key) }
}
