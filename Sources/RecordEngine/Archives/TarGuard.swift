internal import EventModel

/// Follows the headers of a tar archive while libarchive reads it, and refuses what readers take differently
/// (trap T02).
///
/// libarchive skips malformed numbers, ignores global headers and forgives more than is safe. The guard reads
/// nothing itself: it is shown all bytes in order, whole headers in one piece.
struct TarGuard {
    /// What the guard knows of a member.
    struct Seen {
        /// Bytes of data.
        let byteCount: UInt64
        /// Whether the data is a sparse file's, without its holes.
        let isSparse: Bool
    }

    /// What the next bytes are.
    private enum State {
        case header
        /// So many bytes of data and padding.
        case body(UInt64)
        /// So many bytes of pax records, and so many of padding behind them.
        case records(Int, padding: Int, isGlobal: Bool)
        /// Blocks of GNU's old sparse format, before the data of so many bytes.
        case sparseMap(UInt64)
    }

    /// Longest special header; as long as libarchive takes them.
    private static let longestRecords = 1 << 20

    private var state = State.header
    private var records: [UInt8] = []
    private var pax: PaxRecords?
    /// Blocks of zeros in a row: two of them end an archive.
    private(set) var zeroBlocks = 0
    /// The members whose headers went by, and which libarchive has not given out, in order.
    private var seen: [Seen] = []
    private var firstSeen = 0

    /// Whether the next bytes are a header, of which a whole block must be shown.
    var expectsHeader: Bool {
        switch state {
        case .header, .sparseMap: true
        case .body, .records: false
        }
    }

    /// The member that libarchive gives out now; nil when the guard has not seen one.
    mutating func takeSeen() -> Seen? {
        guard firstSeen < seen.count else { return nil }
        defer { firstSeen += 1 }
        if firstSeen == 4096 {
            seen.removeFirst(firstSeen)
            firstSeen = 0
        }
        return seen[firstSeen]
    }

    /// Looks at as much of `bytes` as belongs together, and gives its length; `bytes` is not empty.
    ///
    /// Throws `archive.corrupt` and `archive.ambiguous`.
    mutating func look(at bytes: UnsafeRawBufferPointer) throws(SluiceError) -> Int {
        switch state {
        case .header:
            let block = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<TarHeader.blockBytes])
            unsafe try lookAtHeader(block)
            return TarHeader.blockBytes
        case .sparseMap(let size):
            // GNU tar's "struct sparse_header": 21 entries of 24 bytes, then whether there is another one.
            if unsafe bytes[504] == 0 { state = Self.body(of: size) }
            return TarHeader.blockBytes
        case .body(let left):
            let count = min(UInt64(bytes.count), left)
            state = left == count ? .header : .body(left - count)
            return Int(count)
        case .records(let left, let padding, let isGlobal):
            let count = min(bytes.count, left)
            unsafe records.append(contentsOf: bytes[..<count])
            if count < left {
                state = .records(left - count, padding: padding, isGlobal: isGlobal)
            } else {
                try readRecords(isGlobal)
                state = padding == 0 ? .header : .body(UInt64(padding))
            }
            return count
        }
    }

    private mutating func lookAtHeader(_ block: UnsafeRawBufferPointer) throws(SluiceError) {
        guard unsafe !TarHeader.isZero(block) else {
            guard pax == nil else { throw Self.corrupt("it ends behind a pax header") }
            zeroBlocks += 1
            return
        }
        zeroBlocks = 0
        guard unsafe TarHeader.checksumMatches(block) else {
            throw Self.corrupt("the checksum of a header is wrong")
        }
        guard let size = unsafe TarHeader.number(block, 124..<136) else {
            throw Self.corrupt("the size in a header is no number")
        }
        switch unsafe block[156] {
        case UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "g"):
            guard size <= UInt64(Self.longestRecords) else { throw Self.corrupt("a pax header is too long") }
            let isGlobal = unsafe block[156] == UInt8(ascii: "g")
            guard isGlobal || pax == nil else { throw Self.corrupt("two pax headers belong to one member") }
            records = []
            let padding = Int((512 - size % 512) % 512)
            state = .records(Int(size), padding: padding, isGlobal: isGlobal)
            if size == 0 { try readRecords(isGlobal); state = .header }
        case UInt8(ascii: "L"), UInt8(ascii: "K"), UInt8(ascii: "V"), UInt8(ascii: "A"):
            state = Self.body(of: size)
        case let kind: unsafe try beginMember(kind, pax?.size ?? size, block)
        }
    }

    private mutating func beginMember(
        _ kind: UInt8,
        _ size: UInt64,
        _ block: UnsafeRawBufferPointer
    ) throws(SluiceError) {
        seen.append(Seen(byteCount: size, isSparse: pax?.isSparse == true || kind == UInt8(ascii: "S")))
        pax = nil
        switch kind {
        case UInt8(ascii: "1"):
            // Some readers expect data there, and some do not.
            guard size == 0 else { throw Self.ambiguous("a hard link has a size") }
            state = .header
        case UInt8(ascii: "2")...UInt8(ascii: "6"): state = .header
        case UInt8(ascii: "S") where unsafe block[482] != 0: state = .sparseMap(size)
        default: state = Self.body(of: size)
        }
    }

    private mutating func readRecords(_ isGlobal: Bool) throws(SluiceError) {
        let read = try PaxRecords(records)
        records = []
        if !isGlobal {
            pax = read
        } else if read.changesMembers {
            throw Self.ambiguous("a global pax header sets names or sizes")
        }
    }

    private static func body(of size: UInt64) -> State {
        size == 0 ? .header : .body((size + 511) & ~511)
    }

    private static func corrupt(_ what: String) -> SluiceError {
        SluiceError(
            .archiveCorrupt,
            "The tar archive is damaged: \(what).",
            hint: "Upload it again, or pack it again with GNU tar or bsdtar."
        )
    }

    private static func ambiguous(_ what: String) -> SluiceError {
        SluiceError(
            .archiveAmbiguous,
            "The tar archive can be read in more than one way: \(what).",
            hint: "Pack it again with GNU tar or bsdtar."
        )
    }
}
