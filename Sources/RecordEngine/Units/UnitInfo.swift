public import EventModel

/// One unit of text: the object itself, or one member of an archive.
public struct UnitInfo: Sendable, Hashable {
    /// The member's name as text that is safe to show, `b.tar!c.log` when archives are nested; nil for the
    /// object itself.
    public var label: String?
    /// The member's name as part of an output key: relative, without `..`, UTF-8; nil for the object itself,
    /// and when members are merged.
    ///
    /// Different for all units of one object. A nested member lies below its archive: `b.tar/c.log`.
    public var keyPart: [UInt8]?
    /// When the member was changed, where the archive says so.
    public var modified: Timestamp?
    /// How many bytes the archive says the member has; compressed ones if it is compressed itself.
    public var byteCount: UInt64?

    /// Describes a unit.
    public init(
        label: String? = nil,
        keyPart: [UInt8]? = nil,
        modified: Timestamp? = nil,
        byteCount: UInt64? = nil
    ) {
        self.label = label
        self.keyPart = keyPart
        self.modified = modified
        self.byteCount = byteCount
    }
}

/// What was read of one object so far.
public struct ObjectTotals: Sendable, Hashable {
    /// Stored bytes that were read and decoded.
    public var storedBytes: UInt64 = 0
    /// Bytes of text of all units together, also of those that were rejected later.
    public var textBytes: UInt64 = 0
    /// The codecs around the object, the outermost first; empty before the first unit.
    public var codecs: [InputCodec] = []
    /// What the object was taken apart as; nil when it is one unit.
    public var archive: ArchiveFormat?
    /// Regular files that were found in archives; equals the sum of the four below it.
    public var members: UInt64 = 0
    /// Members that became units and were, or are being, read.
    public var units: UInt64 = 0
    /// Members that could not be read, and those that could not become units.
    public var rejected: UInt64 = 0
    /// Members whose names no pattern takes.
    public var unselected: UInt64 = 0
    /// Members that were archives themselves and were opened.
    public var containers: UInt64 = 0
    /// Entries that are no regular files.
    public var skipped = SkippedEntries()
    /// What the operator should know though reading succeeded; of archives, the first of it.
    public var warnings: [String] = []

    /// Nothing yet.
    public init() {}
}
