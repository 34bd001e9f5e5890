public import EventModel
internal import Glibc
internal import Settings

/// What a configuration is read against: variables, files and processors.
///
/// Passed in, so that tests own them.
public struct ConfigurationSurroundings: Sendable {
    /// The value of an environment variable, or nil.
    public let variable: @Sendable (String) -> String?
    /// At most `limit + 1` bytes of a file.
    public let read: @Sendable (_ path: String, _ limit: Int) throws(SluiceError) -> [UInt8]
    /// The path without symbolic links as far as it exists, so that two names of one directory are seen as
    /// one.
    public let canonicalPath: @Sendable (String) -> String
    /// How many threads the machine runs at a time.
    public let processorCount: Int
    /// Where relative names of the configuration file itself begin.
    public let currentDirectory: String

    /// Takes each by itself.
    public init(
        variable: @escaping @Sendable (String) -> String?,
        read: @escaping @Sendable (_ path: String, _ limit: Int) throws(SluiceError) -> [UInt8],
        canonicalPath: @escaping @Sendable (String) -> String,
        processorCount: Int,
        currentDirectory: String
    ) {
        self.variable = variable
        self.read = read
        self.canonicalPath = canonicalPath
        self.processorCount = processorCount
        self.currentDirectory = currentDirectory
    }

    /// Those of this process.
    public static var process: Self {
        Self(
            variable: { name in unsafe getenv(name).map { unsafe String(cString: $0) } },
            read: { (path, limit) throws(SluiceError) in try SystemFiles.read(path, limit: limit) },
            canonicalPath: SystemFiles.canonicalPath,
            processorCount: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            currentDirectory: SystemFiles.currentDirectory
        )
    }

    /// What `{ env: NAME }` and `{ file: PATH }` stand for in a configuration that lies in `directory`.
    func externals(relativeTo directory: String) -> ExternalValues {
        ExternalValues(
            variable: variable,
            file: { [read] (path) throws(SluiceError) in
                try read(LexicalPath.join(directory, path), ExternalValues.maximumByteCount)
            }
        )
    }
}

/// The few calls of the operating system that reading a configuration needs.
private enum SystemFiles {
    /// Reads a file, or as much of it as is allowed (`man 2 open`, `man 2 read`).
    static func read(_ path: String, limit: Int) throws(SluiceError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= limit {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// Resolves the longest prefix that exists (`man 3 realpath`) and appends the rest.
    static func canonicalPath(_ path: String) -> String {
        var existing = path
        var rest = ""
        while true {
            if let resolved = unsafe realpath(existing, nil) {
                defer { unsafe free(resolved) }
                return LexicalPath.join(unsafe String(cString: resolved), rest)
            }
            guard existing != "/", let slash = existing.lastIndex(of: "/") else { return path }
            rest = existing[existing.index(after: slash)...] + (rest.isEmpty ? "" : "/" + rest)
            existing = slash == existing.startIndex ? "/" : String(existing[..<slash])
        }
    }

    /// The process's current directory, `/` if it is gone.
    static var currentDirectory: String {
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }

    private static func failure(_ path: String) -> SluiceError {
        let number = errno
        let hint =
            switch number {
            case ENOENT: "Is the path right? Relative paths begin at the configuration file."
            case EACCES: "Make it readable for the user that runs Sluice."
            default: nil as String?
            }
        let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        return SluiceError(.configUnreadable, "The file '\(path)' cannot be read: \(reason).", hint: hint)
    }
}
