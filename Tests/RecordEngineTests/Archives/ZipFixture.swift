internal import EventModel
internal import RecordEngine

/// Zip archives made record by record, so that each field can be there or be wrong (APPNOTE 6.3.10).
struct ZipFixture {
    /// One member, as both its headers have it.
    struct Member {
        var name: [UInt8]
        var text: [UInt8]
        var method: UInt16 = 8
        var flags: UInt16 = 0x800
        var system: UInt8 = 3
        var attributes: UInt32 = 0o100_644 << 16
        /// The bytes in the archive; made of the text when nil.
        var data: [UInt8]?
        var checksum: UInt32?
        var textBytes: UInt64?
        var hasDescriptor = false
        var descriptorError: UInt32 = 0
        var isZip64 = false
        /// Differences of the local header.
        var localName: [UInt8]?
        var localMethod: UInt16?
        var localTextBytes: UInt32?
        /// Where the directory says the member lies.
        var localOffset: UInt32?
        var extra: [UInt8] = []
        /// Whether it is in the directory, and whether it is in front of it.
        var isListed = true
        var isStored = true

        init(_ name: String, _ text: [UInt8]) {
            self.name = Array(name.utf8)
            self.text = text
        }
    }

    var members: [Member] = []
    var comment: [UInt8] = []
    var prefix: [UInt8] = []
    /// Added to the number of entries in the end record.
    var countError = 0
    /// Added to the offset of the directory.
    var offsetError = 0
    var disk: UInt16 = 0
    var hasZip64End = false

    init(_ files: [(String, [UInt8])] = []) { members = files.map { Member($0.0, $0.1) } }

    /// Changes the first member.
    func changing(_ change: (inout Member) -> Void) -> ZipFixture {
        var copy = self
        change(&copy.members[0])
        return copy
    }

    func bytes() throws(SluiceError) -> [UInt8] {
        var out = prefix
        var directory: [UInt8] = []
        for member in members {
            let data = try Self.data(of: member)
            let checksum = member.checksum ?? GzipFixture.crc32(member.text)
            let textBytes = member.textBytes ?? UInt64(member.text.count)
            let offset = out.count
            var flags = member.flags
            if member.hasDescriptor { flags |= 8 }
            let isOpen = member.hasDescriptor
            if member.isStored {
                let sizes =
                    member.isZip64 && !isOpen
                    ? [1, 0, 16, 0] + Self.little(textBytes, 8) + Self.little(UInt64(data.count), 8) : []
                let name = member.localName ?? member.name
                out += [0x50, 0x4B, 3, 4, 20, 0] + Self.little(UInt64(flags), 2)
                out += Self.little(UInt64(member.localMethod ?? member.method), 2) + [0, 0, 0x21, 0]
                out += Self.little(UInt64(isOpen ? 0 : checksum), 4)
                let short = { (value: UInt64) in Self.little(member.isZip64 ? UInt64(UInt32.max) : value, 4) }
                out += isOpen ? [0, 0, 0, 0] : short(UInt64(data.count))
                out += isOpen ? [0, 0, 0, 0] : short(UInt64(member.localTextBytes ?? UInt32(textBytes)))
                out += Self.little(UInt64(name.count), 2) + Self.little(UInt64(sizes.count), 2)
                out += name + sizes + data
                if isOpen {
                    out += [0x50, 0x4B, 7, 8] + Self.little(UInt64(checksum ^ member.descriptorError), 4)
                    out += Self.little(UInt64(data.count), member.isZip64 ? 8 : 4)
                    out += Self.little(textBytes, member.isZip64 ? 8 : 4)
                }
            }
            guard member.isListed else { continue }
            let at = UInt64(member.localOffset ?? UInt32(offset))
            let wide =
                member.isZip64
                ? [1, 0, 24, 0] + Self.little(textBytes, 8) + Self.little(UInt64(data.count), 8)
                    + Self.little(at, 8)
                : []
            let extra = wide + member.extra
            let short = { (value: UInt64) in Self.little(member.isZip64 ? UInt64(UInt32.max) : value, 4) }
            directory += [0x50, 0x4B, 1, 2, 45, member.system, 20, 0] + Self.little(UInt64(flags), 2)
            directory +=
                Self.little(UInt64(member.method), 2) + [0, 0, 0x21, 0] + Self.little(UInt64(checksum), 4)
            directory += short(UInt64(data.count)) + short(textBytes)
            directory += Self.little(UInt64(member.name.count), 2) + Self.little(UInt64(extra.count), 2)
            directory += [0, 0, 0, 0, 0, 0] + Self.little(UInt64(member.attributes), 4) + short(at)
            directory += member.name + extra
        }
        let count = UInt64(members.count { $0.isListed } + countError)
        return out + directory
            + end(count, UInt64(directory.count), UInt64(out.count + offsetError), out.count)
    }

    private func end(_ count: UInt64, _ size: UInt64, _ offset: UInt64, _ start: Int) -> [UInt8] {
        var out: [UInt8] = []
        if hasZip64End {
            out +=
                [0x50, 0x4B, 6, 6] + Self.little(44, 8) + [45, 0, 45, 0] + [UInt8](repeating: 0, count: 8)
            out +=
                Self.little(count, 8) + Self.little(count, 8) + Self.little(size, 8) + Self.little(offset, 8)
            out += [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + Self.little(UInt64(start) + size, 8) + [1, 0, 0, 0]
        }
        let short = { (value: UInt64, width: Int) in
            hasZip64End ? [UInt8](repeating: 0xFF, count: width) : Self.little(value, width)
        }
        out +=
            [0x50, 0x4B, 5, 6] + Self.little(UInt64(disk), 2) + [0, 0] + short(count, 2) + short(count, 2)
        out += short(size, 4) + short(offset, 4) + Self.little(UInt64(comment.count), 2) + comment
        return out
    }

    private static func data(of member: Member) throws(SluiceError) -> [UInt8] {
        if let data = member.data { return data }
        return member.method == 8 ? try deflated(member.text) : member.text
    }

    /// Raw deflate, taken out of a gzip member.
    static func deflated(_ text: [UInt8]) throws(SluiceError) -> [UInt8] {
        Array(try encode(text, .gzip(level: 1)).dropFirst(10).dropLast(8))
    }

    static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}
