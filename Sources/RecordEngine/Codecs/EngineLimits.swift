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
    /// Largest zstd window, as a power of two: 27 is 128 MiB, which is also libzstd's own default (trap G06).
    public var zstdWindowLog = 27

    /// Text that is decoded before the ratio counts: short objects of repetitions are no bombs.
    public static let ratioFloorBytes: UInt64 = 1 << 20

    /// The defaults.
    public init() {}
}
