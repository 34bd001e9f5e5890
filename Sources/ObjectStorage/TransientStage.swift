internal import CLinux
public import EventModel
internal import Execution
internal import Glibc

/// A place to stage outputs for a program without a ledger, such as `sluice put`: `put-<id>` in `.sluice` of
/// a local bucket, or in the journal of uploads.
///
/// Its directory is locked (flock(2)) as long as this value lives. The system gives the lock back when the
/// program ends, however it ends, so whoever comes next tells an abandoned place from one in use, and removes
/// it.
public final class TransientStage: Sendable {
    private static let prefix = "put-"
    /// Stands for the ledger's id in the names of what is staged here.
    public let ledger: String
    /// Nil where nothing can be written down: then what a killed program leaves behind stays.
    private let directory: OpenFile?

    private init(ledger: String, directory: OpenFile?) { (self.ledger, self.directory) = (ledger, directory) }

    /// Makes and locks a place; `id` is hexadecimal digits that nobody else has.
    static func make(_ id: String, in area: OpenFile) -> Result<TransientStage, Errno> {
        let ledger = prefix + id
        let name = Array(ledger.utf8)
        // Again when another program's sweep came between the making and the lock.
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

    /// A place that nobody can find.
    static func unwritten(_ id: String) -> TransientStage {
        TransientStage(ledger: prefix + id, directory: nil)
    }

    /// Locks the places whose programs have ended; not those whose `ledger` is another's to clear.
    static func abandoned(
        in area: OpenFile,
        where isOurs: (String) -> Bool = { _ in true }
    ) -> [TransientStage] {
        names(of: area).filter { $0.starts(with: prefix.utf8) }.compactMap { name in
            guard let ledger = String(validating: name, as: UTF8.self), isOurs(ledger),
                case .success(let directory) = area.open(name, directoryFlags),
                flock(directory.number, LOCK_EX | LOCK_NB) == 0
            else { return nil }
            return TransientStage(ledger: ledger, directory: directory)
        }
    }

    /// Removes this place, which holds one directory per boot; with `files`, what was not published as well.
    ///
    /// What cannot be removed stays for the next program.
    func remove(from area: OpenFile, files: Bool) {
        guard let directory else { return }
        for boot in Self.names(of: directory) {
            guard case .success(let staged) = directory.open(boot, Self.directoryFlags) else { continue }
            if files { for file in Self.names(of: staged) { _ = staged.unlink(file) } }
            Self.removeDirectory(boot, from: directory)
        }
        Self.removeDirectory(Array(ledger.utf8), from: area)
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

    /// How places, and what they lie in, are opened.
    static let directoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
}

/// A store in which programs without a ledger can stage.
public protocol TransientStaging: ObjectStore {
    /// Makes a place to stage in without a ledger, and removes what ended programs left behind.
    func makeTransientStage(id: String) async throws(SluiceError) -> TransientStage
    /// Removes a place and what was staged there and not published; what cannot be removed now is removed by
    /// the next program, or the service's next sweep, that finds it abandoned.
    func remove(_ stage: TransientStage) async
}
