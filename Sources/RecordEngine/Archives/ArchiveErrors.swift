public import EventModel

extension SluiceError.Code {
    /// An archive ends inside of a member or of a header (trap T02).
    public static let archiveTruncated = Self("archive.truncated", .object)
    /// An archive is not what its format asks for, or a checksum does not match (traps T02, Z02).
    public static let archiveCorrupt = Self("archive.corrupt", .object)
    /// An archive can be read in two ways: headers that disagree, members not listed (traps Z01, Z02).
    public static let archiveAmbiguous = Self("archive.ambiguous", .object)
    /// Entries of a zip archive share bytes, so that little data makes much (trap Z03).
    public static let archiveOverlap = Self("archive.overlap", .object)
    /// A member of a tar archive is stored as a sparse file (trap T02).
    public static let archiveSparse = Self("archive.sparse", .object)
    /// A member is encrypted or compressed with a method that we do not read (trap Z04).
    public static let archiveUnsupported = Self("archive.unsupported", .object)
    /// An archive has more members, or archives inside of it, than the limits allow (trap Z03).
    public static let archiveLimit = Self("archive.limit", .object)
    /// An archive that must be kept while it is read is larger than the limits allow.
    public static let archiveSpoolLimit = Self("archive.spool-limit", .object)
    /// A member's name cannot be part of an output key (traps K04, Z05).
    public static let archiveUnsafeName = Self("archive.unsafe-name", .object)
    /// Two members of one object have the same name (trap Z05).
    public static let archiveDuplicateMember = Self("archive.duplicate-member", .object)
}
