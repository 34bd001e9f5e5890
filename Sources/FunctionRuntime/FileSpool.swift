public import EventModel
internal import Glibc
public import RecordEngine

/// Makes spools that are files without a name in one directory: nothing is left behind, whatever happens.
public struct FileSpoolProvider: SpoolProvider {
    private let directory: String

    /// Makes files in `directory`, which must exist.
    public init(directory: String) { self.directory = directory }

    /// An empty file. Throws `system.call-failed` when there can be none.
    public func makeSpool() throws(SluiceError) -> any Spool { try FileSpool(in: directory) }
}

/// A file that has no name from its first byte on, or loses it at once where the file system cannot do that.
///
/// The system frees it when its descriptor is closed, also when the process dies.
private final class FileSpool: Spool {
    /// open(2): a file without a name. `__O_TMPFILE | O_DIRECTORY`, which Swift does not import.
    private static let withoutName: Int32 = 0o20_000_000 | O_DIRECTORY

    private let file: Int32
    private let directory: String
    private(set) var byteCount: UInt64 = 0

    init(in directory: String) throws(SluiceError) {
        self.directory = directory
        var descriptor = unsafe open(directory, Self.withoutName | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor < 0, errno == EOPNOTSUPP || errno == EISDIR {
            var name = Array("\(directory)/spool-XXXXXX".utf8CString)
            descriptor = unsafe mkstemp(&name)
            if descriptor >= 0 {
                _ = unsafe unlink(name)
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            }
        }
        guard descriptor >= 0 else { throw Self.failure("cannot be made", directory, errno) }
        file = descriptor
    }

    deinit { _ = close(file) }

    func append(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe pwrite(file, rest.baseAddress, rest.count, off_t(byteCount))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("cannot be written", directory, errno) }
            done += count
            byteCount += UInt64(count)
        }
    }

    func read(at offset: UInt64, into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) {
        var done = 0
        while done < memory.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[done...])
            let count = unsafe pread(file, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("cannot be read", directory, count == 0 ? EIO : errno) }
            done += count
        }
    }

    /// A full disk is nobody's object's fault: the delivery waits (DESIGN 5, step 8).
    private static func failure(_ what: String, _ directory: String, _ number: Int32) -> SluiceError {
        let isFull = number == ENOSPC || number == EDQUOT
        return SluiceError(
            isFull ? .spoolDiskFull : .systemCall,
            "A temporary file in \(directory) \(what): \(unsafe String(cString: strerror(number))).",
            hint: isFull ? "Free space there: zip archives are kept while they are read." : nil
        )
    }
}

extension SluiceError.Code {
    /// There is no space for an archive that must be kept while it is read.
    public static let spoolDiskFull = Self("archive.spool-disk-full", .outage)
}
