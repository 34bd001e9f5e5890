internal import Glibc

/// Tries whether a read lease is refused while somebody writes, on a file that has no name and leaves no trace.
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

    /// F_SETLEASE (asm-generic/fcntl.h: F_LINUX_SPECIFIC_BASE + 0) and O_TMPFILE without O_DIRECTORY.
    private static let setLease: Int32 = 1024
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
        let whileWritten = fcntl(reader, setLease, Int32(F_RDLCK))
        let refusal = errno
        close(writer)
        let afterwards = fcntl(reader, setLease, Int32(F_RDLCK))
        return whileWritten != 0 && refusal == EAGAIN && afterwards == 0 ? .works : .refused
    }
}
