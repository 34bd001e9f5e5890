internal import Glibc

/// Where tables of time zones come from: TZif files (RFC 9636) by the names of the IANA database.
public struct ZoneFiles: Sendable {
    /// The largest file that is read; those of the database have less than 5 KiB.
    public static let maximumByteCount = 1 << 20

    /// The bytes of a zone's file, or nil where there is none.
    public let read: @Sendable (String) -> [UInt8]?
    /// All names, for hints; empty where nobody knows them.
    public let names: @Sendable () -> [String]

    /// Takes a reader.
    public init(
        read: @escaping @Sendable (String) -> [UInt8]?,
        names: @escaping @Sendable () -> [String]
    ) {
        self.read = read
        self.names = names
    }

    /// The database of this machine (`tzfile(5)`).
    public static let system = Self(directory: "/usr/share/zoneinfo")

    /// The files below a directory.
    public init(directory: String) {
        self.init(
            read: { name in
                Self.isName(name) ? Self.content(of: "\(directory)/\(name)") : nil
            },
            names: { Self.names(in: directory) }
        )
    }

    /// Whether a text can be the name of a zone: words of letters, digits, `_`, `+` and `-` with slashes
    /// between them, so that no name leads out of the directory.
    public static func isName(_ text: String) -> Bool {
        let words = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return text.utf8.count <= 100
            && words.allSatisfy { word in
                !word.isEmpty
                    && word.allSatisfy { byte in
                        let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
                        let isDigit = byte &- UInt8(ascii: "0") < 10
                        return isLetter || isDigit || byte == UInt8(ascii: "_")
                            || byte == UInt8(ascii: "+")
                            || byte == UInt8(ascii: "-")
                    }
            }
    }

    /// `tzdata.zi` lists zones as `Z NAME …` and links as `L TARGET NAME` (zic(8)).
    private static func names(in directory: String) -> [String] {
        guard let bytes = content(of: "\(directory)/tzdata.zi") else { return [] }
        return bytes.split(separator: 0x0A).compactMap { line in
            let words = line.split(separator: 0x20)
            switch (words.first.map(Array.init), words.count) {
            case ([UInt8(ascii: "Z")], 2...): return String(decoding: words[1], as: UTF8.self)
            case ([UInt8(ascii: "L")], 3): return String(decoding: words[2], as: UTF8.self)
            default: return nil
            }
        }
    }

    /// The bytes of a regular file; nil where it cannot be read or is too large.
    private static func content(of path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= maximumByteCount
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let size = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + count },
                    buffer.count - count
                )
            }
            if size < 0 && errno == EINTR { continue }
            if size <= 0 { return nil }
            count += size
        }
        return bytes
    }
}
