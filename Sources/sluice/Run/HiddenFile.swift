internal import EventModel
internal import Glibc

/// A file that nobody sees until it is whole: unnamed (O_TMPFILE, open(2)) where the file system can, so that
/// not even a killed command leaves anything; otherwise under a hidden name beside its place.
final class HiddenFile: ByteSink {
    /// How many bytes were written.
    private(set) var byteCount: UInt64 = 0
    /// Below 0 once the file is set aside.
    private var descriptor: Int32
    private let directory: String
    private var hiddenName: String?
    private var buffer: [UInt8] = []
    private var firstBytes: [UInt8]?
    private static let bufferSize = 64 << 10
    /// O_TMPFILE without O_DIRECTORY, whose value differs by architecture (asm-generic/fcntl.h).
    private static let temporary: Int32 = 0o20000000 | O_DIRECTORY

    /// Begins a file in the directory where it shall be seen, or that has room for it.
    init(in directory: String) throws(SluiceError) {
        self.directory = directory
        var descriptor = unsafe open(directory, O_RDWR | Self.temporary | O_CLOEXEC, 0o666)
        if descriptor < 0, errno != ENOENT, errno != EACCES, errno != ENOSPC {
            let name = directory + "/.sluice-\(getpid())-\(UInt32.random(in: 0 ... .max))"
            descriptor = unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
            if descriptor >= 0 { hiddenName = name }
        }
        guard descriptor >= 0 else { throw Files.failure("write in", directory) }
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if let hiddenName { unsafe unlink(hiddenName) }
    }

    func write(_ bytes: RawSpan) throws(SluiceError) {
        byteCount += UInt64(bytes.byteCount)
        if buffer.count + bytes.byteCount > Self.bufferSize { try flush() }
        var failure: Int32 = 0
        let isLarge = bytes.byteCount >= Self.bufferSize
        unsafe bytes.withUnsafeBytes { pointer in
            if isLarge {
                unsafe failure = Files.writeAll(pointer, to: descriptor)
            } else {
                unsafe buffer.append(contentsOf: pointer)
            }
        }
        if failure != 0 { throw Files.failure("write in", directory, failure) }
    }

    /// Nothing more is written: what is buffered goes to the file.
    func finish() throws(SluiceError) {
        try flush()
        buffer = []
    }

    /// Makes the file durable under a hidden name and gives its descriptor back, where a run has more files
    /// than a process should have open; only a killed command leaves it behind.
    func setAside() throws(SluiceError) {
        _ = try head()
        try settle(directory)
        close(descriptor)
        descriptor = -1
    }

    /// Makes the file durable and visible under `path`, in place of what was there; its name is durable once
    /// `Files.synchronize` was called for the directory.
    func publish(as path: String) throws(SluiceError) {
        try settle(path)
        guard let hiddenName else { return }
        guard unsafe rename(hiddenName, path) == 0 else { throw Files.failure("write", path) }
        self.hiddenName = nil
    }

    private func settle(_ path: String) throws(SluiceError) {
        if descriptor < 0 { return }
        try flush()
        guard fsync(descriptor) == 0 else { throw Files.failure("write", path) }
        if hiddenName != nil { return }
        let name = directory + "/.sluice-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard
            unsafe linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
        else { throw Files.failure("write", path) }
        hiddenName = name
    }

    /// Copies the whole file to a descriptor: a pipe or a terminal, where nothing can be taken back.
    func copy(to target: Int32) throws(SluiceError) {
        try flush()
        var chunk = [UInt8](repeating: 0, count: Self.bufferSize)
        var offset = 0
        while true {
            let count = unsafe pread(descriptor, &chunk, chunk.count, offset)
            if count < 0, errno == EINTR { continue }
            // What cannot be read back must not look like the end of the result.
            guard count >= 0 else { throw Files.failure("read back from", directory) }
            if count == 0 { return }
            offset += count
            let failure = unsafe chunk.withUnsafeBytes {
                unsafe Files.writeAll(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: target)
            }
            if failure == EPIPE { return }
            if failure != 0 { throw Files.failure("write to", "standard output", failure) }
        }
    }

    /// The first bytes, which tell the codec.
    func head() throws(SluiceError) -> [UInt8] {
        if let firstBytes { return firstBytes }
        try flush()
        var bytes = [UInt8](repeating: 0, count: 4)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        firstBytes = Array(bytes.prefix(max(0, count)))
        return firstBytes ?? []
    }

    private func flush() throws(SluiceError) {
        let failure = unsafe buffer.withUnsafeBytes { unsafe Files.writeAll($0, to: descriptor) }
        buffer.removeAll(keepingCapacity: true)
        if failure != 0 { throw Files.failure("write in", directory, failure) }
    }
}
