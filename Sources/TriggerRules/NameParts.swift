/// The parts of a key that templates and conditions speak of, as ranges of its bytes.
struct NameParts {
    /// The whole key.
    let key: [UInt8]
    /// Up to, not including, the last slash; empty without one.
    let directory: Range<Int>
    /// After the last slash.
    let name: Range<Int>
    /// The name without one codec extension; all of it when it has none.
    let unpackedName: Range<Int>
    /// The name without one codec and one format extension; all of it when it has none.
    let stem: Range<Int>
    /// What the stem leaves of the name, without its first dot: `log.gz`; empty without one.
    let ext: Range<Int>

    /// Extensions that say how a file is compressed.
    static let codecs: Set<String> = [
        "gz", "gzip", "bgz", "zst", "zstd", "xz", "lzma", "bz2", "lz4", "br", "z", "Z", "zz", "sz", "snappy",
    ]

    /// Cuts a key.
    init(_ key: [UInt8]) {
        self.key = key
        let slash = key.lastIndex(of: UInt8(ascii: "/"))
        directory = 0..<(slash ?? 0)
        name = slash.map { $0 + 1..<key.count } ?? 0..<key.count
        var end = key.count
        if let dot = Self.dot(before: end, in: key, name),
            Self.codecs.contains(Self.text(key[(dot + 1)..<end]))
        {
            end = dot
        }
        unpackedName = name.lowerBound..<end
        if let dot = Self.dot(before: end, in: key, name), Self.isFormat(key[(dot + 1)..<end]) { end = dot }
        stem = name.lowerBound..<end
        ext = min(end + 1, key.count)..<key.count
    }

    /// The last dot that has a character before it and one behind it.
    private static func dot(before end: Int, in key: [UInt8], _ name: Range<Int>) -> Int? {
        guard let dot = key[name.lowerBound..<end].lastIndex(of: UInt8(ascii: ".")) else { return nil }
        return dot > name.lowerBound && dot + 1 < end ? dot : nil
    }

    /// Letters and digits, a letter first: `log`, `mp4`; not the date of `access.2026-10` nor the number of
    /// `log.1`.
    private static func isFormat(_ bytes: ArraySlice<UInt8>) -> Bool {
        let text = text(bytes)
        if text == "7z" || text == "3gp" { return true }
        guard let first = text.utf8.first, text.utf8.count <= 10, (first | 0x20) &- 0x61 < 26 else {
            return false
        }
        return text.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
