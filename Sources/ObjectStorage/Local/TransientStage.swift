internal import CLinux
public import EventModel
internal import Execution
internal import Glibc

/// A place to stage outputs for a program without a ledger, such as `sluice put`: `.sluice/put-<id>`.
///
/// Its directory is locked (flock(2)) as long as this value lives. The system gives the lock back when the
/// program ends, however it ends, so whoever comes next tells an abandoned place from one in use, and removes
/// it.
public final class TransientStage: Sendable {
    private static let prefix = "put-"
    /// Stands for the ledger's id in the names of what is staged here.
    public let ledger: String
    private let directory: OpenFile

    private init(ledger: String, directory: OpenFile) { (self.ledger, self.directory) = (ledger, directory) }

    /// Makes and locks a place; `id` is hexadecimal digits that nobody else has.
    fileprivate static func make(_ id: String, in area: OpenFile) -> Result<TransientStage, Errno> {
        let ledger = prefix + id
        let name = Array(ledger.utf8)
        // Again when another program's `removeAbandoned` came between the making and the lock.
        for _ in 0..<16 {
            let made = unsafe name.withCPath { name in unsafe sluice_mkdir_at(area.number, name, 0o700) }
            if made != 0, made != -EEXIST { return .failure(Errno(-made)) }
            guard case .success(let directory) = area.open(name, directoryFlags) else { continue }
            // A file system that does not lock directories (NFS, flock(2)) never shows them abandoned either.
            while flock(directory.number, LOCK_EX) != 0, errno == EINTR {}
            if case .success(let status) = directory.status(), status.linkCount > 0 {
                return .success(TransientStage(ledger: ledger, directory: directory))
            }
        }
        return .failure(Errno(EAGAIN))
    }

    /// Removes the places whose programs have ended, with what they left.
    fileprivate static func removeAbandoned(in area: OpenFile) {
        for name in names(of: area) where name.starts(with: prefix.utf8) {
            guard case .success(let directory) = area.open(name, directoryFlags),
                flock(directory.number, LOCK_EX | LOCK_NB) == 0
            else { continue }
            remove(directory, name, from: area)
        }
    }

    /// Removes this place, and what was not published.
    fileprivate func remove(from area: OpenFile) { Self.remove(directory, Array(ledger.utf8), from: area) }

    /// Empties a place, which holds one directory of staged files per boot, and removes it.
    ///
    /// What cannot be removed stays for the next program.
    private static func remove(_ directory: OpenFile, _ name: [UInt8], from area: OpenFile) {
        for boot in names(of: directory) {
            guard case .success(let staged) = directory.open(boot, directoryFlags) else { continue }
            for file in names(of: staged) { _ = staged.unlink(file) }
            removeDirectory(boot, from: directory)
        }
        removeDirectory(name, from: area)
    }

    private static func removeDirectory(_ name: [UInt8], from parent: OpenFile) {
        _ = unsafe name.withCPath { name in unsafe sluice_unlink_at(parent.number, name, 1) }
    }

    private static func names(of directory: OpenFile) -> [[UInt8]] {
        // A descriptor of its own: the position of the reading belongs to the open directory.
        guard case .success(let own) = directory.open([UInt8(ascii: ".")], directoryFlags) else { return [] }
        var batch = DirectoryBatch()
        var names: [[UInt8]] = []
        while case .success(let entries?) = batch.read(own) { names += entries.map(\.name) }
        return names
    }

    fileprivate static let directoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
}

extension LocalObjectStore {
    /// Makes a place to stage in without a ledger, and removes those that ended programs left behind.
    public func makeTransientStage(id: String) async throws(SluiceError) -> TransientStage {
        try await pool.run { [self] () throws(SluiceError) in
            let area = try transientArea()
            TransientStage.removeAbandoned(in: area)
            switch TransientStage.make(id, in: area) {
            case .success(let stage): return stage
            case .failure(let failure): throw transientError(failure)
            }
        }
    }

    /// Removes a place and what was staged there and not published; what cannot be removed now is removed by
    /// the next program, or the service's next sweep, that finds it abandoned.
    public func remove(_ stage: TransientStage) async {
        _ = try? await pool.run { [self] () throws(SluiceError) in
            stage.remove(from: try transientArea())
            staging.forget()
        }
    }

    /// Removes the places whose programs have ended.
    func removeAbandonedStages() throws(SluiceError) {
        let area = try root.open(Array(StagePath.reservedName.utf8), TransientStage.directoryFlags)
        if case .success(let area) = area { TransientStage.removeAbandoned(in: area) }
    }

    private func transientArea() throws(SluiceError) -> OpenFile {
        let root = try root.directory()
        let name = Array(StagePath.reservedName.utf8)
        let made = unsafe name.withCPath { name in unsafe sluice_mkdir_at(root.number, name, 0o700) }
        if made != 0, made != -EEXIST { throw transientError(Errno(-made)) }
        do throws(Errno) { return try root.open(name, TransientStage.directoryFlags).get() } catch {
            throw transientError(error)
        }
    }

    private func transientError(_ failure: Errno) -> SluiceError {
        LocalFailure.error(failure, "stage an object in bucket “\(bucket)”", scope: .bucket)
    }
}
