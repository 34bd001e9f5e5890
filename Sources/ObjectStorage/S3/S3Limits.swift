/// How long a request may take in all.
///
/// The client itself only ends what moves no byte for a minute: a store that lets one drip every few seconds
/// would hold a scan, a publication or a sweep for days. Each try of a request has its own time. A body that
/// is streamed to a function has none: the attempt's deadline ends it.
public struct S3Limits: Sendable, Hashable {
    /// For what a store answers at once: HEAD, DELETE, tags, the beginning and the abortion of an upload.
    public var small = Duration.seconds(60)
    /// For a page of a listing: stores that walk directories take long.
    public var list = Duration.seconds(300)
    /// For the end of an upload: the store may copy all parts first (AWS, CompleteMultipartUpload, speaks of
    /// several minutes).
    public var end = Duration.seconds(900)
    /// For bytes that are sent or waited for, whatever their number.
    public var transfer = Duration.seconds(30)
    /// And for each byte besides. Many requests share a line: at 64 of them this is 8 Mbit/s.
    public var slowestBytesPerSecond = 16 << 10

    /// Limits that a store which works does not reach.
    public init() {}

    /// For so many bytes, sent or waited for.
    func transfer(_ byteCount: Int) -> Duration {
        transfer + .milliseconds(Int64(byteCount) * 1000 / Int64(max(1, slowestBytesPerSecond)))
    }
}
