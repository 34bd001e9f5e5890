internal import Glibc
internal import Synchronization

/// A server of a test's own, which ends with its last owner.
public final class ServerProcess: Sendable {
    private let id: Mutex<pid_t>

    /// Starts a program; what it says goes to a file.
    public init(_ arguments: [String], log: String) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A group of its own: a server's children end with it.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var texts = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe texts.forEach { unsafe free($0) } }
        var number: pid_t = 0
        let result = unsafe posix_spawn(&number, arguments[0], &actions, &attributes, &texts, environ)
        guard result == 0 else { throw Failure(number: result) }
        id = Mutex(number)
    }

    deinit { stop() }

    /// Ends it and waits for that.
    public func stop() {
        let number = id.withLock { id in
            defer { id = 0 }
            return id
        }
        guard number > 0 else { return }
        kill(-number, SIGKILL)
        _ = waitpid(number, nil, 0)
    }

    /// A port of loopback that nobody uses now.
    public static func freePort() throws -> Int {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard file >= 0 else { throw Failure(number: errno) }
        defer { close(file) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // The address is that of this function's own variable, for the duration of each call.
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                let bound = unsafe bind(file, pointer, length)
                return unsafe bound == 0 ? getsockname(file, pointer, &length) : bound
            }
        }
        guard result == 0 else { throw Failure(number: errno) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// A call of the system that failed.
    public struct Failure: Error {
        /// errno.
        public let number: Int32
    }
}

/// Where the tests lie.
enum Repository {
    /// The repository's root, found from this file's place in it.
    static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
}
