internal import EventModel
internal import Synchronization

/// Remembers directories that were made and whose names are not durable yet (trap D08), so that a publish
/// into one does not call itself durable before the publish that made it.
final class DirectoryCreations: Sendable {
    /// How many publishes still wait for each path to be durable.
    private let pending = Mutex<[[UInt8]: Int]>([:])

    /// To be called before a directory is made.
    func begin(_ path: [UInt8]) { pending.withLock { $0[path, default: 0] += 1 } }

    /// To be called once its parent was synchronised, or when it was not made after all.
    func end(_ path: [UInt8]) {
        pending.withLock { pending in
            guard let count = pending[path] else { return }
            pending[path] = count > 1 ? count - 1 : nil
        }
    }

    /// The directories above a key whose names are not durable yet.
    func above(_ key: [UInt8]) -> [[UInt8]] {
        pending.withLock { pending in
            if pending.isEmpty { return [] }
            return pending.keys.filter { path in
                key.count > path.count && key.starts(with: path) && key[path.count] == UInt8(ascii: "/")
            }
        }
    }
}

/// A directory whose entries changed.
struct SyncTarget: Sendable {
    /// The directory, open.
    let directory: OpenFile
    /// Which directory it is.
    let identity: FileStatus.Identity

    /// Asks which directory it is.
    init(_ directory: OpenFile, bucket: BucketName) throws(SluiceError) {
        self.directory = directory
        switch directory.status() {
        case .success(let status): identity = status.identity
        case .failure(let failure):
            throw LocalFailure.error(failure, "look at a directory of bucket “\(bucket)”", scope: .bucket)
        }
    }
}
