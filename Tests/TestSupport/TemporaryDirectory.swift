internal import Glibc

/// A directory of a test's own, removed with all that lies in it when the last owner lets go.
public final class TemporaryDirectory: Sendable {
    /// Its absolute path, without a `/` at the end.
    public let path: String

    /// Makes a new directory under `TMPDIR`, else `/tmp`.
    public init() {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/sluice-test-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { template in
            guard let start = template.baseAddress, let made = unsafe mkdtemp(start) else {
                preconditionFailure("A temporary directory could not be made in \(parent).")
            }
            return unsafe String(cString: made)
        }
    }

    deinit { Self.remove(path) }

    /// The path of something in it.
    public func path(_ relative: String) -> String { "\(path)/\(relative)" }

    /// Makes a directory and those above it.
    public func makeDirectory(_ relative: String) {
        var walked = path
        for component in relative.split(separator: "/") {
            walked += "/\(component)"
            unsafe mkdir(walked, 0o755)
        }
    }

    /// Writes a file, making its directories; replaces what was there in place.
    public func write(_ relative: String, _ bytes: [UInt8]) {
        if let slash = relative.lastIndex(of: "/") { makeDirectory(String(relative[..<slash])) }
        let file = unsafe open("\(path)/\(relative)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        precondition(file >= 0, "The test's file \(relative) could not be made.")
        defer { close(file) }
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        precondition(count == bytes.count, "The test's file \(relative) could not be written.")
    }

    /// The bytes of a file, or nil when it cannot be read.
    public func read(_ relative: String) -> [UInt8]? {
        let file = unsafe open("\(path)/\(relative)", O_RDONLY | O_CLOEXEC)
        if file < 0 { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { chunk in
                unsafe Glibc.read(file, chunk.baseAddress, chunk.count)
            }
            if count < 0 { return nil }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// The paths of all regular files in it, in order; names that are not UTF-8 are repaired.
    public func files(below relative: String = "") -> [String] {
        let start = relative.isEmpty ? path : "\(path)/\(relative)"
        let directory = unsafe open(start, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory < 0 { return [] }
        defer { close(directory) }
        var found: [String] = []
        for name in Self.names(in: directory) {
            let text = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let child = relative.isEmpty ? text : "\(relative)/\(text)"
            switch Self.type(of: name, in: directory) {
            case mode_t(S_IFDIR): found += files(below: child)
            case mode_t(S_IFREG): found.append(child)
            default: break
            }
        }
        return found.sorted()
    }

    /// The names in an open directory, each with its NUL.
    private static func names(in number: Int32) -> [[CChar]] {
        guard let directory = unsafe fdopendir(dup(number)) else { return [] }
        defer { unsafe closedir(directory) }
        unsafe rewinddir(directory)
        var names: [[CChar]] = []
        while let entry = unsafe readdir(directory) {
            // d_name is an array of 256 bytes that ends with a NUL (readdir(3)).
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                unsafe name.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
            }
            if name != [0x2E, 0], name != [0x2E, 0x2E, 0] { names.append(name) }
        }
        return names
    }

    private static func type(of name: [CChar], in directory: Int32) -> mode_t? {
        var status = stat()
        guard unsafe fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return status.st_mode & mode_t(S_IFMT)
    }

    /// Removes a tree by descriptors, so that long paths and names that are not UTF-8 go too.
    private static func remove(_ path: String) {
        let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory < 0 { return }
        empty(directory)
        close(directory)
        unsafe rmdir(path)
    }

    private static func empty(_ directory: Int32) {
        for name in names(in: directory) {
            guard type(of: name, in: directory) == mode_t(S_IFDIR) else {
                unsafe unlinkat(directory, name, 0)
                continue
            }
            unsafe fchmodat(directory, name, 0o700, 0)
            let child = unsafe openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            if child >= 0 {
                empty(child)
                close(child)
            }
            unsafe unlinkat(directory, name, AT_REMOVEDIR)
        }
    }
}
