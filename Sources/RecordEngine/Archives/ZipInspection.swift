internal import EventModel

/// Looks at every entry of a zip archive before any is given out (traps Z01 to Z03).
///
/// Directory and local headers must agree one by one, no two entries may share a byte, and no local header
/// may lie where no entry is: members are counted by the end record, by the directory and by what covers the
/// file.
struct ZipInspection {
    private struct Extent {
        let start: UInt64
        let end: UInt64
    }

    /// What the operator should know.
    private(set) var warnings: [String] = []
    private var extents: [Extent] = []

    /// Walks all entries; 16 bytes are kept for each meanwhile. Throws `archive.*`.
    init(
        _ end: ZipEnd,
        directory: SpoolWindow,
        headers: SpoolWindow,
        limits: EngineLimits
    ) throws(SluiceError) {
        guard end.entryCount <= limits.maxMembers else {
            throw SluiceError(
                .archiveLimit,
                "The zip archive says it has \(end.entryCount) members, more than \(limits.maxMembers).",
                hint: "Raise `max_members` in the limits of the function if such objects are expected."
            )
        }
        var offset = end.directoryOffset
        for _ in 0..<end.entryCount {
            let entry = try ZipEntry(directory, at: offset, before: end.directoryEnd)
            offset += UInt64(entry.byteCount)
            let local = try ZipLocalHeader(entry, headers, before: end.directoryOffset)
            extents.append(Extent(start: entry.localOffset, end: local.end))
        }
        guard offset == end.directoryEnd else {
            throw ZipError.ambiguous("its directory has more entries than its end record says")
        }
        extents.sort { $0.start < $1.start }
        try checkCoverage(end, headers)
        extents = []
    }

    private mutating func checkCoverage(_ end: ZipEnd, _ headers: SpoolWindow) throws(SluiceError) {
        var covered: UInt64 = 0
        var strayBytes: UInt64 = 0
        for extent in extents + [Extent(start: end.directoryOffset, end: end.directoryOffset)] {
            guard extent.start >= covered else { throw ZipError.overlap }
            if extent.start > covered {
                let signature = unsafe try headers.bytes(at: covered, 4)?.little(0, as: UInt32.self)
                guard signature != ZipLocalHeader.signature else {
                    throw ZipError.ambiguous("a member is missing in its directory")
                }
                strayBytes += extent.start - covered
            }
            covered = extent.end
        }
        if strayBytes > 0 { warnings.append("\(strayBytes) bytes of the zip archive belong to no member") }
    }
}
