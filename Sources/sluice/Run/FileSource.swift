internal import EventModel
internal import Glibc
internal import Synchronization

/// A file, or standard input, as the bytes of an object. Used by one thread; the count may be read by others.
final class FileSource: ByteSource {
    /// How many bytes were read so far.
    let position: Progress
    private let descriptor: Int32
    private let name: String
    private let stop: StopSign?
    private var isAtEnd = false

    /// Opens a file; `-` is standard input. With `stop`, reading fails once it is raised.
    init(_ path: String, progress: Progress, stop: StopSign? = nil) throws(SluiceError) {
        name = path == "-" ? "standard input" : path
        position = progress
        self.stop = stop
        guard path != "-" else {
            descriptor = STDIN_FILENO
            return
        }
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Files.failure("open", path) }
        if let status = FileStatus(descriptor: descriptor) {
            guard !status.isDirectory else {
                close(descriptor)
                throw SluiceError(.runInput, "\(path) is a directory.", hint: "Name the files in it.")
            }
            if status.isRegular { progress.begin(total: status.sizeBytes) }
        }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        guard !isAtEnd, buffer.freeCapacity > 0 else { return }
        if let stop, !stop.allowsReading(descriptor) {
            throw SluiceError(.cancelled, "Told to end while \(name) was read.")
        }
        var code: Int32 = 0
        var count = 0
        unsafe buffer.withUnsafeMutableBytes { bytes, initialized in
            repeat {
                unsafe count = Glibc.read(
                    descriptor,
                    bytes.baseAddress?.advanced(by: initialized),
                    bytes.count - initialized
                )
                code = errno
            } while count < 0 && code == EINTR
            if count > 0 { initialized += count }
        }
        if count < 0 { throw Files.failure("read", name, code) }
        if count == 0 { isAtEnd = true }
        position.add(UInt64(max(0, count)))
    }
}

/// How far a run is; written by the thread that reads, read by the one that draws.
final class Progress: Sendable {
    private let done = Atomic<UInt64>(0)
    private let total = Atomic<UInt64>(0)

    /// The total is known now.
    func begin(total: UInt64) { self.total.store(total, ordering: .relaxed) }
    /// More bytes were read.
    func add(_ count: UInt64) { done.add(count, ordering: .relaxed) }
    /// Bytes read, and of how many; total 0 where it is not known.
    var state: (done: UInt64, total: UInt64) {
        (done.load(ordering: .relaxed), total.load(ordering: .relaxed))
    }
}

/// Calls on files, and their failures in words.
enum Files {
    /// Writes everything, also where a descriptor does not block (a pipe that another program left so); 0, or
    /// the errno of the call that failed.
    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var offset = 0
        while offset < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
            let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                offset += count
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&waiting, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    /// A file's bytes; throws where there are more than `limit`.
    static func readAll(_ path: String, limit: Int) throws(SluiceError) -> [UInt8] {
        var bytes: [UInt8] = []
        // Each piece is a read-only view, copied while it is valid.
        try FileSource(path, progress: Progress()).readToEnd(limit: UInt64(limit) + 1) { piece in
            unsafe piece.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
        if bytes.count > limit { throw SluiceError(.runInput, "\(path) has more than \(limit) bytes.") }
        return bytes
    }

    /// Makes the names in a directory durable.
    static func synchronize(_ directory: String) throws(SluiceError) {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("write", directory) }
        defer { close(descriptor) }
        // EINVAL: a file system whose directories cannot be synchronised (fsync(2)).
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("write", directory) }
    }

    /// Makes a directory, and those that it lies in.
    static func makeDirectory(_ path: String) throws(SluiceError) {
        if unsafe mkdir(path, 0o777) == 0 || (errno == EEXIST && FileStatus(path: path)?.isDirectory == true)
        {
            return
        }
        let code = errno
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("make the directory", path, code)
        }
        try makeDirectory(String(path[..<slash]))
        if unsafe mkdir(path, 0o777) != 0, errno != EEXIST { throw failure("make the directory", path) }
    }

    /// A directory for files that nobody shall see: `TMPDIR`, or `/tmp`.
    static var temporaryDirectory: String {
        guard let path = unsafe getenv("TMPDIR"), unsafe path.pointee != 0 else { return "/tmp" }
        return unsafe String(cString: path)
    }

    /// Lets the process have as many files open as the system allows it (getrlimit(2)).
    static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0,
            limit.rlim_cur < limit.rlim_max
        else { return }
        limit.rlim_cur = min(limit.rlim_max, 1 << 20)
        unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
    }

    /// What failed, with the reason the system gives.
    static func failure(_ verb: String, _ path: String, _ code: Int32 = errno) -> SluiceError {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        let hint: String? =
            switch code {
            case ENOENT: "Is the path right?"
            case EACCES, EPERM: "The user who runs this command needs the permission."
            case ENOSPC, EDQUOT: "Make room, or write elsewhere."
            default: nil
            }
        return SluiceError(.fileFailed, "Could not \(verb) \(path): \(reason).", hint: hint)
    }
}

extension SluiceError.Code {
    /// An input of `sluice run` cannot be used.
    static let runInput = Self("run.invalid-input", .usage)
    /// An output of `sluice run` cannot be used.
    static let runOutput = Self("run.invalid-output", .usage)
    /// A file cannot be opened, read or written.
    static let fileFailed = Self("file.failed", .usage)
}
