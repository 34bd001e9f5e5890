internal import EventModel

/// One entry of a central directory (APPNOTE 6.3.10, section 4.3.12).
struct ZipEntry {
    /// Length of a record without name, extra fields and comment.
    static let recordBytes = 46
    private static let signature: UInt32 = 0x0201_4B50

    /// Which system's attributes it has; the upper byte of "version made by".
    var system: UInt8 = 0
    /// General purpose bits (section 4.4.4).
    var flags: UInt16 = 0
    /// How it is compressed (section 4.4.5).
    var method: UInt16 = 0
    /// CRC-32 of the text.
    var checksum: UInt32 = 0
    /// Bytes in the archive.
    var compressedBytes: UInt64 = 0
    /// Bytes of text.
    var textBytes: UInt64 = 0
    /// Attributes of the file, as its system has them.
    var attributes: UInt32 = 0
    /// Where its local header lies.
    var localOffset: UInt64 = 0
    /// The name's bytes.
    var name: [UInt8] = []
    /// When the file was changed; exact only where an extra field says so.
    var modified: Timestamp?
    /// Length of the whole record.
    private(set) var byteCount = 0

    /// Whether sizes and checksum stand behind the data (bit 3).
    var hasDescriptor: Bool { flags & 8 != 0 }
    /// Whether the data, or the directory, is encrypted (bits 0, 6, 13; method 99 is WinZip's AES).
    var isEncrypted: Bool { flags & 0x2041 != 0 || method == 99 }

    /// Reads the record at `offset`. Throws `archive.*` when there is none.
    init(_ window: SpoolWindow, at offset: UInt64, before end: UInt64) throws(SluiceError) {
        let ahead = 256 << 10
        guard end - offset >= UInt64(Self.recordBytes),
            let fixed = unsafe try window.bytes(at: offset, Self.recordBytes, ahead: ahead),
            unsafe fixed.little(0, as: UInt32.self) == Self.signature
        else { throw ZipError.corrupt("its directory has fewer entries than its end record says") }
        let nameBytes = unsafe Int(fixed.little(28, as: UInt16.self))
        let extraBytes = unsafe Int(fixed.little(30, as: UInt16.self))
        let commentBytes = unsafe Int(fixed.little(32, as: UInt16.self))
        byteCount = Self.recordBytes + nameBytes + extraBytes + commentBytes
        guard UInt64(byteCount) <= end - offset,
            let record = unsafe try window.bytes(at: offset, byteCount, ahead: ahead)
        else { throw ZipError.corrupt("an entry runs over the end of its directory") }
        unsafe system = record[5]
        flags = unsafe record.little(8, as: UInt16.self)
        method = unsafe record.little(10, as: UInt16.self)
        modified = unsafe Self.time(record.little(14, as: UInt16.self), record.little(12, as: UInt16.self))
        checksum = unsafe record.little(16, as: UInt32.self)
        compressedBytes = unsafe UInt64(record.little(20, as: UInt32.self))
        textBytes = unsafe UInt64(record.little(24, as: UInt32.self))
        attributes = unsafe record.little(38, as: UInt32.self)
        localOffset = unsafe UInt64(record.little(42, as: UInt32.self))
        name = unsafe [UInt8](record[Self.recordBytes..<(Self.recordBytes + nameBytes)])
        let extra = Self.recordBytes + nameBytes
        var fields = unsafe ZipExtra(UnsafeRawBufferPointer(rebasing: record[extra..<(extra + extraBytes)]))
        textBytes = try fields.widened(textBytes)
        compressedBytes = try fields.widened(compressedBytes)
        localOffset = try fields.widened(localOffset)
        modified = fields.modified ?? modified
        guard unsafe record.little(34, as: UInt16.self) == 0 else {
            throw ZipError.unsupported("The zip archive is one part of several.")
        }
    }

    /// MS-DOS date and time (section 4.4.6), whose zone nobody knows, taken as UTC; nil for no date.
    private static func time(_ date: UInt16, _ time: UInt16) -> Timestamp? {
        let (year, month, day) = (Int64(date >> 9) + 1980, Int64(date >> 5 & 15), Int64(date & 31))
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Days since 1970 of the proleptic Gregorian calendar, in years that begin in March.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        let seconds = Int64(time >> 11) * 3600 + Int64(time >> 5 & 63) * 60 + Int64(time & 31) * 2
        return Timestamp(nanoseconds: (days * 86_400 + seconds) * 1_000_000_000)
    }
}
