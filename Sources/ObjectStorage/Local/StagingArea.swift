internal import CLinux
internal import EventModel
internal import Glibc
internal import Synchronization

/// The directories `.sluice/<ledger>/<boot>` of a bucket, where outputs lie before anybody sees them.
final class StagingArea: Sendable {
    private struct Known {
        let root: FileStatus.Identity
        let directory: OpenFile
    }

    /// The most directories that are kept open.
    private static let mostKnown = 16

    private let root: BucketRoot
    /// Directories in use, by `<ledger>/<boot>`; a service has one, recovery a second for a while.
    private let known = Mutex<[String: Known]>([:])

    /// The area of a bucket; nothing is made or opened yet.
    init(root: BucketRoot) { self.root = root }

    /// Opens the directory of a boot; makes it, durably, when `creating`.
    func directory(
        ledger: String, boot: String, creating: Bool
    ) throws(SluiceError) -> Result<OpenFile, Errno> {
        let current = try root.current()
        let name = "\(ledger)/\(boot)"
        let found = known.withLock { $0[name] }
        // One that was removed meanwhile takes no new file (ENOENT), so a caller that makes one calls
        // `forget` then.
        if let found, found.root == current.identity { return .success(found.directory) }
        var directory = current.file
        for component in [StagePath.reservedName, ledger, boot] {
            switch Self.enter(Array(component.utf8), of: directory, creating: creating) {
            case .success(let next): directory = next
            case .failure(let failure): return .failure(failure)
            }
        }
        known.withLock { known in
            if known.count >= Self.mostKnown { known = [:] }
            known[name] = Known(root: current.identity, directory: directory)
        }
        return .success(directory)
    }

    /// Forgets open directories, after a sweep removed some.
    func forget() { known.withLock { $0 = [:] } }

    private static func enter(
        _ name: [UInt8], of parent: OpenFile, creating: Bool
    ) -> Result<OpenFile, Errno> {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
        let opened = parent.open(name, flags)
        guard creating, case .failure(Errno(ENOENT)) = opened else { return opened }
        let result = unsafe name.withCPath { name in unsafe sluice_mkdir_at(parent.number, name, 0o700) }
        if result != 0, result != -EEXIST { return .failure(Errno(-result)) }
        // Made once per boot, so it need not be grouped; the parent is durable before anything is staged
        // below.
        if let failure = parent.synchronize(onlyData: false) { return .failure(failure) }
        return parent.open(name, flags)
    }
}

extension Errno {
    /// Lets `case .failure(Errno(ENOENT))` be written as a pattern.
    static func ~= (pattern: Errno, value: Errno) -> Bool { pattern.number == value.number }
}
