internal import Daemon
internal import EventModel
internal import Foundation
internal import Glibc
internal import TriggerRules

/// Looks at what the service needs from the machine.
struct Doctor {
    /// Below this much room a warning is due.
    private static let littleRoom: UInt64 = 1 << 30
    /// On whose behalf it is looked.
    let configuration: SluiceConfiguration

    /// Looks on behalf of a configuration.
    init(_ configuration: SluiceConfiguration) { self.configuration = configuration }

    /// Makes all checks.
    func checks() async -> [DoctorCheck] {
        var checks = [user(), descriptors()] + state()
        if configuration.buckets.contains(where: { $0.path != nil }) { checks += inotify() }
        let stores = StoreBook()
        for bucket in configuration.buckets {
            switch bucket.place {
            case .local(let place): checks += self.bucket(bucket, in: place.path)
            case .s3(let place): checks += await StoreDoctor(self, stores).checks(bucket, at: place)
            }
        }
        return checks
    }

    /// Whether outputs, rejects or moved objects go to a bucket.
    func isWritten(_ bucket: BucketConfiguration) -> Bool {
        configuration.triggers.contains {
            $0.output.bucket == bucket.name || $0.rejects?.bucket == bucket.name
        }
            || configuration.buckets.contains {
                if case .move(let template) = $0.after { template.bucket == bucket.name } else { false }
            }
    }

    private func user() -> DoctorCheck {
        guard geteuid() == 0 else { return DoctorCheck("user", .good, "runs without root's rights") }
        return DoctorCheck(
            "user",
            .warning,
            "runs as root",
            command: "sudo useradd --system sluice  # and User=sluice in the unit"
        )
    }

    private func descriptors() -> DoctorCheck {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else {
            return DoctorCheck("open files", .warning, "the limit cannot be read")
        }
        let hard = limit.rlim_max
        return hard >= 4096
            ? DoctorCheck("open files", .good, "up to \(Figures.count(hard))")
            : DoctorCheck(
                "open files",
                .warning,
                "only \(hard)",
                command: "ulimit -Hn 65536  # LimitNOFILE=65536 in the unit"
            )
    }

    private func state() -> [DoctorCheck] {
        let path = configuration.state
        guard let status = FileStatus(path: path) else { return [existingParent(path)] }
        var checks: [DoctorCheck] = []
        if !status.isDirectory {
            return [
                DoctorCheck(
                    "state",
                    .bad,
                    "\(path) is no directory",
                    command: "mv \(quote(path)) \(quote(path + ".old"))"
                )
            ]
        }
        if unsafe access(path, R_OK | W_OK | X_OK) != 0 {
            checks.append(
                DoctorCheck(
                    "state",
                    .bad,
                    "\(path) cannot be written",
                    command: "sudo chown -R $(id -un) \(quote(path))"
                )
            )
        } else if status.isOpenToOthers {
            checks.append(
                DoctorCheck(
                    "state",
                    .warning,
                    "\(path) is open to other users",
                    command: "chmod 700 \(quote(path))"
                )
            )
        } else {
            checks.append(DoctorCheck("state", .good, path))
        }
        checks += room("state", path)
        if let system = FileSystem(of: path), system.isRemote {
            checks.append(
                DoctorCheck(
                    "state file system",
                    .bad,
                    "\(system.name): the ledger needs a local disk",
                    command: "set state: to a directory on a local disk"
                )
            )
        }
        if let holder = StateDirectory.holder(of: path) {
            let what = holder.purpose == .service ? "a service runs" : "a command works"
            checks.append(DoctorCheck("lock", .good, "\(what), process \(holder.pid)"))
        } else {
            checks.append(DoctorCheck("lock", .good, "free: no service runs"))
        }
        return checks
    }

    /// The state directory is missing: whether it can be made.
    private func existingParent(_ path: String) -> DoctorCheck {
        var parent = path
        while parent != "/", !FileManager.default.fileExists(atPath: parent) {
            parent = (parent as NSString).deletingLastPathComponent
        }
        guard unsafe access(parent, W_OK | X_OK) == 0 else {
            return DoctorCheck(
                "state",
                .bad,
                "\(path) is missing and cannot be made",
                command: "sudo install -d -m 700 -o $(id -un) \(quote(path))"
            )
        }
        return DoctorCheck("state", .good, "\(path) will be made at the first start")
    }

    private func inotify() -> [DoctorCheck] {
        let wanted = [
            ("max_user_watches", 65_536, 1_048_576), ("max_user_instances", 128, 512),
            ("max_queued_events", 16_384, 65_536),
        ]
        return wanted.map { name, least, better in
            let path = "/proc/sys/fs/inotify/\(name)"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            guard let value = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                return DoctorCheck(
                    "inotify \(name)",
                    .warning,
                    "cannot be read; scans find everything, only later"
                )
            }
            return value >= least
                ? DoctorCheck("inotify \(name)", .good, Figures.count(value))
                : DoctorCheck(
                    "inotify \(name)",
                    .warning,
                    "\(Figures.count(value)): directories beyond it are only scanned",
                    command: "sudo sysctl -w fs.inotify.\(name)=\(better)"
                )
        }
    }

    private func bucket(_ bucket: BucketConfiguration, in path: String) -> [DoctorCheck] {
        let name = "bucket \(bucket.name)"
        guard let status = FileStatus(path: path), status.isDirectory else {
            return [
                DoctorCheck(
                    name,
                    .bad,
                    "\(path) is no directory",
                    command: "mkdir -p \(quote(path))"
                )
            ]
        }
        guard unsafe access(path, R_OK | X_OK) == 0 else {
            return [
                DoctorCheck(
                    name,
                    .bad,
                    "\(path) cannot be read",
                    command: "sudo setfacl -m u:$(id -un):rwx \(quote(path))"
                )
            ]
        }
        let isWritten = bucket.after != .keep || isWritten(bucket)
        if isWritten, unsafe access(path, W_OK) != 0 {
            return [
                DoctorCheck(
                    name,
                    .bad,
                    "\(path) cannot be written",
                    command: "sudo setfacl -m u:$(id -un):rwx \(quote(path))"
                )
            ]
        }
        var checks = [DoctorCheck(name, .good, path)]
        if isWritten { checks += room(name, path) }
        if configuration.isWatched(bucket.name) { checks.append(watching(name, bucket, in: path)) }
        return checks
    }

    /// Whether the system tells that a writer still has a file open (fcntl(2), F_SETLEASE).
    private func watching(
        _ name: String,
        _ bucket: BucketConfiguration,
        in path: String
    ) -> DoctorCheck {
        let settle = Figures.seconds(bucket.settle / .seconds(1))
        let system = FileSystem(of: path)
        switch LeaseProbe.run(in: path) {
        case .works:
            return DoctorCheck(
                "\(name) leases",
                .good,
                "\(system?.name ?? "file system"): files are taken as soon as they are closed"
            )
        case .refused:
            return DoctorCheck(
                "\(name) leases",
                .warning,
                "\(system?.name ?? "the file system") has none: a file must rest for \(settle)",
                command: "write files elsewhere and rename them into the bucket"
            )
        case .unknown:
            return DoctorCheck("\(name) leases", .good, "not tried: the bucket is read-only for this user")
        }
    }

    private func room(_ name: String, _ path: String) -> [DoctorCheck] {
        guard let system = FileSystem(of: path) else { return [] }
        if system.isReadOnly {
            return [
                DoctorCheck(
                    "\(name) disk",
                    .bad,
                    "is mounted read-only",
                    command: "sudo mount -o remount,rw …"
                )
            ]
        }
        let detail = "\(Figures.bytes(system.freeBytes)) free on \(system.name)"
        return system.freeBytes >= Self.littleRoom
            ? [DoctorCheck("\(name) disk", .good, detail)]
            : [
                DoctorCheck(
                    "\(name) disk",
                    .warning,
                    detail,
                    command: "du -xh \(quote(path)) | sort -h | tail"
                )
            ]
    }

    private func quote(_ path: String) -> String { "'" + path.replacing("'", with: "'\\''") + "'" }
}
