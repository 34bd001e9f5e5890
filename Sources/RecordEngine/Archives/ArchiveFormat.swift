/// How an object, or a member of an archive, is to be taken apart.
public enum ArchiveFormat: String, Sendable, Hashable, CaseIterable {
    /// The first bytes decide; what is no archive is one unit by itself.
    case auto
    /// POSIX ustar and pax, GNU tar, and what came before them.
    case tar
    /// PKZIP's format, read by its central directory.
    case zip
    /// Nothing is taken apart.
    case none

    /// As many first bytes as recognition needs.
    static let sniffedBytes = 512

    /// What the first bytes of a text say; nil when it is no archive that we read.
    ///
    /// zip: APPNOTE 6.3.10, sections 4.3.7, 4.3.16 and 8.5.4 (the marker of split archives, which are refused
    /// later). tar: "ustar" at 257 (POSIX.1-2017, pax, "ustar Interchange Format"); older tars have no
    /// magic, but a header's checksum.
    static func recognize(_ bytes: [UInt8]) -> ArchiveFormat? {
        for signature in [0x03, 0x05, 0x07] as [UInt8]
        where bytes.starts(with: [0x50, 0x4B, signature, signature + 1]) { return .zip }
        guard bytes.count == sniffedBytes else { return nil }
        let hasChecksum = unsafe bytes.withUnsafeBytes { unsafe TarHeader.checksumMatches($0) }
        if bytes[257..<262].elementsEqual("ustar".utf8) { return .tar }
        return hasChecksum ? .tar : nil
    }

    /// Bytes of a tar without members: one record of twenty blocks (GNU tar manual, "Blocking Factor").
    static let emptyTarBytes = 20 * TarHeader.blockBytes

    /// Whether a whole text of at most `emptyTarBytes` is the end mark of a tar without members.
    ///
    /// Only when there is nothing else: logs that were truncated while they were written begin with zeros
    /// too.
    static func isEmptyTar(_ text: [UInt8]) -> Bool {
        text.count >= 2 * TarHeader.blockBytes && text.count % TarHeader.blockBytes == 0
            && text.count <= emptyTarBytes && text.allSatisfy { $0 == 0 }
    }
}
