internal import EventModel
internal import Synchronization

/// Walks the keys of an in-memory bucket.
final class MemoryLister: ObjectLister {
    private let store: MemoryObjectStore
    private let prefix: ObjectKey
    /// Keys not yet handed out, greatest first; nil before the walk began.
    private var remaining: [ObjectKey]?

    /// A walk that has not begun.
    init(store: MemoryObjectStore, prefix: ObjectKey) {
        self.store = store
        self.prefix = prefix
    }

    /// The next page.
    func next(limit: Int) async throws(SluiceError) -> [ListEntry] {
        try store.meet(.list, .before, prefix)
        if remaining == nil {
            remaining = store.content.withLock { content in
                (Array(content.objects.keys) + Array(content.ineligible.keys))
                    .filter { $0.bytes.starts(with: prefix.bytes) }
                    .sorted(by: >)
            }
        }
        var page: [ListEntry] = []
        store.content.withLock { content in
            while page.count < limit, let key = remaining?.popLast() {
                if let reason = content.ineligible[key] {
                    page.append(.ineligible(key, reason: reason))
                } else if let object = content.objects[key] {
                    page.append(.object(object.info))
                }
            }
        }
        try store.meet(.list, .after, prefix)
        return page
    }
}

/// Reads one version, also after it was overwritten, as an open file would; `confirm` tells.
final class MemoryReader: ObjectReader {
    private let store: MemoryObjectStore
    private let object: MemoryBucket.Object
    private let position = Mutex(0)

    /// Reads an object from its beginning.
    init(store: MemoryObjectStore, object: MemoryBucket.Object) {
        self.store = store
        self.object = object
    }

    /// The object as it was when it was opened.
    var info: ObjectInfo { object.info }

    /// What is kept beside it, but for the tags.
    var attributes: ObjectAttributes {
        var attributes = object.attributes
        attributes.tags = [:]
        return attributes
    }

    /// Appends what there is room for.
    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        try store.meet(.read, .before, info.key)
        position.withLock { position in
            let end = min(object.bytes.count, position + buffer.freeCapacity)
            for index in position..<end { buffer.append(object.bytes[index]) }
            position = end
        }
        try store.meet(.read, .after, info.key)
    }

    /// Compares with what lies under the key now.
    func confirm() throws(SluiceError) {
        try store.meet(.confirm, .before, info.key)
        let present = store.content.withLock { $0.objects[info.key]?.info }
        guard let present else { throw store.notFound(info.key) }
        if present.version != info.version { throw store.versionChanged(info.key) }
        try store.meet(.confirm, .after, info.key)
    }
}

/// Collects the bytes of a staged output.
final class MemoryStagedWriter: StagedWriter {
    /// Names the output.
    let reference: StagedReference
    private let store: MemoryObjectStore
    private let key: ObjectKey

    /// Writes to an output that was just begun.
    init(store: MemoryObjectStore, reference: StagedReference, key: ObjectKey) {
        self.store = store
        self.reference = reference
        self.key = key
    }

    /// Appends bytes to the output.
    func write(_ bytes: RawSpan) throws(SluiceError) {
        try store.meet(.write, .before, key)
        store.content.withLock { content in
            // Bytes of a read-only view, copied while it is valid.
            unsafe bytes.withUnsafeBytes { unsafe content.staged[reference]?.bytes.append(contentsOf: $0) }
        }
        try store.meet(.write, .after, key)
    }

    /// Ends the output; only now can it be published.
    func finish() throws(SluiceError) -> ContentDigest {
        try store.meet(.finish, .before, key)
        let digest = store.content.withLock { content -> ContentDigest? in
            guard let bytes = content.staged[reference]?.bytes else { return nil }
            let digest = ContentDigester.digest(of: bytes)
            content.staged[reference]?.digest = digest
            return digest
        }
        guard let digest else {
            throw SluiceError(.storageNotFound, "The staged output “\(reference.text)” was removed.")
        }
        try store.meet(.finish, .after, key)
        return digest
    }

    /// Forgets the output.
    func abandon() {
        store.content.withLock { $0.staged[reference] = nil }
    }
}
