internal import EventModel

/// What stands around an entry's data: its local header and its data descriptor (APPNOTE 6.3.10, sections
/// 4.3.7 and 4.3.9), which must say what the directory says (trap Z02).
struct ZipLocalHeader {
    /// Length of a local header without name and extra fields.
    static let recordBytes = 30
    /// The signature of local headers.
    static let signature: UInt32 = 0x0403_4B50
    /// Headers that are loaded in one go.
    private static let aheadBytes = 512
    /// Bits of the flags on which reading depends: encryption, descriptor, patches, UTF-8, masks.
    private static let telling: UInt16 = 0x2869

    /// Where the entry's data begins.
    private(set) var dataOffset: UInt64 = 0
    /// Where the entry ends, its descriptor included.
    private(set) var end: UInt64 = 0

    /// Reads what stands around the data of `entry`; all of it must lie before `limit`.
    ///
    /// Throws `archive.*` where it disagrees with the directory.
    init(_ entry: ZipEntry, _ window: SpoolWindow, before limit: UInt64) throws(SluiceError) {
        let label = MemberName.label(entry.name)
        guard entry.localOffset <= limit, limit - entry.localOffset >= UInt64(Self.recordBytes),
            let fixed = unsafe try window.bytes(
                at: entry.localOffset,
                Self.recordBytes,
                ahead: Self.aheadBytes
            ),
            unsafe fixed.little(0, as: UInt32.self) == Self.signature
        else { throw ZipError.ambiguous("there is no header where the directory has \(label)") }
        let nameBytes = unsafe Int(fixed.little(26, as: UInt16.self))
        let extraBytes = unsafe Int(fixed.little(28, as: UInt16.self))
        let byteCount = Self.recordBytes + nameBytes + extraBytes
        dataOffset = entry.localOffset + UInt64(byteCount)
        guard dataOffset <= limit, limit - dataOffset >= entry.compressedBytes,
            let header = unsafe try window.bytes(at: entry.localOffset, byteCount, ahead: Self.aheadBytes)
        else { throw ZipError.ambiguous("\(label) reaches into the directory") }
        let name = unsafe UnsafeRawBufferPointer(
            rebasing: header[Self.recordBytes..<(Self.recordBytes + nameBytes)]
        )
        guard unsafe header.little(8, as: UInt16.self) == entry.method,
            unsafe (header.little(6, as: UInt16.self) ^ entry.flags) & Self.telling == 0,
            unsafe name.elementsEqual(entry.name)
        else { throw ZipError.ambiguous("header and directory disagree about \(label)") }
        let extra = unsafe ZipExtra(
            UnsafeRawBufferPointer(rebasing: header[(Self.recordBytes + nameBytes)...])
        )
        let says = unsafe (
            header.little(14, as: UInt32.self), UInt64(header.little(18, as: UInt32.self)),
            UInt64(header.little(22, as: UInt32.self))
        )
        try Self.checkSizes(entry, says.0, says.1, says.2, extra, label)
        end = dataOffset + entry.compressedBytes
        if entry.hasDescriptor {
            end += try Self.descriptorBytes(entry, window, end, limit, label, isWide: extra.hasWide)
        }
    }

    private static func checkSizes(
        _ entry: ZipEntry,
        _ checksum: UInt32,
        _ compressedBytes: UInt64,
        _ textBytes: UInt64,
        _ extra: ZipExtra,
        _ label: String
    ) throws(SluiceError) {
        var extra = extra
        let text = try extra.widened(textBytes)
        let compressed = try extra.widened(compressedBytes)
        // With a descriptor the header may leave them open: zeros (section 4.4.4, bit 3).
        func agrees(_ local: UInt64, _ central: UInt64) -> Bool {
            local == central || entry.hasDescriptor && local == 0
        }
        guard agrees(text, entry.textBytes), agrees(compressed, entry.compressedBytes),
            agrees(UInt64(checksum), UInt64(entry.checksum))
        else { throw ZipError.ambiguous("header and directory disagree about the size of \(label)") }
    }

    /// The length of the descriptor at `offset`: with or without signature, with short or long sizes.
    private static func descriptorBytes(
        _ entry: ZipEntry,
        _ window: SpoolWindow,
        _ offset: UInt64,
        _ limit: UInt64,
        _ label: String,
        isWide: Bool
    ) throws(SluiceError) -> UInt64 {
        // The header's zip64 field says how long the sizes are (section 4.3.9.2); not all writers know.
        for (start, isLong) in [(4, isWide), (4, !isWide), (0, isWide), (0, !isWide)] {
            let length = start + (isLong ? 20 : 12)
            guard limit - offset >= UInt64(length), let bytes = unsafe try window.bytes(at: offset, length),
                unsafe start == 0 || bytes.little(0, as: UInt32.self) == 0x0807_4B50,
                unsafe bytes.little(start, as: UInt32.self) == entry.checksum
            else { continue }
            let sizes =
                isLong
                ? unsafe (bytes.little(start + 4, as: UInt64.self), bytes.little(start + 12, as: UInt64.self))
                : unsafe (
                    UInt64(bytes.little(start + 4, as: UInt32.self)),
                    UInt64(bytes.little(start + 8, as: UInt32.self))
                )
            if sizes == (entry.compressedBytes, entry.textBytes) { return UInt64(length) }
        }
        throw ZipError.ambiguous("the data descriptor of \(label) disagrees with the directory")
    }
}
