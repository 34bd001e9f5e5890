internal import EventModel
internal import Glibc
internal import Synchronization

/// Reads an open file; whatever happens to its name, these are the bytes of that one file.
final class LocalReader: ObjectReader {
    /// The object as it was when it was opened.
    let info: ObjectInfo
    private let file: OpenFile
    private let opened: FileStatus
    private let bucketRoot: BucketRoot
    /// Whether any later change of the bytes must show in mtime: the clock had left the tick of the last
    /// change behind when the file was opened (trap W13; ticks of the kernel's coarse clock are at most 10 ms
    /// long).
    private let changesShow: Bool
    /// Bytes of the opened version that were not read yet. What is appended later is not read, so that a file
    /// that grows as fast as it is read comes to an end; `confirm` then tells.
    private let remaining: Atomic<Int>

    /// Reads `file`, which `opened` describes, from its beginning.
    init(key: ObjectKey, file: OpenFile, opened: FileStatus, root: BucketRoot) {
        info = opened.info(of: key)
        self.file = file
        self.opened = opened
        bucketRoot = root
        remaining = Atomic(Int(clamping: opened.sizeBytes))
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let nowNanoseconds = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
        changesShow = nowNanoseconds - 20_000_000 > opened.modifiedNanoseconds
        if opened.sizeBytes > 1 << 20 { posix_fadvise(file.number, 0, 0, POSIX_FADV_SEQUENTIAL) }
    }

    /// Appends what one read(2) gives; nothing at the end.
    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        if remaining.load(ordering: .relaxed) == 0 || buffer.freeCapacity == 0 { return }
        var failure: Errno?
        unsafe buffer.withUnsafeMutableBytes { bytes, initializedCount in
            let free = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[initializedCount...])
            switch unsafe read(free) {
            case .success(let count): initializedCount += count
            case .failure(let reason): failure = reason
            }
        }
        if let failure { throw LocalFailure.error(failure, "read \(title)", scope: .object) }
    }

    /// Reads into memory: read(2) writes at most as many bytes as there is room for and says how many it
    /// wrote.
    func read(_ bytes: UnsafeMutableRawBufferPointer) -> Result<Int, Errno> {
        let wanted = min(bytes.count, remaining.load(ordering: .relaxed))
        if wanted == 0 { return .success(0) }
        while true {
            let count = unsafe Glibc.read(file.number, bytes.baseAddress, wanted)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return .failure(Errno(errno)) }
            // Shorter than it was: this is the end for good.
            if count == 0 { remaining.store(0, ordering: .relaxed) }
            remaining.subtract(count, ordering: .relaxed)
            return .success(count)
        }
    }

    /// Compares the open file with what it was when it was opened.
    func confirm() throws(SluiceError) {
        let now: FileStatus
        do throws(Errno) {
            now = try file.status().get()
        } catch {
            throw LocalFailure.error(error, "look at \(title)", scope: .bucket)
        }
        if now.version == opened.version { return }
        // Another file took the name: ctime moved because a link went, not because bytes changed.
        let isSameContent = now.sizeBytes == opened.sizeBytes
            && now.modifiedNanoseconds == opened.modifiedNanoseconds && now.linkCount < opened.linkCount
        if now.linkCount == 0, case .failure(Errno(ENOENT)) = try named() {
            throw SluiceError(.storageNotFound, "Could not finish \(title): it was removed meanwhile.")
        }
        if isSameContent, changesShow { return }
        throw SluiceError(.storageVersionChanged, "Could not finish \(title): it changed while it was read.")
    }

    private var title: String { "“\(info.key)” of bucket “\(bucketRoot.bucket)”" }

    /// What lies under the object's name now.
    private func named() throws(SluiceError) -> Result<FileStatus, Errno> {
        let (parent, name) = try bucketRoot.openParent(of: info.key.bytes)
        switch parent {
        case .success(let directory): return directory.status(of: name)
        case .failure(Errno(ENOTDIR)): return .failure(Errno(ENOENT))
        case .failure(let failure): return .failure(failure)
        }
    }
}
