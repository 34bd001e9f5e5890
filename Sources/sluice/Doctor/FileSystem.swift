internal import Foundation
internal import Glibc

/// What the system says of a directory's file system.
struct FileSystem {
    /// Its type: `ext4`, `overlay`, `nfs4`.
    let name: String
    /// Bytes that we may still write.
    let freeBytes: UInt64
    /// Whether it is mounted read-only.
    let isReadOnly: Bool

    /// Looks at the file system that a path lies on (statvfs(3), /proc/self/mountinfo of proc(5)); nil when
    /// there is no such path.
    init?(of path: String) {
        var room = statvfs()
        guard unsafe statvfs(path, &room) == 0, let status = FileStatus(path: path) else { return nil }
        freeBytes = UInt64(room.f_bavail) &* UInt64(room.f_frsize)
        isReadOnly = room.f_flag & UInt(ST_RDONLY) != 0
        name = Self.typeName(device: status.device) ?? "an unknown file system"
    }

    /// Whether it lies on another machine, where locks, leases and notifications may not work.
    var isRemote: Bool {
        ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs"].contains(name) || name.hasPrefix("fuse.")
    }

    private static func typeName(device: String) -> String? {
        guard let text = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8) else {
            return nil
        }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 6, words[2] == device, let dash = words.firstIndex(of: "-"),
                dash + 1 < words.count
            else { continue }
            return String(words[dash + 1])
        }
        return nil
    }
}
