public import EventModel
internal import Glibc

/// The state directory, locked: ledger, socket and work files of one service.
///
/// The lock is `flock(2)` on `lock`, taken before the ledger is opened or the socket bound, and ends with the
/// process however it ends. The file names its holder for messages; the lock alone decides (trap D12).
public final class StateDirectory: Sendable {
    /// Who asks for the lock.
    public enum Purpose: String, Sendable {
        /// A service: holds the lock until it ends.
        case service
        /// A command that reads or changes the ledger beside a stopped service: holds the lock for a moment.
        case command
    }

    /// Where the directory is.
    public let path: String
    /// The open directory; lives as long as this object.
    public let descriptor: Int32
    private let lock: Int32

    /// The socket's name in the directory.
    public static let socketName = "sluice.sock"
    /// The name of the directory in which unfinished uploads are written down.
    public static let uploadsName = "uploads"
    /// The ledger's name in the directory.
    public static let ledgerName = "ledger.sqlite"
    /// How long is waited for a command to give the lock back.
    static let patience = Duration.seconds(10)

    private init(path: String, descriptor: Int32, lock: Int32) {
        self.path = path
        self.descriptor = descriptor
        self.lock = lock
    }

    deinit {
        close(lock)
        close(descriptor)
    }

    /// The ledger's file.
    public var ledgerPath: String { path + "/" + Self.ledgerName }

    /// Opens and locks a state directory; a service makes it (mode 0700) when it is missing.
    ///
    /// Throws `service.already-running` naming the holder. A service waits for a command that holds the lock
    /// for a moment, and fails at once when another service does. May block; called before anything else
    /// runs.
    public static func open(_ path: String, for purpose: Purpose) throws(SluiceError) -> StateDirectory {
        if purpose == .service { try make(path) }
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be opened", path, errno) }
        if purpose == .service, fchmod(descriptor, 0o700) != 0 {
            let code = errno
            close(descriptor)
            throw failure("may be open to other users, and its mode cannot be set", path, code)
        }
        let lock = unsafe openat(descriptor, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else {
            let code = errno
            close(descriptor)
            throw failure("cannot be locked", path, code)
        }
        let directory = StateDirectory(path: path, descriptor: descriptor, lock: lock)
        try directory.acquire(for: purpose)
        return directory
    }

    /// Whether somebody holds the lock of a state directory now, and who.
    public static func holder(of path: String) -> (pid: Int32, purpose: Purpose)? {
        let lock = unsafe Glibc.open(path + "/lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard lock >= 0 else { return nil }
        defer { close(lock) }
        if flock(lock, LOCK_SH | LOCK_NB) == 0 { return nil }
        return readHolder(lock) ?? (0, .service)
    }

    /// Takes the lock, or says who has it.
    ///
    /// Commands hold it for milliseconds, so both kinds wait for a command. What `holder` does takes a shared
    /// lock for an instant, and the file may name a service that died: one refusal proves nothing, 250 ms of
    /// them do.
    private func acquire(for purpose: Purpose) throws(SluiceError) {
        let began = ContinuousClock.now
        while flock(lock, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw Self.failure("cannot be locked", path, errno)
            }
            let holder = Self.readHolder(lock)
            let isService = holder?.purpose == .service
            if ContinuousClock.now - began > (isService ? .milliseconds(250) : Self.patience) {
                throw Self.locked(path, holder?.pid ?? 0)
            }
            usleep(5_000)
        }
        let text = Array("\(getpid()) \(purpose.rawValue)\n".utf8)
        guard ftruncate(lock, 0) == 0, unsafe pwrite(lock, text, text.count, 0) == text.count else {
            throw Self.failure("cannot be written to", path, errno)
        }
    }

    private static func readHolder(_ lock: Int32) -> (pid: Int32, purpose: Purpose)? {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe pread(lock, &bytes, bytes.count, 0)
        let words = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split {
            $0 == " " || $0 == "\n"
        }
        guard words.count == 2, let pid = Int32(words[0]), let purpose = Purpose(rawValue: String(words[1]))
        else {
            return nil
        }
        return (pid, purpose)
    }

    private static func locked(_ path: String, _ pid: Int32) -> SluiceError {
        SluiceError(
            .stateLocked,
            "The state directory \(path) is in use by process \(pid).",
            hint: "Stop that process, or give this configuration a state directory of its own."
        )
    }

    /// Makes the directory and its parents; only the last gets mode 0700.
    private static func make(_ path: String) throws(SluiceError) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("cannot be made", path, errno)
        }
        var parents = ""
        for component in path[..<slash].split(separator: "/") {
            parents += (parents.isEmpty && !path.hasPrefix("/") ? "" : "/") + component
            if unsafe mkdir(parents, 0o755) != 0, errno != EEXIST {
                throw failure("cannot be made", path, errno)
            }
        }
        if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw failure("cannot be made", path, errno) }
    }

    private static func failure(_ what: String, _ path: String, _ code: Int32) -> SluiceError {
        let reason = unsafe String(cString: strerror(code))
        return SluiceError(
            .stateUnusable,
            "The state directory \(path) \(what): \(reason).",
            hint: code == ENOENT
                ? "'sluice serve' makes it."
                : "It must be a directory that belongs to the user who runs the service."
        )
    }
}

extension SluiceError.Code {
    /// The state directory cannot be used.
    public static let stateUnusable = Self("service.state-unusable", .usage)
    /// Another process holds the state directory's lock.
    public static let stateLocked = Self("service.already-running", .usage)
}
