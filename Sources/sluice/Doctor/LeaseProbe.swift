internal import CLinux
internal import Glibc

/// Tries whether a read lease is refused while somebody writes, on a file that has no name and leaves no
/// trace.
enum LeaseProbe {
    /// What came of it.
    enum Answer {
        /// The system told the writer apart.
        case works
        /// The file system has no leases.
        case refused
        /// No file could be made.
        case unknown
    }

    /// O_TMPFILE without O_DIRECTORY, whose value differs by architecture (asm-generic/fcntl.h).
    private static let temporary: Int32 = 0o20000000 | O_DIRECTORY

    /// Makes an unnamed file in a directory and asks for a lease on it.
    static func run(in directory: String) -> Answer {
        let writer = unsafe open(directory, O_RDWR | temporary | O_CLOEXEC, 0o600)
        guard writer >= 0 else { return .unknown }
        let reader = unsafe open("/proc/self/fd/\(writer)", O_RDONLY | O_CLOEXEC)
        guard reader >= 0 else {
            close(writer)
            return .unknown
        }
        defer { close(reader) }
        let whileWritten = sluice_try_read_lease(reader)
        close(writer)
        return whileWritten == -EAGAIN && sluice_try_read_lease(reader) == 0 ? .works : .refused
    }
}
