public import EventModel

/// What a run of the driver did.
public struct PipelineDriverReport: Sendable, Hashable {
    /// Where the records went; balanced. All zero when bytes were passed through.
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

    /// A report of nothing.
    public init() {}
}
