internal import EventModel

/// What a pax header says that decides how its archive is read (POSIX.1-2017, pax, "pax Extended Header").
struct PaxRecords {
    /// Replaces the size in the header behind it.
    private(set) var size: UInt64?
    /// Whether there is anything in it that changes what follows: names or sizes.
    private(set) var changesMembers = false
    /// Whether the data behind it is a sparse file's, without its holes: GNU tar's, star's or Solaris' form.
    private(set) var isSparse = false

    /// Reads records strictly: what one reader skips another obeys (trap T02).
    ///
    /// libarchive takes `size=1x` for 1, and ends a path at a NUL. Throws `archive.corrupt`.
    init(_ bytes: [UInt8]) throws(SluiceError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let blank = rest.firstIndex(of: UInt8(ascii: " ")),
                let length = Self.decimal(rest[..<blank]), length <= UInt64(rest.count)
            else { throw Self.malformed }
            let end = rest.startIndex + Int(length)
            guard end > blank + 1, rest[end - 1] == UInt8(ascii: "\n"),
                let equals = rest[(blank + 1)..<end].firstIndex(of: UInt8(ascii: "=")), equals > blank + 1
            else { throw Self.malformed }
            try read(rest[(blank + 1)..<equals], rest[(equals + 1)..<(end - 1)])
            rest = rest[end...]
        }
    }

    private mutating func read(_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) throws(SluiceError) {
        switch String(decoding: key, as: UTF8.self) {
        case "size":
            guard let number = Self.decimal(value), number < UInt64(Int64.max) else { throw Self.malformed }
            size = number
            changesMembers = true
        case "path", "linkpath":
            guard !value.isEmpty, !value.contains(0) else { throw Self.malformed }
            changesMembers = true
        case "SCHILY.realsize", "SUN.holesdata": isSparse = true
        case let name where name.hasPrefix("GNU.sparse."): isSparse = true
        default: break
        }
        if isSparse { changesMembers = true }
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
        // A plus sign is no digit, though `UInt64.init` takes one.
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    private static let malformed = SluiceError(
        .archiveCorrupt,
        "The tar archive has a malformed pax header.",
        hint: "Pack it again with GNU tar or bsdtar."
    )
}
