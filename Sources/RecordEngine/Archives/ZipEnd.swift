internal import EventModel

/// Where the central directory of a zip archive lies: its end record (APPNOTE 6.3.10, sections 4.3.14 to
/// 4.3.16).
struct ZipEnd {
    /// Where the central directory begins.
    private(set) var directoryOffset: UInt64 = 0
    /// Where it ends: at the record that was found first behind it.
    private(set) var directoryEnd: UInt64 = 0
    /// How many entries the record says there are.
    private(set) var entryCount: UInt64 = 0

    private static let signature: UInt32 = 0x0605_4B50
    private static let recordBytes = 22
    private static let locatorBytes: UInt64 = 20
    private static let longestComment = Int(UInt16.max)

    /// Finds the record and checks that it can be the only one. Throws `archive.*`.
    init(_ window: SpoolWindow) throws(SluiceError) {
        let offset = try Self.find(window)
        guard let record = unsafe try window.bytes(at: offset, Self.recordBytes) else { throw Self.cut }
        let disks = unsafe (record.little(4, as: UInt16.self), record.little(6, as: UInt16.self))
        let here = unsafe UInt64(record.little(8, as: UInt16.self))
        entryCount = unsafe UInt64(record.little(10, as: UInt16.self))
        var directoryBytes = unsafe UInt64(record.little(12, as: UInt32.self))
        directoryOffset = unsafe UInt64(record.little(16, as: UInt32.self))
        directoryEnd = offset
        guard disks == (0, 0), here == entryCount else { throw Self.split }
        if offset >= Self.locatorBytes,
            let locator = unsafe try window.bytes(at: offset - Self.locatorBytes, Int(Self.locatorBytes)),
            unsafe locator.little(0, as: UInt32.self) == 0x0706_4B50
        {
            let record64 = unsafe locator.little(8, as: UInt64.self)
            guard unsafe locator.little(4, as: UInt32.self) == 0,
                unsafe locator.little(16, as: UInt32.self) <= 1
            else { throw Self.split }
            try read64(window, at: record64, before: offset - Self.locatorBytes, &directoryBytes)
        }
        let (end, overflow) = directoryOffset.addingReportingOverflow(directoryBytes)
        guard !overflow, end == directoryEnd else {
            throw ZipError.ambiguous("its directory does not lie where the end record says")
        }
    }

    /// The record of zip64 (section 4.3.14), which must agree with the short one wherever that can say it.
    private mutating func read64(
        _ window: SpoolWindow,
        at offset: UInt64,
        before locator: UInt64,
        _ directoryBytes: inout UInt64
    ) throws(SluiceError) {
        guard offset <= locator, locator - offset >= 56, let record = unsafe try window.bytes(at: offset, 56),
            unsafe record.little(0, as: UInt32.self) == 0x0606_4B50,
            unsafe record.little(4, as: UInt64.self) == locator - offset - 12
        else { throw ZipError.ambiguous("its zip64 end record is not where it should be") }
        let count = unsafe record.little(32, as: UInt64.self)
        let (size, start) = unsafe (record.little(40, as: UInt64.self), record.little(48, as: UInt64.self))
        guard unsafe record.little(16, as: UInt64.self) == 0,
            unsafe record.little(24, as: UInt64.self) == count
        else { throw Self.split }
        guard entryCount == count || entryCount == UInt64(UInt16.max),
            directoryBytes == size || directoryBytes == UInt64(UInt32.max),
            directoryOffset == start || directoryOffset == UInt64(UInt32.max)
        else { throw ZipError.ambiguous("its two end records disagree") }
        (entryCount, directoryBytes, directoryOffset, directoryEnd) = (count, size, start, offset)
    }

    /// The one record whose comment ends with the archive.
    private static func find(_ window: SpoolWindow) throws(SluiceError) -> UInt64 {
        let size = window.byteCount
        let tailBytes = Int(min(size, UInt64(recordBytes + longestComment)))
        let tailStart = size - UInt64(tailBytes)
        guard let tail = unsafe try window.bytes(at: tailStart, tailBytes), tailBytes >= recordBytes
        else { throw cut }
        var (found, last, isCutOff): (Int?, Int?, Bool) = (nil, nil, false)
        for position in 0...(tailBytes - 4) where unsafe tail[position] == 0x50 {
            guard unsafe tail.little(position, as: UInt32.self) == signature else { continue }
            last = position
            guard position <= tailBytes - recordBytes else {
                isCutOff = true
                continue
            }
            let end = unsafe position + recordBytes + Int(tail.little(position + 20, as: UInt16.self))
            isCutOff = end > tailBytes
            guard end == tailBytes else { continue }
            guard found == nil else { throw ZipError.ambiguous("it has two end records") }
            found = position
        }
        guard let found else {
            if last == nil || isCutOff { throw cut }
            throw ZipError.ambiguous("there are bytes behind its end record")
        }
        guard last == found else { throw ZipError.ambiguous("its comment contains an end record") }
        return tailStart + UInt64(found)
    }

    private static let cut = ZipError.truncated("it has no end record")
    private static let split = ZipError.unsupported("The zip archive is one part of several.")
}
