internal import EventModel

/// Tar archives made block by block, so that each field can be there or be wrong (POSIX.1-2017, pax, "ustar
/// Interchange Format").
struct TarFixture {
    private(set) var bytes: [UInt8] = []

    /// One header block.
    struct Header {
        var name: [UInt8]
        var size: [UInt8]
        var type = UInt8(ascii: "0")
        var link: [UInt8] = []
        var magic = Array("ustar\u{0}00".utf8)
        var prefix: [UInt8] = []
        var checksumError = 0

        init(_ name: String, size: Int = 0, type: Character = "0") {
            self.name = Array(name.utf8)
            self.size = TarFixture.octal(size, 11)
            self.type = type.asciiValue ?? 0
        }

        var block: [UInt8] {
            var block = [UInt8](repeating: 0, count: 512)
            func put(_ value: [UInt8], _ offset: Int) {
                block.replaceSubrange(offset..<(offset + value.count), with: value)
            }
            put(Array(name.prefix(100)), 0)
            put(TarFixture.octal(0o644, 7), 100)
            put(size, 124)
            put(TarFixture.octal(1_700_000_000, 11), 136)
            block[156] = type
            put(link, 157)
            put(magic, 257)
            put(prefix, 345)
            put([UInt8](repeating: 0x20, count: 8), 148)
            let sum = block.reduce(0) { $0 + Int($1) } + checksumError
            put(TarFixture.octal(sum, 6) + [0, 0x20], 148)
            return block
        }
    }

    /// Adds a header and its body, padded to whole blocks.
    mutating func add(_ header: Header, _ body: [UInt8] = []) {
        bytes += header.block + body
        while bytes.count % 512 != 0 { bytes.append(0) }
    }

    /// Adds a regular file.
    mutating func add(_ name: String, _ body: [UInt8]) { add(Header(name, size: body.count), body) }

    /// Adds a pax header with these records.
    mutating func addPax(_ records: [UInt8], type: Character = "x") {
        add(Header("PaxHeader", size: records.count, type: type), records)
    }

    /// Adds the two blocks of zeros that end an archive.
    mutating func end() { bytes += [UInt8](repeating: 0, count: 1024) }

    /// A pax record: its own length, a blank, key, equals sign, value, line feed.
    static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n".utf8.count
        var length = rest
        while String(length).utf8.count + rest != length { length = String(length).utf8.count + rest }
        return Array("\(length) \(key)=\(value)\n".utf8)
    }

    static func octal(_ value: Int, _ digits: Int) -> [UInt8] {
        let text = Array(String(value, radix: 8).utf8)
        return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, digits - text.count)) + text
    }

    /// An archive of files, with its end.
    static func archive(_ files: [(String, [UInt8])]) -> [UInt8] {
        var tar = TarFixture()
        for (name, body) in files { tar.add(name, body) }
        tar.end()
        return tar.bytes
    }
}
