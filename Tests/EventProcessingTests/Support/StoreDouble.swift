internal import EventModel
internal import ObjectStorage
internal import Synchronization

/// A store whose listings the test watches, holds up and changes; everything else is the inner store's.
final class StoreDouble: NamedObjectStore {
    typealias PageHook = @Sendable ([ListEntry]) async throws(SluiceError) -> [ListEntry]

    private let inner: any ObjectStore
    private let hook = Mutex<PageHook?>(nil)
    private let stageHook = Mutex<(@Sendable (any StagedWriter) -> any StagedWriter)?>(nil)
    private let deleteHook = Mutex<(@Sendable (ObjectKey) async throws(SluiceError) -> Void)?>(nil)
    private let publishHook = Mutex<(@Sendable () async throws(SluiceError) -> Void)?>(nil)
    private let lists = Mutex<[ContinuousClock.Instant]>([])

    let nameAtStore: String

    init(_ inner: any ObjectStore, nameAtStore: String = "") {
        (self.inner, self.nameAtStore) = (inner, nameAtStore)
    }

    /// Sees every page of every listing, the empty one at the end too, and answers in its place.
    func onPage(_ hook: PageHook?) { self.hook.withLock { $0 = hook } }

    /// Wraps what is staged.
    func onStage(_ hook: @escaping @Sendable (any StagedWriter) -> any StagedWriter) {
        stageHook.withLock { $0 = hook }
    }

    /// Comes before a deletion; throwing fails it.
    func onDelete(_ hook: (@Sendable (ObjectKey) async throws(SluiceError) -> Void)?) {
        deleteHook.withLock { $0 = hook }
    }

    /// Comes before a publication; throwing fails it.
    func onPublish(_ hook: (@Sendable () async throws(SluiceError) -> Void)?) {
        publishHook.withLock { $0 = hook }
    }

    /// When listings began.
    var listings: [ContinuousClock.Instant] { lists.withLock { $0 } }

    private final class Lister: ObjectLister {
        let inner: any ObjectLister
        let store: StoreDouble
        init(_ inner: any ObjectLister, _ store: StoreDouble) { (self.inner, self.store) = (inner, store) }

        func next(limit: Int) async throws(SluiceError) -> [ListEntry] {
            let page = try await inner.next(limit: limit)
            guard let hook = store.hook.withLock({ $0 }) else { return page }
            return try await hook(page)
        }
    }

    var bucket: BucketName { inner.bucket }
    func list(prefix: ObjectKey) -> any ObjectLister {
        lists.withLock { $0.append(.now) }
        return Lister(inner.list(prefix: prefix), self)
    }
    func head(_ key: ObjectKey) async throws(SluiceError) -> ObjectInfo? { try await inner.head(key) }
    func open(_ key: ObjectKey, ifMatch version: ObjectVersion?) async throws(SluiceError) -> any ObjectReader
    {
        try await inner.open(key, ifMatch: version)
    }
    func stage(
        _ name: StageName,
        for key: ObjectKey,
        as attributes: ObjectAttributes
    ) async throws(SluiceError) -> any StagedWriter {
        let writer = try await inner.stage(name, for: key, as: attributes)
        guard let hook = stageHook.withLock({ $0 }) else { return writer }
        return hook(writer)
    }
    func publish(_ requests: [PublishRequest]) async -> [Result<PublishedObject, SluiceError>] {
        if let hook = publishHook.withLock({ $0 }) {
            do throws(SluiceError) {
                try await hook()
            } catch {
                return requests.map { _ in .failure(error) }
            }
        }
        return await inner.publish(requests)
    }
    func discard(_ staged: StagedReference) async throws(SluiceError) { try await inner.discard(staged) }
    func delete(_ key: ObjectKey, ifVersion version: ObjectVersion?) async throws(SluiceError) -> Bool {
        if let hook = deleteHook.withLock({ $0 }) { try await hook(key) }
        return try await inner.delete(key, ifVersion: version)
    }
    func tag(
        _ key: ObjectKey,
        with tags: [String: String],
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> Bool {
        try await inner.tag(key, with: tags, ifVersion: version)
    }
    func tags(
        of key: ObjectKey,
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> [String: String] {
        try await inner.tags(of: key, ifVersion: version)
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
    func writerState(of key: ObjectKey) async -> WriterState { await inner.writerState(of: key) }
    func makeChangeFeed(queueLimit: Int) -> (any ChangeFeed)? { inner.makeChangeFeed(queueLimit: queueLimit) }
}
