internal import CLinux
public import EventModel
public import Execution
internal import Glibc
internal import Synchronization

/// A directory as a bucket: its regular files are the objects, their relative paths the keys.
///
/// All files are reached by openat2(2) from the bucket's directory, so nothing outside is touched and no
/// symbolic link is followed, whatever anybody does to the tree meanwhile (traps S20, S21). File calls run on
/// a pool of the store's own; only readers, staged writers and the calls of `DirectObjectStore` block the
/// thread that uses them.
public final class LocalObjectStore: ObjectStore {
    /// The bucket's configured name.
    public let bucket: BucketName
    /// The bucket's directory.
    let root: BucketRoot
    /// Threads for file calls.
    let pool: BlockingPool
    /// Where outputs are made.
    let staging: StagingArea
    /// Makes removals durable.
    let syncer: DirectorySyncer
    /// Outputs that wait to be published.
    let publications = PublicationQueue()
    /// Directories whose names are not durable yet.
    let creations = DirectoryCreations()

    /// Makes the store of a directory, which is opened at the first call, and need not exist before.
    ///
    /// `excluding` names directories that hold no objects: the service's state. `pool` runs the file calls;
    /// it must not be the pool that attempts run on, because an attempt waits for the store.
    public init(bucket: BucketName, path: String, excluding: [String] = [], pool: BlockingPool) {
        self.bucket = bucket
        self.pool = pool
        root = BucketRoot(bucket: bucket, path: path, excluding: excluding)
        staging = StagingArea(root: root)
        syncer = DirectorySyncer(pool: pool)
    }

    /// How many fsyncs of directories were made; many publishes share one (trap D07).
    public var directorySyncCount: Int { syncer.syncCount.load(ordering: .relaxed) }

    /// Walks the bucket, directory by directory.
    public func list(prefix: ObjectKey) -> any ObjectLister {
        LocalLister(root: root, prefix: prefix, pool: pool)
    }

    /// What lies under a key now.
    public func head(_ key: ObjectKey) async throws(SluiceError) -> ObjectInfo? {
        try await pool.run { [self] () throws(SluiceError) in try headHere(key) }
    }

    /// Opens the bytes of the file that lies under a key now.
    public func open(
        _ key: ObjectKey, ifMatch version: ObjectVersion?
    ) async throws(SluiceError) -> any ObjectReader {
        try await pool.run { [self] () throws(SluiceError) in try openHere(key, ifMatch: version) }
    }

    /// The digest of the bytes under a key now.
    public func digest(_ key: ObjectKey) async throws(SluiceError) -> ContentDigest? {
        try await pool.run { [self] () throws(SluiceError) in
            do throws(SluiceError) {
                let (file, status) = try openRegular(key)
                return try digest(of: LocalReader(key: key, file: file, opened: status, root: root))
            } catch {
                if error.code == .storageNotFound { return nil }
                throw error
            }
        }
    }

    /// Removes a key's file if it still is that version, durably.
    ///
    /// Directories stay, also when they are empty now: they may be the user's. A write between the comparison
    /// and the removal is not seen; Linux has no call that does both.
    public func delete(
        _ key: ObjectKey, ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> Bool {
        let changed = try await pool.run { [self] () throws(SluiceError) -> SyncTarget? in
            if let refusal = refusal(of: key) { throw refusal }
            let (parent, name) = try root.openParent(of: key.bytes)
            switch parent {
            case .success(let directory): return try remove(name, of: directory, key, ifVersion: version)
            case .failure(Errno(ENOENT)), .failure(Errno(ENOTDIR)): return nil
            case .failure(let failure): throw error(failure, "remove", key, scope: .bucket)
            }
        }
        guard let changed else { return false }
        if let failure = await syncer.synchronize(changed.directory, changed.identity) {
            throw error(failure, "remove", key, scope: .bucket)
        }
        return true
    }

    /// Why a key cannot be an object here: by its form, or because it lies in an excluded directory.
    public func refusal(of key: ObjectKey) -> SluiceError? {
        if let refusal = KeyRules.refusal(of: key, bucket: bucket) { return refusal }
        guard root.isExcluded(key) else { return nil }
        return SluiceError(
            .storageInvalidKey, "“\(key)” of bucket “\(bucket)” lies in the service's own directory.",
            hint: "Let the trigger write elsewhere, or move `state` out of the bucket."
        )
    }

    /// A file where the key needs a directory, or a directory under the key itself.
    public func obstacle(of key: ObjectKey) async throws(SluiceError) -> ObjectKey? {
        try await pool.run { [self] () throws(SluiceError) in try obstacleHere(key) }
    }

    /// A feed of the directory tree's changes; one thread and one inotify instance of its own.
    public func makeChangeFeed(queueLimit: Int) -> (any ChangeFeed)? {
        LocalChangeFeed(root: root, queueLimit: queueLimit)
    }

    /// As above; `beforeReading` is called on the feed's thread before it reads events, so that a test can
    /// fill the kernel's queue.
    package func makeChangeFeed(
        queueLimit: Int, beforeReading: @escaping @Sendable () -> Void
    ) -> any ChangeFeed {
        LocalChangeFeed(root: root, queueLimit: queueLimit, beforeReading: beforeReading)
    }

    /// Asks for a read lease, which the system grants only while nobody has the file open for writing
    /// (fcntl(2)).
    public func writerState(of key: ObjectKey) async -> WriterState {
        let state = try? await pool.run { [self] in writerStateHere(of: key) }
        return state ?? .unknown
    }
}

extension LocalObjectStore {
    /// Never waits for the other end of a FIFO, never follows a link.
    static let readFlags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY

    /// Opens a regular file for reading; never blocks on a FIFO or a device (trap W16).
    func openRegular(_ key: ObjectKey) throws(SluiceError) -> (file: OpenFile, status: FileStatus) {
        if let refusal = refusal(of: key) { throw refusal }
        let file: OpenFile
        switch try root.open(key.bytes, Self.readFlags) {
        case .success(let opened): file = opened
        case .failure(let failure): throw error(failure, "open", key)
        }
        let status: FileStatus
        switch file.status() {
        case .success(let found): status = found
        case .failure(let failure): throw error(failure, "look at", key)
        }
        if status.isDirectory {
            throw SluiceError(.storageNotFound, "“\(key)” of bucket “\(bucket)” is a directory.")
        }
        guard status.isRegular else { throw notRegular(key, status) }
        return (file, status)
    }

    /// Reads an open file to its end.
    func digest(of reader: LocalReader) throws(SluiceError) -> ContentDigest {
        var digester = ContentDigester()
        let capacity = Int(min(256 << 10, reader.info.sizeBytes + 1))
        var chunk = [UInt8](repeating: 0, count: capacity)
        while true {
            let result = unsafe chunk.withUnsafeMutableBytes { unsafe reader.read($0) }
            switch result {
            case .failure(let failure): throw error(failure, "read", reader.info.key)
            case .success(0): return digester.digest
            // A read-only view of bytes that were just read.
            case .success(let count): unsafe digester.update(chunk.span.bytes.extracting(first: count))
            }
        }
    }

    /// Whether the service's user may read a file; asks the system only when the mode leaves a doubt.
    static func isReadable(_ name: [UInt8], _ status: FileStatus, in directory: OpenFile) -> Bool {
        if status.mode & 0o444 == 0o444 { return true }
        return unsafe name.withCPath { name in unsafe sluice_access_at(directory.number, name, 0) } != -EACCES
    }

    /// Something else than a file lies under the key.
    func notRegular(_ key: ObjectKey, _ status: FileStatus) -> SluiceError {
        SluiceError(
            .storageNotRegular, "“\(key)” of bucket “\(bucket)” is no object: it is \(status.kind).",
            hint: "Only regular files are objects."
        )
    }

    /// Words an errno of a call for a key.
    func error(
        _ failure: Errno, _ verb: String, _ key: ObjectKey, scope: LocalFailure.Scope = .object
    ) -> SluiceError {
        var scope = scope
        // Permission refused: by the bucket's directory itself, or by this object?
        if failure.number == EACCES, let directory = try? root.directory(),
            unsafe sluice_access_at(directory.number, ".", 1) != 0
        {
            scope = .bucket
        }
        return LocalFailure.error(failure, "\(verb) “\(key)” of bucket “\(bucket)”", scope: scope)
    }

    private func remove(
        _ name: [UInt8], of directory: OpenFile, _ key: ObjectKey, ifVersion version: ObjectVersion?
    ) throws(SluiceError) -> SyncTarget? {
        switch directory.status(of: name) {
        case .success(let status):
            if status.isDirectory { return nil }
            guard status.isRegular else { throw notRegular(key, status) }
            if let version, version != status.version { return nil }
        case .failure(Errno(ENOENT)): return nil
        case .failure(let failure): throw error(failure, "remove", key, scope: .bucket)
        }
        switch directory.unlink(name) {
        case nil: return try SyncTarget(directory, bucket: bucket)
        case Errno(ENOENT): return nil
        case let failure?: throw error(failure, "remove", key, scope: .bucket)
        }
    }
}
