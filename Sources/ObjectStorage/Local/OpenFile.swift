internal import CLinux
internal import EventModel
internal import Glibc

/// An open file or directory, closed when its last owner lets go; descriptors are shared by walks, syncs and
/// publishes.
final class OpenFile: Sendable {
    /// `O_PATH`: opens for walking on, not for reading (open(2)); a macro that Swift does not see.
    static let pathOnly: Int32 = 0o10000000

    /// The descriptor; valid as long as this value lives.
    let number: Int32

    /// Takes ownership of a descriptor.
    init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// What the system says of the file now, or the errno.
    func status() -> Result<FileStatus, Errno> {
        var raw = sluice_stat()
        let result = unsafe sluice_stat_at(number, nil, 0, &raw)
        return result == 0 ? .success(FileStatus(raw)) : .failure(Errno(-result))
    }

    /// What lies under a name of this directory; never follows a link.
    func status(of name: [UInt8]) -> Result<FileStatus, Errno> {
        var raw = sluice_stat()
        let result = unsafe name.withCPath { path in unsafe sluice_stat_at(number, path, 0, &raw) }
        return result == 0 ? .success(FileStatus(raw)) : .failure(Errno(-result))
    }

    /// Opens something beneath this directory: no link is followed and nothing outside is reached (traps S20,
    /// S21).
    func open(_ path: [UInt8], _ flags: Int32, mode: UInt32 = 0) -> Result<OpenFile, Errno> {
        let result = unsafe path.withCPath { path in unsafe sluice_open_beneath(number, path, flags, mode) }
        return result >= 0 ? .success(OpenFile(owning: result)) : .failure(Errno(-result))
    }

    /// Removes a name of this directory that is no directory.
    func unlink(_ name: [UInt8]) -> Errno? {
        let result = unsafe name.withCPath { name in unsafe sluice_unlink_at(number, name, 0) }
        return result == 0 ? nil : Errno(-result)
    }

    /// Whether fsync(2) of a new file here also makes its name durable. POSIX does not say so, hence fsync(2)
    /// asks for a sync of the directory; ext4, XFS and Btrfs log the name with the inode, and tmpfs has
    /// nothing durable.
    var namesFollowFiles: Bool {
        // Magic numbers of statfs(2): ext4, XFS, Btrfs, tmpfs.
        [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994].contains(sluice_file_system_type(number))
    }

    /// Whether other machines may change what lies here without this kernel's knowledge: NFS, SMB, CIFS,
    /// FUSE, 9p, Ceph (inotify(7), "Limitations and caveats").
    var isShared: Bool {
        [0x6969, 0xFE53_4D42, 0xFF53_4D42, 0x6573_5546, 0x0102_1997, 0x00C3_6400]
            .contains(sluice_file_system_type(number))
    }

    /// Puts contents and size on stable storage (fdatasync(2)); for directories their entries (fsync(2)).
    func synchronize(onlyData: Bool) -> Errno? {
        while (onlyData ? fdatasync(number) : fsync(number)) != 0 {
            if errno != EINTR { return Errno(errno) }
        }
        return nil
    }
}

/// An error number of a system call; `NativeThread.errorText` has the words.
struct Errno: Error, Hashable {
    /// The value of `errno` (errno(3)).
    let number: Int32

    /// Wraps a value of `errno`.
    init(_ number: Int32) { self.number = number }
}

extension [UInt8] {
    /// Gives the bytes with a NUL behind them; keys never contain one (`KeyRules`).
    func withCPath<Value>(_ body: (UnsafePointer<CChar>) -> Value) -> Value {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { buffer in
            // Each byte of the buffer is written before it is read; a CChar has the bits of the byte.
            for index in indices { unsafe buffer[index] = CChar(bitPattern: self[index]) }
            unsafe buffer[count] = 0
            guard let start = buffer.baseAddress else { preconditionFailure("A path has at least a NUL.") }
            return unsafe body(UnsafePointer(start))
        }
    }
}

/// What statx(2) says of a file.
struct FileStatus: Sendable, Hashable {
    /// Tells directories apart.
    struct Identity: Sendable, Hashable {
        /// The file system.
        let device: UInt64
        /// The file in its file system.
        let inode: UInt64
    }

    /// Which file it is.
    let identity: Identity
    /// Length of its content.
    let sizeBytes: UInt64
    /// When its content changed, since the Unix epoch; users may set it (utimensat(2)).
    let modifiedNanoseconds: Int64
    /// When anything of it changed, since the Unix epoch; users cannot set it.
    let changedNanoseconds: Int64
    /// Type and permissions (inode(7)).
    let mode: UInt32
    /// How many names it has; 0 once it was removed.
    let linkCount: UInt32

    /// Takes over what the system said.
    init(_ raw: sluice_stat) {
        identity = Identity(device: raw.device, inode: raw.inode)
        sizeBytes = raw.size
        modifiedNanoseconds = raw.mtime_ns
        changedNanoseconds = raw.ctime_ns
        mode = raw.mode
        linkCount = raw.links
    }

    /// Whether it can be an object.
    var isRegular: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFREG) }
    /// Whether it is a directory.
    var isDirectory: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }

    /// The local form of an object's version (DESIGN 2).
    var version: ObjectVersion {
        let times = "m\(modifiedNanoseconds)-c\(changedNanoseconds)"
        return ObjectVersion(identity: "i\(identity.inode)-s\(sizeBytes)-\(times)")
    }

    /// What a store says of an object with this status.
    func info(of key: ObjectKey) -> ObjectInfo {
        ObjectInfo(
            key: key, version: version, sizeBytes: sizeBytes,
            modified: Timestamp(nanoseconds: modifiedNanoseconds)
        )
    }

    /// What kind of thing this is, for people.
    var kind: String {
        switch mode & UInt32(S_IFMT) {
        case UInt32(S_IFREG): "a regular file"
        case UInt32(S_IFDIR): "a directory"
        case UInt32(S_IFLNK): "a symbolic link"
        case UInt32(S_IFIFO): "a FIFO"
        case UInt32(S_IFSOCK): "a socket"
        default: "a device"
        }
    }
}
