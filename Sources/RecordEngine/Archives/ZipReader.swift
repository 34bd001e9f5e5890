internal import CISAL
internal import EventModel

/// Reads zip by its central directory, from a spool that holds the whole archive (traps Z01 to Z05).
///
/// The archive is inspected as a whole before its first member is given out; the directory is then walked
/// again, so that memory does not grow with the number of members.
final class ZipReader: ArchiveReader {
    private let end: ZipEnd
    private let directory: SpoolWindow
    private let headers: SpoolWindow
    private let spool: any Spool
    private let limits: EngineLimits
    private var nextOffset: UInt64
    private var remaining: UInt64
    private var member: ZipMemberText?
    private(set) var isBroken = false
    private(set) var skipped = SkippedEntries()
    /// What the inspection noticed.
    let warnings: [String]

    /// Keeps all of `input` in a spool, and inspects it. Throws `archive.*`, and what source and spool throw.
    init(
        _ input: StoredInput,
        _ provider: any SpoolProvider,
        limits: EngineLimits,
        betweenReads: () throws(SluiceError) -> Void
    ) throws(SluiceError) {
        let spool = GrowingSpool(provider)
        try spool.fill(from: input, limit: limits.maxSpoolBytes, betweenReads: betweenReads)
        self.spool = spool
        self.limits = limits
        directory = SpoolWindow(spool)
        headers = SpoolWindow(spool)
        end = try ZipEnd(directory)
        warnings = try ZipInspection(end, directory: directory, headers: headers, limits: limits).warnings
        nextOffset = end.directoryOffset
        remaining = end.entryCount
    }

    /// The next regular file; nil behind the last.
    func next() throws(SluiceError) -> ArchiveMember? {
        member = nil
        while remaining > 0 {
            let entry = try wholeArchive { () throws(SluiceError) in
                try ZipEntry(directory, at: nextOffset, before: end.directoryEnd)
            }
            nextOffset += UInt64(entry.byteCount)
            remaining -= 1
            guard isRegularFile(entry) else { continue }
            var found = ArchiveMember(
                name: entry.flags & 0x800 != 0 ? entry.name : CodePage437.decoded(entry.name),
                byteCount: entry.textBytes,
                modified: entry.modified
            )
            found.refusal = refusal(of: entry)
            if found.refusal == nil {
                let local = try wholeArchive { () throws(SluiceError) in
                    try ZipLocalHeader(entry, headers, before: end.directoryOffset)
                }
                member = try ZipMemberText(entry, spool, at: local.dataOffset, limits: limits)
            }
            return found
        }
        return nil
    }

    /// Decodes what fits of the current member.
    func read(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard let member else { return 0 }
        return unsafe try member.decode(into: memory)
    }

    private func wholeArchive<Value>(
        _ work: () throws(SluiceError) -> Value
    ) throws(SluiceError) -> Value {
        do throws(SluiceError) { return try work() } catch {
            isBroken = true
            throw error
        }
    }

    private func refusal(of entry: ZipEntry) -> SluiceError? {
        if entry.isEncrypted { return ZipError.unsupported("It is encrypted.") }
        if entry.flags & 0x20 != 0 { return ZipError.unsupported("It is a patch of another file.") }
        guard ZipMethod.isKnown(entry.method) else {
            return ZipError.unsupported(
                "It is compressed with \(ZipMethod.name(entry.method)), which we do not read."
            )
        }
        return nil
    }

    /// By name, and by the attributes of systems that have them: stat(2)'s mode for Unix (3) and macOS (19).
    private func isRegularFile(_ entry: ZipEntry) -> Bool {
        let kind = [3, 19].contains(entry.system) ? entry.attributes >> 28 : 0
        let isDirectory = entry.name.last == UInt8(ascii: "/") || entry.attributes & 0x10 != 0
        switch kind {
        case 0o12: skipped.links &+= 1
        case 0o4: skipped.directories &+= 1
        case 0, 0o10:
            // What has bytes is a file, whatever it is called.
            guard isDirectory, entry.textBytes == 0 else { return true }
            skipped.directories &+= 1
        default: skipped.specials &+= 1
        }
        return false
    }
}

/// The text of one member, held against what the directory says of it.
private final class ZipMemberText {
    private let entry: ZipEntry
    private let limits: EngineLimits
    private let source: SpoolSlice
    private let decoder: any StreamDecoder
    private var textBytes: UInt64 = 0
    private var checksum: UInt32 = 0

    init(_ entry: ZipEntry, _ spool: any Spool, at offset: UInt64, limits: EngineLimits) throws(SluiceError) {
        self.entry = entry
        self.limits = limits
        source = SpoolSlice(spool, offset..<(offset + entry.compressedBytes))
        let capacity = Int(min(max(entry.compressedBytes, 4 << 10), 256 << 10))
        decoder = try ZipMethod.makeDecoder(
            entry.method,
            StoredInput(layer: source, capacity: capacity),
            limits: limits
        )
    }

    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        // One byte more than there should be is enough to know that there are too many.
        let left = entry.textBytes - textBytes
        let room = left < UInt64(memory.count) ? Int(left) + 1 : memory.count
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<min(room, memory.count)])
        let count = unsafe try decoder.decode(into: target)
        textBytes &+= UInt64(count)
        guard textBytes <= entry.textBytes else {
            throw damaged("more than the \(entry.textBytes) bytes that the directory has")
        }
        checksum = unsafe crc32_gzip_refl(checksum, target.baseAddress, UInt64(count))
        try limits.checkRatio(textBytes: textBytes, storedBytes: source.takenBytes)
        guard count == 0 else { return count }
        guard textBytes == entry.textBytes else {
            throw damaged("\(textBytes) bytes where the directory has \(entry.textBytes)")
        }
        guard checksum == entry.checksum else { throw damaged("a text that does not match its checksum") }
        return 0
    }

    private func damaged(_ what: String) -> SluiceError {
        SluiceError(.archiveCorrupt, "It decodes to \(what).", hint: "Upload the object again.")
    }
}
