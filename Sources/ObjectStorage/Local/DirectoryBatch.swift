internal import CLinux
internal import EventModel

/// Reads the entries of an open directory in batches (getdents64(2)).
struct DirectoryBatch: Sendable {
    /// One name in a directory.
    struct Entry: Sendable {
        /// Its bytes, as the file system has them.
        let name: [UInt8]
        /// `DT_…` of readdir(3); `DT_UNKNOWN` where the file system does not tell.
        let type: UInt8
    }

    /// Bytes of entries that are read at once: some 1,000 names.
    private var buffer = [UInt8](repeating: 0, count: 32 << 10)

    /// The next entries, without `.` and `..`; nil at the end of the directory.
    mutating func read(_ directory: OpenFile) -> Result<[Entry]?, Errno> {
        var entries: [Entry] = []
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            let count = unsafe sluice_read_directory(directory.number, bytes.baseAddress, UInt(bytes.count))
            var offset = 0
            // The kernel fills in whole records, each of which says its length.
            while offset < count, let start = bytes.baseAddress {
                let (entry, length) = unsafe Self.entry(at: start + offset)
                offset += length
                if entry.name != [0x2E], entry.name != [0x2E, 0x2E] { entries.append(entry) }
            }
            return count
        }
        if count < 0 { return .failure(Errno(Int32(-count))) }
        return .success(count == 0 ? nil : entries)
    }

    private static func entry(at start: UnsafeMutableRawPointer) -> (entry: Entry, length: Int) {
        var type: UInt8 = 0
        var name: UnsafePointer<CChar>?
        var nameLength: UInt = 0
        let length = unsafe sluice_directory_entry(start, &type, &name, &nameLength)
        let bytes = unsafe UnsafeRawBufferPointer(start: name, count: Int(nameLength))
        return (Entry(name: unsafe Array(bytes), type: type), Int(length))
    }
}
