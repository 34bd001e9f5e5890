internal import Foundation
internal import Glibc

/// The mounted file systems, as `/proc/self/mountinfo` lists them (man 5 proc_pid_mountinfo).
package struct MountTable: Sendable {
    /// Types by device, `major:minor`; of several mounts of a device the last counts.
    private var types: [String: String] = [:]

    /// Reads a table.
    package init(_ text: String) {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 4, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else {
                continue
            }
            types[String(fields[2])] = String(fields[dash + 1])
        }
    }

    /// The table of this process; nil when `/proc` cannot be read.
    static func current() -> MountTable? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: "/proc/self/mountinfo")) else {
            return nil
        }
        return MountTable(String(decoding: data, as: UTF8.self))
    }

    /// The type of the file system of a device; nil when the table does not know it.
    package func fileSystem(device: String) -> String? { types[device] }

    /// The type of the file system that holds a file.
    func fileSystem(holding path: String) -> String? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        // The parts of a device number as glibc packs them (bits/sysmacros.h).
        let device = UInt64(status.st_dev)
        let major = (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF)
        let minor = (device & 0xFF) | (device >> 12 & ~0xFF)
        return fileSystem(device: "\(major):\(minor)")
    }

    /// Whether a type keeps its files on another machine or in another process, where SQLite's log is not
    /// safe (https://www.sqlite.org/wal.html: "does not work over a network filesystem"; trap D11).
    package static func isNetwork(_ type: String) -> Bool {
        let names: Set<String> = [
            "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "lustre", "gfs2", "ocfs2",
            "glusterfs",
        ]
        return names.contains(type) || type == "fuse" || type.hasPrefix("fuse.")
    }
}
