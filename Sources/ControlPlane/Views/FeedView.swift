internal import DurableLedger
internal import EventModel
public import EventProcessing

/// What happened lately.
public struct FeedView: Codable, Sendable, Hashable {
    /// The entries, oldest first.
    public let events: [FeedEntryView]
    /// Pass it as `after` to go on from here.
    public let next: UInt64
    /// When the boot began whose numbers these are: after a restart they count from 1 again.
    public let boot: String

    /// Shows entries that follow number `after`.
    public init(_ entries: [FeedEntry], after: UInt64, boot: String) {
        events = entries.map(FeedEntryView.init)
        next = entries.last?.number ?? after
        self.boot = boot
    }
}

/// One thing that happened.
public struct FeedEntryView: Codable, Sendable, Hashable {
    /// Counts up from 1 within a boot.
    public let number: UInt64
    /// When.
    public let time: String
    /// What: `seen`, `done`, `dead`…
    public let kind: String
    /// Of which bucket.
    public let bucket: String
    /// Of which key, escaped.
    @OrNull public var key: String?
    /// The key's bytes, where they are not UTF-8.
    public let keyBase64: String?
    /// For which trigger.
    @OrNull public var trigger: String?
    /// Which delivery.
    @OrNull public var delivery: Int64?
    /// Further words.
    public let detail: String

    /// Shows an entry.
    public init(_ entry: FeedEntry) {
        number = entry.number
        time = entry.time.description
        kind = entry.kind
        bucket = entry.bucket.rawValue
        key = entry.key?.description
        keyBase64 = entry.key.flatMap(PlaceView.base64)
        trigger = entry.trigger?.rawValue
        delivery = entry.delivery?.rawValue
        detail = entry.detail
    }
}
