public import EventModel

/// What a run of the driver did.
public struct PipelineDriverReport: Sendable, Hashable {
    /// Where the records went; balanced, and all zero when bytes were passed through.
    public var tally = RecordTally()
    /// The outermost codec that the object turned out to have; nil when nothing was read.
    public var codec: InputCodec?
    /// All codecs that the object turned out to have: `gzip+zstd`; nil when nothing was read.
    public var codecText: String?
    /// Stored bytes that were read and decoded.
    public var storedBytesIn: UInt64 = 0
    /// Bytes of text that they decoded to.
    public var textBytesIn: UInt64 = 0
    /// Encoded bytes of the result, before compression.
    public var textBytesOut: UInt64 = 0
    /// Bytes given to the result's sink.
    public var storedBytesOut: UInt64 = 0
    /// Encoded bytes of the rejects, before compression.
    public var rejectsTextBytes: UInt64 = 0
    /// Bytes given to the rejects' sink.
    public var rejectsStoredBytes: UInt64 = 0
    /// The processor's own counters, added up over all blocks.
    public var counters: [UInt64] = []
    /// What the operator should know though the run succeeded.
    public var warnings: [String] = []

    /// Results that were written: the object's own, or those of its members and names.
    public var outputs: UInt64 = 0
    /// What became of the members of an archive.
    public var members = MemberReport()
    /// How the text was read, where that was found out: the format that was recognised; at most 20.
    public var notes: [String] = []

    /// The groups of the whole object as bytes that an `AggregateMerger` takes; nil unless the run was to
    /// give them.
    public var partial: [UInt8]?

    /// A report of nothing.
    public init() {}
}

/// What became of the members of an archive: `seen` is the sum of the others.
public struct MemberReport: Sendable, Hashable {
    /// A member that could not be read to its end.
    public struct Rejected: Sendable, Hashable {
        /// As people read it.
        public let name: String
        /// Of the failure.
        public let code: String
        /// What failed.
        public let reason: String
    }

    /// What the object was taken apart as; nil where it is one unit, and all numbers are 0.
    public var archive: ArchiveFormat?
    /// Entries of the archive.
    public var seen: UInt64 = 0
    /// Members whose results are whole.
    public var written: UInt64 = 0
    /// Members that could not be read; nothing of them is published.
    public var rejected: UInt64 = 0
    /// The first 100 of them.
    public var rejectedNames: [Rejected] = []
    /// Entries that were not opened, by reason.
    public var skipped: [String: UInt64] = [:]

    /// No members.
    public init() {}
}
