internal import CLinux
internal import Glibc

/// What statx(2) says of a file.
struct FileStatus {
    /// Which file it is, whatever its name.
    struct Identity: Hashable, Sendable {
        /// The device that it lies on.
        let device: UInt64
        /// Its number there.
        let inode: UInt64
    }

    private let status: sluice_stat

    /// Looks at a path, following symbolic links; nil when there is nothing.
    init?(path: String) {
        var status = sluice_stat()
        guard unsafe sluice_stat_at(AT_FDCWD, path, 1, &status) == 0 else { return nil }
        self.status = status
    }

    /// Looks at an open file.
    init?(descriptor: Int32) {
        var status = sluice_stat()
        guard unsafe sluice_stat_at(descriptor, nil, 1, &status) == 0 else { return nil }
        self.status = status
    }

    /// The device that it lies on, `major:minor` (gnu_dev_major and gnu_dev_minor of makedev(3)).
    var device: String {
        let major = (status.device >> 8) & 0xFFF | (status.device >> 32) & 0xFFFF_F000
        let minor = status.device & 0xFF | (status.device >> 12) & 0xFFFF_FF00
        return "\(major):\(minor)"
    }
    /// Which file it is.
    var identity: Identity { Identity(device: status.device, inode: status.inode) }
    /// Whether it is a directory.
    var isDirectory: Bool { status.mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }
    /// Whether it is a regular file.
    var isRegular: Bool { status.mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
    /// Whether others than its owner may do anything with it.
    var isOpenToOthers: Bool { status.mode & 0o077 != 0 }
    /// When its content changed, in nanoseconds since the Unix epoch.
    var modifiedNanoseconds: Int64 { status.mtime_ns }
    /// Its length.
    var sizeBytes: UInt64 { status.size }
}
