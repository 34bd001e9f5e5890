internal import EventModel
internal import Execution
internal import Glibc
internal import ObjectStorage

/// Where a list of objects lies: in a configured bucket, or in a file of this machine.
enum ManifestPlace: Sendable {
    /// An object.
    case object(any ObjectStore, ObjectKey)
    /// The absolute path of a file.
    case file(String)

    /// Reads `bucket:key`, or an absolute path; asks no store.
    init(_ text: String, _ configuration: ProcessingConfiguration) throws(SluiceError) {
        if text.hasPrefix("/") {
            self = .file(text)
            return
        }
        guard let colon = text.firstIndex(of: ":"),
            let store = configuration.buckets[BucketName(String(text[..<colon]))]?.store
        else {
            throw SluiceError(
                .jobManifest,
                "The list '\(text)' is neither in a configured bucket nor an absolute path.",
                hint:
                    "Write BUCKET:KEY with a bucket of the configuration, or the path of a file that exists."
            )
        }
        self = .object(store, ObjectKey(String(text[text.index(after: colon)...])))
    }

    /// Opens what lies there.
    func open(_ pool: BlockingPool) async throws(SluiceError) -> any ByteSource & Sendable {
        switch self {
        case .object(let store, let key): return try await store.open(key, ifMatch: nil)
        case .file(let path): return try await pool.run { () throws(SluiceError) in try ManifestFile(path) }
        }
    }

    /// Opens a data file that an inventory's manifest here names: in the same bucket, or in the copy of the
    /// bucket, or of the inventory, that the manifest is part of. Throws `job.bad-manifest` when it is not
    /// there.
    func openData(_ key: String, _ pool: BlockingPool) async throws(SluiceError) -> any ByteSource & Sendable
    {
        switch self {
        case .object(let store, _):
            do throws(SluiceError) {
                return try await store.open(ObjectKey(key), ifMatch: nil)
            } catch {
                guard error.code == .storageNotFound else { throw error }
                throw SluiceError(
                    .jobManifest,
                    "The inventory's data file '\(key)' is not in bucket '\(store.bucket)'.",
                    hint: "The data files must lie in the bucket of the manifest, under the keys it names.",
                    cause: error
                )
            }
        case .file(let path):
            let candidates = Self.candidates(for: key, beside: path)
            return try await pool.run { () throws(SluiceError) in
                for candidate in candidates where unsafe access(candidate, F_OK) == 0 {
                    return try ManifestFile(candidate)
                }
                throw SluiceError(
                    .jobManifest,
                    "The inventory's data file '\(key)' is not beside \(path).",
                    hint: "Copy the data files into the directory of the manifest, or the whole inventory."
                )
            }
        }
    }

    /// Where a data file may be: beside the manifest, in the inventory's `data` directory, or under its whole
    /// key in a copy of the bucket. None for a key that leads elsewhere.
    static func candidates(for key: String, beside path: String) -> [String] {
        let components = key.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = components.last, !components.contains(where: { ["", ".", ".."].contains($0) }),
            !key.utf8.contains(0)
        else { return [] }
        var directories: [Substring] = []
        var rest = path[...]
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            directories.append(rest)
        }
        var candidates = directories.prefix(1).map { "\($0)/\(name)" }
        candidates += directories.dropFirst().prefix(1).map { "\($0)/data/\(name)" }
        return candidates + directories.map { "\($0)/\(key)" }
    }
}

/// A regular file on this machine.
private final class ManifestFile: ByteSource, Sendable {
    private let descriptor: CInt

    /// Opens a file. Nothing else is opened, for a pipe or a device may have no end.
    init(_ path: String) throws(SluiceError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw Self.refusal(path, unsafe String(cString: strerror(errno)))
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            throw Self.refusal(path, "it is no regular file")
        }
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    private static func refusal(_ path: String, _ reason: String) -> SluiceError {
        SluiceError(
            .jobManifest,
            "\(path) cannot be opened: \(reason).",
            hint: "The service reads it, so it needs an absolute path that the service may read."
        )
    }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let descriptor = descriptor
        let isRead = unsafe buffer.withUnsafeMutableBytes { target, count in
            let free = unsafe UnsafeMutableRawBufferPointer(rebasing: target[count...])
            let got = unsafe Glibc.read(descriptor, free.baseAddress, free.count)
            if got > 0 { count += got }
            return got >= 0
        }
        if !isRead { throw SluiceError(.jobManifest, "The list cannot be read any further.") }
    }
}
