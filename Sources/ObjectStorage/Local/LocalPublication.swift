internal import CLinux
internal import EventModel
internal import Execution
internal import Glibc

/// One publish of a local bucket: everything up to the fsync of directories, which is shared among many.
struct LocalPublication {
    private let store: LocalObjectStore
    private let request: PublishRequest
    /// Directories to synchronise before the output is durable.
    private(set) var targets: [SyncTarget] = []
    /// Directories that this publish made or found not yet durable; reported to `DirectoryCreations`
    /// afterwards.
    private(set) var created: [[UInt8]] = []

    /// Prepares one request.
    init(store: LocalObjectStore, request: PublishRequest) {
        self.store = store
        self.request = request
    }

    /// Moves the output to its key, or finds that it, or its equal, is there.
    mutating func run() throws(SluiceError) -> PublishedObject {
        guard let staged = StagePath.components(request.staged) else {
            throw .stagedElsewhere(request, bucket: store.bucket)
        }
        if let refusal = store.refusal(of: request.key) { throw refusal }
        let (directory, name) = try parent()
        targets.append(try SyncTarget(directory, bucket: store.bucket))
        let source = try store.staging.directory(ledger: staged.ledger, boot: staged.boot, creating: false)
        let file = Array(staged.file.utf8)
        let stage: OpenFile
        switch source {
        case .success(let found): stage = found
        case .failure(Errno(ENOENT)):
            if let present = try adopt(name, in: directory, stagedIn: nil, file) { return present }
            throw isKnown(staged.ledger) ? isGone : isAway
        case .failure(let failure):
            throw store.error(failure, "publish", request.key, scope: .bucket)
        }
        if request.expecting == .anything,
            let present = try adopt(name, in: directory, stagedIn: stage, file)
        {
            return present
        }
        switch move(file, from: stage, to: name, in: directory) {
        case nil:
            return PublishedObject(info: try info(name, in: directory), wasUnchanged: false)
        case Errno(EEXIST):
            guard let present = try adopt(name, in: directory, stagedIn: stage, file) else { throw collision }
            return present
        case Errno(EISDIR), Errno(ENOTEMPTY):
            throw collision
        case Errno(ENOENT):
            if let present = try adopt(name, in: directory, stagedIn: stage, file) { return present }
            // Or it is the key's directory that somebody removed under our eyes; the next try makes it.
            guard case .failure(Errno(ENOENT)) = stage.status(of: file) else { throw interrupted }
            throw isGone
        case let failure?:
            throw store.error(failure, "publish", request.key, scope: .bucket)
        }
    }

    private var collision: SluiceError { .collision(at: request.key, bucket: store.bucket) }

    private var isGone: SluiceError {
        SluiceError(
            .storageStagedGone,
            "The output “\(request.key)” of bucket “\(store.bucket)” is neither staged nor there any more."
        )
    }

    /// Whether the ledger has ever staged anything here; below an empty mount point all seems to be gone.
    private func isKnown(_ ledger: String) -> Bool {
        let path = Array("\(StagePath.reservedName)/\(ledger)".utf8)
        do throws(SluiceError) {
            guard case .success = try store.root.open(path, Self.directoryFlags) else { return false }
            return true
        } catch {
            return false
        }
    }

    private var isAway: SluiceError {
        SluiceError(
            .storageBucketMissing,
            "Bucket “\(store.bucket)” has lost the directory in which “\(request.key)” was staged.",
            hint: "Is its disk mounted? The commit goes on by itself once the directory is back."
        )
    }

    private var interrupted: SluiceError {
        SluiceError(
            .storageIO,
            "The directory of “\(request.key)” in bucket “\(store.bucket)” was removed during the publish."
        )
    }

    private func move(
        _ file: [UInt8], from stage: OpenFile, to name: [UInt8], in directory: OpenFile
    ) -> Errno? {
        let keepsOthers: Int32 = request.expecting == .absent ? 1 : 0
        let result = unsafe file.withCPath { file in
            unsafe name.withCPath { name in
                unsafe sluice_rename_at(stage.number, file, directory.number, name, keepsOthers, 0)
            }
        }
        if result == 0 { return nil }
        guard result == -EINVAL, keepsOthers == 1 else { return Errno(-result) }
        // The file system knows no RENAME_NOREPLACE (renameat2(2)); link(2) does not replace either.
        let linked = unsafe file.withCPath { file in
            unsafe name.withCPath { name in
                unsafe sluice_link_at(stage.number, file, directory.number, name)
            }
        }
        return linked == 0 ? stage.unlink(file) : Errno(-linked)
    }

    /// Takes what lies under the key as the output when its bytes are equal; nil when there is nothing or
    /// something else that may be replaced or collides.
    private func adopt(
        _ name: [UInt8], in directory: OpenFile, stagedIn stage: OpenFile?, _ file: [UInt8]
    ) throws(SluiceError) -> PublishedObject? {
        let status: FileStatus
        switch directory.status(of: name) {
        case .success(let found): status = found
        case .failure(Errno(ENOENT)): return nil
        case .failure(let failure): throw store.error(failure, "look at", request.key, scope: .bucket)
        }
        if status.isDirectory { throw collision }
        guard status.isRegular, status.sizeBytes == request.digest.sizeBytes else { return nil }
        let present: OpenFile
        switch directory.open(name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW) {
        case .success(let file): present = file
        // Replaced meanwhile, or not for us to read: not what we wrote.
        case .failure(Errno(ENOENT)), .failure(Errno(ELOOP)), .failure(Errno(ENXIO)), .failure(Errno(EACCES)):
            return nil
        case .failure(let failure): throw store.error(failure, "look at", request.key, scope: .bucket)
        }
        guard case .success(let opened) = present.status(), opened.isRegular else { return nil }
        let reader = LocalReader(key: request.key, file: present, opened: opened, root: store.root)
        guard try store.digest(of: reader) == request.digest else { return nil }
        // Whoever wrote it need not have made it durable.
        if let failure = present.synchronize(onlyData: true) {
            throw store.error(failure, "publish", request.key, scope: .bucket)
        }
        // Nothing staged any more: it is this very output, published before a crash lost the answer.
        let wasStaged = stage.map { $0.unlink(file) == nil } ?? false
        return PublishedObject(info: opened.info(of: request.key), wasUnchanged: wasStaged)
    }

    private func info(_ name: [UInt8], in directory: OpenFile) throws(SluiceError) -> ObjectInfo {
        switch directory.status(of: name) {
        case .success(let status): return status.info(of: request.key)
        case .failure(let failure): throw store.error(failure, "look at", request.key, scope: .bucket)
        }
    }

    /// Opens the key's directory, and makes what is missing of it.
    private mutating func parent() throws(SluiceError) -> (directory: OpenFile, name: [UInt8]) {
        let key = request.key.bytes
        let (parent, name) = try store.root.openParent(of: key)
        switch parent {
        case .success(let directory):
            for path in store.creations.above(key) { try waitFor(path) }
            return (directory, name)
        case .failure(Errno(ENOENT)):
            return (try makeDirectories(Array(key.dropLast(name.count + 1))), name)
        case .failure(Errno(ENOTDIR)):
            throw SluiceError(
                .outputCollision,
                "“\(request.key)” of bucket “\(store.bucket)” needs a directory where an object lies.",
                hint: "A local bucket cannot hold both “a” and “a/b”; let one of them be called otherwise."
            )
        case .failure(let failure):
            throw store.error(failure, "publish", request.key, scope: .bucket)
        }
    }

    /// Another publish has made this directory and not yet made it durable.
    private mutating func waitFor(_ path: [UInt8]) throws(SluiceError) {
        guard case .success(let above) = try store.root.openParent(of: path).directory else { return }
        targets.append(try SyncTarget(above, bucket: store.bucket))
    }

    private mutating func makeDirectories(_ path: [UInt8]) throws(SluiceError) -> OpenFile {
        var directory = try store.root.directory()
        var walked: [UInt8] = []
        for component in path.split(separator: UInt8(ascii: "/")) {
            let name = Array(component)
            walked += (walked.isEmpty ? [] : [UInt8(ascii: "/")]) + name
            var opened = directory.open(name, Self.directoryFlags)
            if case .failure(Errno(ENOENT)) = opened {
                store.creations.begin(walked)
                created.append(walked)
                targets.append(try SyncTarget(directory, bucket: store.bucket))
                let result = unsafe name.withCPath { name in
                    unsafe sluice_mkdir_at(directory.number, name, 0o777)
                }
                if result != 0, result != -EEXIST {
                    throw store.error(Errno(-result), "make the directory of", request.key, scope: .bucket)
                }
                opened = directory.open(name, Self.directoryFlags)
            }
            switch opened {
            case .success(let next): directory = next
            case .failure(Errno(ENOTDIR)): throw collision
            case .failure(let failure): throw store.error(failure, "publish", request.key, scope: .bucket)
            }
        }
        return directory
    }

    private static let directoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
}
