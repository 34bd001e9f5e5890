internal import CArchive
internal import EventModel
internal import Glibc

/// Reads tar through libarchive: ustar, pax, GNU tar, v7 (trap T02).
///
/// libarchive's warnings about a header are errors here: what one reader skips another obeys. Archives that
/// were concatenated are read to the end of the source.
@safe final class TarReader: ArchiveReader {
    private let archive: OpaquePointer
    private let entry: OpaquePointer
    private let feed: TarFeed
    /// Bytes of the current member that libarchive has lent to us and the caller does not have yet.
    private var lent = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    private var memberBytes: UInt64 = 0
    private var readBytes: UInt64 = 0
    private var hasMember = false
    private(set) var isBroken = false
    private(set) var skipped = SkippedEntries()
    /// What the feed noticed.
    var warnings: [String] { feed.warnings }

    /// Reads the archive that `input` holds, beginning with its next byte.
    init(_ input: StoredInput) throws(SluiceError) {
        guard let archive = unsafe archive_read_new() else { throw Self.noMemory }
        guard let entry = unsafe archive_entry_new2(archive) else {
            _ = unsafe archive_read_free(archive)
            throw Self.noMemory
        }
        unsafe self.archive = archive
        unsafe self.entry = entry
        feed = TarFeed(input)
        _ = unsafe archive_read_support_format_tar(archive)
        _ = unsafe archive_read_set_option(archive, "tar", "read_concatenated_archives", "1")
        let context = unsafe Unmanaged.passUnretained(feed).toOpaque()
        let code = unsafe archive_read_open(archive, context, nil, lendToArchive, nil)
        guard code == ARCHIVE_OK else { throw failed() }
    }

    deinit {
        unsafe archive_entry_free(entry)
        _ = unsafe archive_read_free(archive)
    }

    /// The next regular file; nil at the end of the source.
    func next() throws(SluiceError) -> ArchiveMember? {
        guard !isBroken else { throw failed() }
        hasMember = false
        unsafe lent = UnsafeRawBufferPointer(start: nil, count: 0)
        while true {
            let code = unsafe archive_read_next_header2(archive, entry)
            if code == ARCHIVE_EOF { return nil }
            guard code == ARCHIVE_OK || code == ARCHIVE_WARN && isOnlyAboutCharset else { throw failed() }
            // Two readers of one archive: what they do not agree on is refused.
            guard let seen = feed.takeSeen() else { throw disagreement() }
            guard var member = takeMember() else { continue }
            if seen.isSparse || isSparse { member.refusal = Self.sparse }
            guard member.refusal != nil || seen.byteCount == member.byteCount else { throw disagreement() }
            (memberBytes, readBytes) = (member.byteCount ?? 0, 0)
            hasMember = true
            return member
        }
    }

    /// Copies what libarchive has at hand of the current member.
    func read(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard !isBroken else { throw failed() }
        guard hasMember else { return 0 }
        if unsafe lent.count == 0, try !lendMore() { return 0 }
        let count = unsafe min(lent.count, memory.count)
        unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: lent[..<count]))
        unsafe lent = UnsafeRawBufferPointer(rebasing: lent[count...])
        return count
    }

    private func lendMore() throws(SluiceError) -> Bool {
        var start: UnsafeRawPointer?
        var (count, offset) = (0, Int64(0))
        repeat {
            let code = unsafe archive_read_data_block(archive, &start, &count, &offset)
            if code == ARCHIVE_EOF {
                hasMember = false
                guard readBytes == memberBytes else { throw failed() }
                return false
            }
            guard code == ARCHIVE_OK, offset == Int64(readBytes) || count == 0 else { throw failed() }
        } while count == 0
        readBytes &+= UInt64(count)
        unsafe lent = UnsafeRawBufferPointer(start: start, count: count)
        return true
    }

    /// The entry that libarchive has just read; nil when it is no regular file, which is counted.
    private func takeMember() -> ArchiveMember? {
        let name = name
        let kind = unsafe archive_entry_filetype(entry)
        if unsafe archive_entry_hardlink(entry) != nil || kind == UInt32(sluice_symbolic_link) {
            skipped.links &+= 1
        } else if kind == UInt32(sluice_directory) || name.last == UInt8(ascii: "/") {
            skipped.directories &+= 1
        } else if kind != UInt32(sluice_regular_file), kind != 0 {
            skipped.specials &+= 1
        } else {
            let seconds = unsafe archive_entry_mtime(entry)
            let (nanoseconds, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
            let isKnown = unsafe archive_entry_mtime_is_set(entry) != 0 && !overflow
            return ArchiveMember(
                name: name,
                byteCount: unsafe UInt64(clamping: archive_entry_size(entry)),
                modified: isKnown ? Timestamp(nanoseconds: nanoseconds) : nil,
                // No kind: libarchive's word for the continuation of a file of another volume.
                refusal: kind == 0 ? Self.continued : nil
            )
        }
        return nil
    }

    private var isSparse: Bool { unsafe archive_entry_sparse_count(entry) > 0 }

    private var name: [UInt8] {
        guard let start = unsafe archive_entry_pathname(entry) else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: strlen(start)))
    }

    /// Names that the locale cannot show are kept as bytes: what we want.
    private var isOnlyAboutCharset: Bool { detail.contains("can't be converted from") }

    private var detail: String {
        unsafe archive_error_string(archive).map { unsafe String(cString: $0) } ?? "unknown"
    }

    private func failed() -> SluiceError {
        isBroken = true
        if let failure = feed.failure { return failure }
        if feed.isAtEnd {
            return SluiceError(
                .archiveTruncated,
                "The tar archive ends inside of a member or header.",
                hint: "The upload was probably cut off: upload the object again."
            )
        }
        return SluiceError(
            .archiveCorrupt,
            "The tar archive cannot be read: libarchive says \"\(detail)\".",
            hint: "Pack it again with GNU tar or bsdtar, or take it as it is with `unarchive: none`."
        )
    }

    private func disagreement() -> SluiceError {
        isBroken = true
        return SluiceError(
            .archiveAmbiguous,
            "The tar archive can be read in more than one way: the size of a member is not clear.",
            hint: "Pack it again with GNU tar or bsdtar."
        )
    }

    private static let noMemory = SluiceError(.systemCall, "There is no memory for an archive reader.")
    private static let continued = SluiceError(
        .archiveUnsupported,
        "It is the rest of a file that begins in another volume.",
        hint: "Pack it without --multi-volume."
    )
    private static let sparse = SluiceError(
        .archiveSparse,
        "It is stored as a sparse file, which we do not read.",
        hint: "Pack it without --sparse."
    )
}
