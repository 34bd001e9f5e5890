internal import EventModel

/// How much one object may ask of the engine (traps G06, G09, J06).
public struct EngineLimits: Sendable, Hashable {
    /// Longest record in bytes, without its line ending; longer ones are rejected, the records after them
    /// processed.
    public var maxRecordBytes = 1 << 20
    /// Most bytes that decoding may make of one object, and most encoded bytes of one output.
    public var maxOutputBytes: UInt64 = 64 << 30
    /// Most bytes of text for one stored byte, looked at once `ratioFloorBytes` of text are decoded.
    ///
    /// Deflate cannot exceed 1,032; zstd reaches 29,500 on zeros (trap G09).
    public var maxRatio: UInt64 = 1_000
    /// Largest window of zstd and largest dictionary of xz, in bytes (traps G06, G08).
    public var maxWindowBytes = EngineLimits.ordinaryWindowBytes
    /// Codecs around codecs that `auto` opens, and archives inside of archives (traps G09, T03).
    public var maxNesting = 2
    /// Most members of one object, nested archives included (trap Z03).
    public var maxMembers: UInt64 = 1_000_000
    /// Largest archive that is kept while it is read: zip has its directory at the end (trap Z01).
    public var maxSpoolBytes: UInt64 = 16 << 30

    /// Text that is decoded before the ratio counts: short objects of repetitions are no bombs.
    public static let ratioFloorBytes: UInt64 = 1 << 20
    /// The window that needs no permission: that of `xz -9`, and of `zstd --long=26`.
    public static let ordinaryWindowBytes = 64 << 20
    /// Windows that can be allowed: from what every encoder may use without a word (RFC 8878, section
    /// 3.1.1.1.2, asks decoders for 8 MiB) to the largest that zstd's command reads.
    public static let windowBytes = (8 << 20)...(2 << 30)

    /// Most outputs that the steps may name for one object, or for one member of an archive.
    public var maxOutputs = 256
    /// What `max_outputs` may be.
    static let outputCounts = 1...10_000

    /// The defaults.
    public init() {}

    /// The largest power of two that is no larger than the window: zstd counts so (zstd.h,
    /// ZSTD_d_windowLogMax).
    var zstdWindowLog: Int {
        Int.bitWidth - 1 - max(maxWindowBytes, 1 << 10).leadingZeroBitCount
    }

    /// Throws where an object has more text than it may have.
    func checkLength(textBytes: UInt64) throws(SluiceError) {
        guard textBytes > maxOutputBytes else { return }
        throw SluiceError(
            .codecLimit,
            "The object holds more than \(maxOutputBytes) bytes of text.",
            hint: "Raise `max_output` in the limits of the function if such objects are expected."
        )
    }

    /// Throws where stored bytes expand to more text than they may.
    func checkRatio(textBytes: UInt64, storedBytes: UInt64) throws(SluiceError) {
        guard textBytes > Self.ratioFloorBytes else { return }
        let (allowed, overflow) = max(storedBytes, 1).multipliedReportingOverflow(by: maxRatio)
        guard !overflow, textBytes > allowed else { return }
        throw SluiceError(
            .codecLimit,
            "The object expands to more than \(maxRatio) times its size.",
            hint: "Raise `max_ratio` in the limits of the function if such objects are expected."
        )
    }
}
