internal import EventModel
internal import Execution
internal import Glibc
internal import Synchronization

/// Walks a local bucket; its memory grows with the depth of the tree, not with the number of files (trap
/// W18).
final class LocalLister: ObjectLister, Sendable {
    private let pool: BlockingPool
    private let walk: Mutex<DirectoryWalk>

    /// A walk that has not begun.
    init(root: BucketRoot, prefix: ObjectKey, pool: BlockingPool) {
        self.pool = pool
        walk = Mutex(DirectoryWalk(root: root, prefix: prefix.bytes))
    }

    /// The next page, read on the store's pool.
    func next(limit: Int) async throws(SluiceError) -> [ListEntry] {
        try await pool.run { [self] () throws(SluiceError) in
            try walk.withLock { walk throws(SluiceError) in try walk.next(limit: limit) }
        }
    }
}

/// The state of a walk: one open directory per level, each read in batches of its entries.
struct DirectoryWalk: Sendable {
    /// One directory of the way down.
    private struct Level: Sendable {
        let directory: OpenFile
        /// Key of the directory with a `/` behind it; empty for the bucket itself.
        let prefix: [UInt8]
        /// Entries of one batch that are still to be looked at, last first.
        var entries: [DirectoryBatch.Entry] = []
        /// Only names that begin so are wanted; empty below the first level.
        let nameFilter: [UInt8]
    }

    private let root: BucketRoot
    private let prefix: [UInt8]
    private var levels: [Level] = []
    private var hasBegun = false
    private var excluded: Set<FileStatus.Identity> = []
    private var batch = DirectoryBatch()

    /// A walk that has not begun.
    init(root: BucketRoot, prefix: [UInt8]) {
        self.root = root
        self.prefix = prefix
    }

    /// Up to `limit` further entries; none at the end, also when asked again.
    mutating func next(limit: Int) throws(SluiceError) -> [ListEntry] {
        if !hasBegun { try begin() }
        var page: [ListEntry] = []
        while page.count < max(1, limit), !levels.isEmpty {
            let last = levels.count - 1
            if let entry = levels[last].entries.popLast() {
                let found = try look(at: entry.name, type: entry.type, in: levels[last])
                if let found { page.append(found) }
            } else if try !refill(last) {
                levels.removeLast()
            }
        }
        return page
    }

    private mutating func begin() throws(SluiceError) {
        let directory = try root.directory()
        excluded = root.excludedIdentities()
        let slash = prefix.lastIndex(of: UInt8(ascii: "/"))
        let base = slash.map { Array(prefix[..<$0]) } ?? []
        let filter = slash.map { Array(prefix[($0 + 1)...]) } ?? prefix
        if base.isEmpty {
            // A second descriptor, because the position of the walk belongs to the open directory.
            let own = directory.open([UInt8(ascii: ".")], Self.directoryFlags)
            guard slash == nil else { return hasBegun = true }
            switch own {
            case .success(let own): levels = [Level(directory: own, prefix: [], nameFilter: filter)]
            case .failure(let failure): throw error(failure, [])
            }
        } else if KeyRules.refusal(of: ObjectKey(bytes: base), bucket: root.bucket) == nil {
            switch try root.open(base, Self.directoryFlags) {
            case .success(let own):
                if let status = try? own.status().get(), excluded.contains(status.identity) { break }
                levels = [Level(directory: own, prefix: base + [UInt8(ascii: "/")], nameFilter: filter)]
            case .failure(let failure):
                guard [ENOENT, ENOTDIR, ELOOP].contains(failure.number) else { throw error(failure, base) }
            }
        }
        hasBegun = true
    }

    /// Reads the next batch of a directory's entries; false at its end.
    private mutating func refill(_ index: Int) throws(SluiceError) -> Bool {
        let filter = levels[index].nameFilter
        switch batch.read(levels[index].directory) {
        case .success(nil): return false
        case .success(let entries?):
            levels[index].entries = filter.isEmpty ? entries : entries.filter { $0.name.starts(with: filter) }
            return true
        case .failure(let failure):
            // A directory that was removed while it was read has no further entries (getdents(2), ENOENT).
            if failure.number == ENOENT, index > 0 { return false }
            throw error(failure, levels[index].prefix)
        }
    }

    /// What one name is: an entry of the listing, or nothing when it is gone, reserved or a directory to
    /// enter.
    private mutating func look(
        at name: [UInt8], type: UInt8, in level: Level
    ) throws(SluiceError) -> ListEntry? {
        if name.elementsEqual(StagePath.reservedName.utf8) { return nil }
        let key = ObjectKey(bytes: level.prefix + name)
        if type == UInt8(DT_DIR) { return try enter(name, key, of: level.directory) }
        let status: FileStatus
        switch level.directory.status(of: name) {
        case .success(let found): status = found
        case .failure(let failure):
            if failure.number == ENOENT { return nil }
            if failure.number == EACCES { return .ineligible(key, reason: "its directory is not searchable") }
            throw error(failure, key.bytes)
        }
        if status.isDirectory { return try enter(name, key, of: level.directory) }
        guard status.isRegular else { return .ineligible(key, reason: "it is \(status.kind)") }
        if key.bytes.count > KeyRules.longestKey { return .ineligible(key, reason: "its key is too long") }
        guard LocalObjectStore.isReadable(name, status, in: level.directory) else {
            return .ineligible(key, reason: "the service may not read it")
        }
        return .object(status.info(of: key))
    }

    private mutating func enter(
        _ name: [UInt8], _ key: ObjectKey, of parent: OpenFile
    ) throws(SluiceError) -> ListEntry? {
        let separators = key.bytes.count(where: { $0 == UInt8(ascii: "/") })
        if separators + 1 >= KeyRules.mostComponents {
            return .ineligible(key, reason: "the directory lies too deep")
        }
        switch parent.open(name, Self.directoryFlags) {
        case .success(let directory):
            if let status = try? directory.status().get(), excluded.contains(status.identity) { return nil }
            let prefix = key.bytes + [UInt8(ascii: "/")]
            levels.append(Level(directory: directory, prefix: prefix, nameFilter: []))
            return nil
        case .failure(let failure):
            switch failure.number {
            case ENOENT, ENOTDIR: return nil
            case EACCES, EPERM: return .ineligible(key, reason: "the directory cannot be read")
            case ELOOP: return .ineligible(key, reason: "it is a symbolic link")
            default: throw error(failure, key.bytes)
            }
        }
    }

    private static let directoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW

    private func error(_ failure: Errno, _ path: [UInt8]) -> SluiceError {
        let key = ObjectKey(bytes: path)
        let place = path.isEmpty ? "bucket “\(root.bucket)”" : "“\(key)” of bucket “\(root.bucket)”"
        return LocalFailure.error(failure, "list \(place)", scope: .bucket)
    }
}
