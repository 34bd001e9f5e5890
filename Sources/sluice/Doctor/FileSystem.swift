internal import Glibc

/// What the system says of a directory's file system.
struct FileSystem {
    /// Its name, or its magic number.
    let name: String
    /// Whether it lies on another machine, where locks, leases and notifications may not work.
    let isRemote: Bool
    /// Bytes that we may still write.
    let freeBytes: UInt64
    /// Whether it is mounted read-only.
    let isReadOnly: Bool

    /// Looks at the file system that a path lies on (statfs(2)); nil when there is no such path.
    init?(of path: String) {
        var status = statfs()
        guard unsafe Glibc.statfs(path, &status) == 0 else { return nil }
        let magic = UInt64(truncatingIfNeeded: status.f_type) & 0xFFFF_FFFF
        let known = Self.names[magic]
        name = known?.name ?? "type 0x" + String(magic, radix: 16)
        isRemote = known?.isRemote ?? false
        freeBytes = UInt64(status.f_bavail) &* UInt64(status.f_bsize)
        // ST_RDONLY of statvfs(3) is 1 in f_flags as well.
        isReadOnly = status.f_flags & 1 != 0
    }

    /// Magic numbers of linux/magic.h and statfs(2).
    private static let names: [UInt64: (name: String, isRemote: Bool)] = [
        0xEF53: ("ext4", false), 0x5846_5342: ("xfs", false), 0x9123_683E: ("btrfs", false), 0x0102_1994: ("tmpfs", false),
        0x794C_7630: ("overlay", false), 0x2FC1_2FC1: ("zfs", false), 0xF2F5_2010: ("f2fs", false),
        0x6969: ("nfs", true), 0xFF53_4D42: ("cifs", true), 0xFE53_4D42: ("smb2", true), 0x6573_5546: ("fuse", true),
        0x0102_1997: ("9p", true), 0x00C3_6400: ("ceph", true),
    ]
}
