internal import CLinux
internal import EventModel
internal import Glibc
internal import Synchronization

/// A bucket's directory: opened once, opened again when another directory has taken its place (a mount, for
/// instance).
final class BucketRoot: Sendable {
    private struct Cache {
        var file: OpenFile?
        var identity: FileStatus.Identity?
        var excludedPrefixes: [[UInt8]]?
    }

    /// The longest piece of a path that is given to one system call (`PATH_MAX` is 4096, path_resolution(7)).
    private static let longestPiece = 4000

    /// The bucket's configured name.
    let bucket: BucketName
    /// The directory's configured path.
    let path: String
    /// Directories that hold no objects, such as the service's own.
    private let excludedPaths: [String]
    private let cache = Mutex(Cache())

    /// Opens nothing yet.
    init(bucket: BucketName, path: String, excluding excludedPaths: [String]) {
        self.bucket = bucket
        self.path = path
        self.excludedPaths = excludedPaths
    }

    /// The bucket's directory; throws `storage.bucket-missing`, so that a missing bucket never looks empty
    /// (trap L07).
    func directory() throws(SluiceError) -> OpenFile { try current().file }

    /// The bucket's directory and which one it is.
    func current() throws(SluiceError) -> (file: OpenFile, identity: FileStatus.Identity) {
        var raw = sluice_stat()
        let result = unsafe sluice_stat_at(AT_FDCWD, path, 1, &raw)
        if result != 0 { throw missing(Errno(-result)) }
        let identity = FileStatus(raw).identity
        let known = cache.withLock { $0.identity == identity ? $0.file : nil }
        if let known { return (known, identity) }
        let number = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if number < 0 { throw missing(Errno(errno)) }
        let file = OpenFile(owning: number)
        // The identity of what was opened, should the directory have been replaced since it was asked for.
        let opened = (try? file.status().get().identity) ?? identity
        cache.withLock { ($0.file, $0.identity) = (file, opened) }
        return (file, opened)
    }

    private func missing(_ failure: Errno) -> SluiceError {
        let action = "open bucket “\(bucket)” at \(path)"
        guard [ENOENT, ENOTDIR].contains(failure.number) else {
            return LocalFailure.error(failure, action, scope: .bucket)
        }
        let cause = LocalFailure.error(failure, action, scope: .bucket)
        return SluiceError(
            .storageBucketMissing, "The directory \(path) of bucket “\(bucket)” does not exist.",
            hint: "Create it, mount its file system, or correct `path` in the configuration.", cause: cause
        )
    }

    /// Which directories hold no objects; asked again for each walk, because they may be made later than the
    /// store.
    func excludedIdentities() -> Set<FileStatus.Identity> {
        var identities: Set<FileStatus.Identity> = []
        for path in excludedPaths {
            var raw = sluice_stat()
            guard unsafe sluice_stat_at(AT_FDCWD, path, 1, &raw) == 0 else { continue }
            identities.insert(FileStatus(raw).identity)
        }
        return identities
    }

    /// Whether a key lies in a directory that holds no objects.
    func isExcluded(_ key: ObjectKey) -> Bool {
        excludedPrefixes().contains { key.bytes.starts(with: $0) || $0.dropLast().elementsEqual(key.bytes) }
    }

    /// The excluded directories below this one as beginnings of keys; kept once all of them exist.
    private func excludedPrefixes() -> [[UInt8]] {
        if excludedPaths.isEmpty { return [] }
        if let known = cache.withLock({ $0.excludedPrefixes }) { return known }
        guard let root = Self.resolved(path) else { return [] }
        let resolved = excludedPaths.compactMap(Self.resolved)
        let prefixes = resolved.filter { $0.starts(with: root) && $0 != root }
            .map { Array($0.dropFirst(root.count)) }
        if resolved.count == excludedPaths.count { cache.withLock { $0.excludedPrefixes = prefixes } }
        return prefixes
    }

    /// An absolute path without links that ends with `/` (realpath(3)); nil when there is nothing.
    private static func resolved(_ path: String) -> [UInt8]? {
        guard let text = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(text) }
        let bytes = unsafe Array(String(cString: text).utf8)
        return bytes.last == UInt8(ascii: "/") ? bytes : bytes + [UInt8(ascii: "/")]
    }

    /// Opens a key's file; paths longer than `PATH_MAX` in pieces (trap W17).
    func open(_ key: [UInt8], _ flags: Int32) throws(SluiceError) -> Result<OpenFile, Errno> {
        var directory = try self.directory()
        var rest = key[...]
        while rest.count > Self.longestPiece {
            let (piece, remainder) = Self.split(rest)
            switch directory.open(Array(piece), OpenFile.pathOnly | O_DIRECTORY | O_NOFOLLOW) {
            case .success(let next): directory = next
            case .failure(let failure): return .failure(failure)
            }
            rest = remainder
        }
        return directory.open(Array(rest), flags)
    }

    /// Opens the directory of a key's file and gives the file's name in it.
    func openParent(
        of key: [UInt8]
    ) throws(SluiceError) -> (directory: Result<OpenFile, Errno>, name: [UInt8]) {
        guard let slash = key.lastIndex(of: UInt8(ascii: "/")) else {
            return (.success(try directory()), key)
        }
        let parent = try open(Array(key[..<slash]), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        return (parent, Array(key[(slash + 1)...]))
    }

    /// The longest beginning that fits one system call, and what follows its `/`.
    private static func split(_ path: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
        let limit = path.startIndex + longestPiece
        let slash = path[..<limit].lastIndex(of: UInt8(ascii: "/")) ?? limit
        return (path[..<slash], path[min(slash + 1, path.endIndex)...])
    }
}
