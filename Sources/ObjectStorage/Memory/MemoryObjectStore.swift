public import EventModel
public import Execution
internal import Synchronization

/// A bucket in memory: the reference for what a store does, and the double of tests.
///
/// Each put makes a new version, also of equal bytes. What lies in it survives a simulated crash of its
/// users, as a disk would. A fault hook sees each call before and after it takes effect and may throw in its
/// place.
public final class MemoryObjectStore: ObjectStore {
    /// Sees each call; throwing fails it.
    public typealias FaultHook = @Sendable (StoreCall) throws(SluiceError) -> Void

    /// The bucket's configured name.
    public let bucket: BucketName
    /// What lies in the bucket.
    let content = Mutex(MemoryBucket())
    private let faultHook = Mutex<FaultHook?>(nil)
    private let clock: any TimeSource

    /// Makes an empty bucket; `clock` says when its objects were modified.
    public init(bucket: BucketName, clock: any TimeSource = SystemTimeSource()) {
        self.bucket = bucket
        self.clock = clock
    }

    /// Sets or removes the hook that sees each call.
    public func setFaultHook(_ hook: FaultHook?) { faultHook.withLock { $0 = hook } }

    /// Tells the hook of a call.
    func meet(
        _ operation: StoreCall.Operation,
        _ moment: StoreCall.Moment,
        _ key: ObjectKey? = nil
    ) throws(SluiceError) {
        guard let hook = faultHook.withLock({ $0 }) else { return }
        try hook(StoreCall(operation: operation, moment: moment, key: key))
    }

    /// Walks the keys that exist when the walk begins; objects that are gone by then are left out.
    public func list(prefix: ObjectKey) -> any ObjectLister { MemoryLister(store: self, prefix: prefix) }

    /// What lies under the key now.
    public func head(_ key: ObjectKey) async throws(SluiceError) -> ObjectInfo? {
        try meet(.head, .before, key)
        try rejectUnusable(key)
        let info = content.withLock { $0.objects[key]?.info }
        try meet(.head, .after, key)
        return info
    }

    /// Opens the bytes of the version that lies under the key now.
    public func open(
        _ key: ObjectKey,
        ifMatch version: ObjectVersion?
    ) async throws(SluiceError) -> any ObjectReader {
        try meet(.open, .before, key)
        try rejectUnusable(key)
        guard let object = content.withLock({ $0.objects[key] }) else {
            throw notFound(key)
        }
        if let version, version != object.info.version { throw versionChanged(key) }
        try meet(.open, .after, key)
        return MemoryReader(store: self, object: object)
    }

    /// Begins an output that nobody sees.
    public func stage(
        _ name: StageName,
        for key: ObjectKey,
        as attributes: ObjectAttributes
    ) async throws(SluiceError) -> any StagedWriter {
        try meet(.stage, .before, key)
        if let refusal = refusal(of: key) ?? StagePath.refusal(name) { throw refusal }
        let reference = StagePath.reference(name)
        let isNew = content.withLock { content in
            guard content.staged[reference] == nil else { return false }
            content.staged[reference] = MemoryBucket.Staged(name: name, key: key, attributes: attributes)
            return true
        }
        guard isNew else { throw SluiceError(.storageIO, "“\(reference.text)” is staged already.") }
        try meet(.stage, .after, key)
        return MemoryStagedWriter(store: self, reference: reference, key: key)
    }

    /// Makes staged outputs visible.
    public func publish(_ requests: [PublishRequest]) async -> [Result<PublishedObject, SluiceError>] {
        let now = clock.now
        return requests.map { request in
            Result { () throws(SluiceError) in
                try meet(.publish, .before, request.key)
                if let refusal = refusal(of: request.key) { throw refusal }
                let published = try content.withLock { content throws(SluiceError) in
                    try content.publish(request, bucket: bucket, now: now)
                }
                try meet(.publish, .after, request.key)
                return published
            }
        }
    }

    /// Forgets a staged output.
    public func discard(_ staged: StagedReference) async throws(SluiceError) {
        try meet(.discard, .before)
        content.withLock { $0.staged[staged] = nil }
        try meet(.discard, .after)
    }

    /// Removes an object if it still is that version.
    public func delete(
        _ key: ObjectKey,
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> Bool {
        try meet(.delete, .before, key)
        if let refusal = refusal(of: key) { throw refusal }
        let isRemoved = content.withLock { content in
            guard let object = content.objects[key] else { return false }
            if let version, version != object.info.version { return false }
            content.objects[key] = nil
            return true
        }
        try meet(.delete, .after, key)
        return isRemoved
    }

    /// Adds tags to an object if it still is that version.
    public func tag(
        _ key: ObjectKey,
        with tags: [String: String],
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> Bool {
        try meet(.tag, .before, key)
        let isTagged = content.withLock { content in
            guard var object = content.objects[key] else { return false }
            if let version, version != object.info.version { return false }
            object.attributes.tags.merge(tags) { _, new in new }
            content.objects[key] = object
            return true
        }
        try meet(.tag, .after, key)
        return isTagged
    }

    /// The tags of an object.
    public func tags(
        of key: ObjectKey,
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> [String: String] {
        guard let object = content.withLock({ $0.objects[key] }) else { throw notFound(key) }
        if let version, version != object.info.version { throw versionChanged(key) }
        return object.attributes.tags
    }

    /// Forgets what dead boots staged.
    public func sweep(
        ledger: String,
        currentBoot: String,
        keeping: Set<StagedReference>
    ) async throws(SluiceError) -> Int {
        try meet(.sweep, .before)
        let count = content.withLock { content in
            let dead = content.staged.filter { reference, staged in
                staged.name.ledger == ledger && staged.name.boot != currentBoot
                    && !keeping.contains(reference)
            }
            for reference in dead.keys { content.staged[reference] = nil }
            return dead.count
        }
        try meet(.sweep, .after)
        return count
    }

    /// The same rules as a local bucket's.
    public func refusal(of key: ObjectKey) -> SluiceError? { KeyRules.refusal(of: key, bucket: bucket) }

    /// The digest of the bytes that lie under the key now.
    public func digest(_ key: ObjectKey) async throws(SluiceError) -> ContentDigest? {
        try meet(.digest, .before, key)
        try rejectUnusable(key)
        let bytes = content.withLock { $0.objects[key]?.bytes }
        try meet(.digest, .after, key)
        return bytes.map(ContentDigester.digest(of:))
    }

    /// What `setWriterState` said.
    public func writerState(of key: ObjectKey) async -> WriterState {
        content.withLock { $0.writerStates[key] ?? .none }
    }

    /// Nothing lies under the key.
    func notFound(_ key: ObjectKey) -> SluiceError {
        SluiceError(.storageNotFound, "“\(key)” of bucket “\(bucket)” does not exist.")
    }

    /// Another version lies under the key.
    func versionChanged(_ key: ObjectKey) -> SluiceError {
        SluiceError(.storageVersionChanged, "“\(key)” of bucket “\(bucket)” was overwritten.")
    }

    private func rejectUnusable(_ key: ObjectKey) throws(SluiceError) {
        if let refusal = refusal(of: key) { throw refusal }
        guard let reason = content.withLock({ $0.ineligible[key] }) else { return }
        throw SluiceError(.storageNotRegular, "“\(key)” of bucket “\(bucket)” is no object: \(reason).")
    }
}

extension MemoryObjectStore {
    /// Puts an object, as a producer would; always a new version.
    @discardableResult public func put(
        _ key: ObjectKey,
        _ bytes: [UInt8],
        as attributes: ObjectAttributes = ObjectAttributes()
    ) -> ObjectInfo {
        let now = clock.now
        return content.withLock { $0.put(key, bytes, as: attributes, now: now) }
    }

    /// What is kept beside an object's bytes now, with its tags.
    public func attributes(of key: ObjectKey) -> ObjectAttributes? {
        content.withLock { $0.objects[key]?.attributes }
    }

    /// Removes an object, as a user would.
    public func remove(_ key: ObjectKey) { content.withLock { $0.objects[key] = nil } }

    /// The bytes under a key now.
    public func bytes(of key: ObjectKey) -> [UInt8]? { content.withLock { $0.objects[key]?.bytes } }

    /// All keys, in order.
    public var keys: [ObjectKey] { content.withLock { $0.objects.keys.sorted() } }

    /// All staged outputs, finished or not, in no order.
    public var stagedReferences: Set<StagedReference> { content.withLock { Set($0.staged.keys) } }

    /// Loses all that is staged for a key, as an S3 store may lose unfinished uploads.
    public func loseStaged(for key: ObjectKey) {
        content.withLock { content in
            for (reference, staged) in content.staged where staged.key == key {
                content.staged[reference]?.isLost = true
            }
        }
    }

    /// Lets something that is no object lie under a key, or takes it away with nil.
    public func setIneligible(_ key: ObjectKey, reason: String?) {
        content.withLock { $0.ineligible[key] = reason }
    }

    /// Says who writes an object; starts as `.none`.
    public func setWriterState(_ state: WriterState, of key: ObjectKey) {
        content.withLock { $0.writerStates[key] = state }
    }
}
