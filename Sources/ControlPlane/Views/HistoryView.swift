public import DurableLedger
internal import EventModel

/// A delivery with all that happened to it.
public struct HistoryView: Codable, Sendable, Hashable {
    /// The delivery.
    public let delivery: DeliveryView
    /// Its attempts, oldest first; at most the last 50.
    public let attempts: [AttemptView]
    /// The outputs it made that still exist.
    public let outputs: [OutputView]

    /// Shows a history.
    public init(_ history: DeliveryHistory) {
        delivery = DeliveryView(history.delivery)
        attempts = history.attempts.map(AttemptView.init)
        outputs = history.outputs.map(OutputView.init)
    }
}

/// One try at a delivery.
public struct AttemptView: Codable, Sendable, Hashable {
    /// Its fence.
    public let token: Int64
    /// The boot that ran it.
    public let boot: String
    /// When it was leased.
    public let started: String
    /// When it ended; absent while it runs or when its boot died.
    @OrNull public var ended: String?
    /// `done`, `retry`, `dead`, `released`, `skipped`, `superseded`, `cancelled`, `lost`.
    @OrNull public var outcome: String?
    /// Why it failed.
    @OrNull public var failure: ErrorView?

    /// Shows an attempt.
    public init(_ attempt: AttemptRecord) {
        token = attempt.token.rawValue
        boot = attempt.owner.boot
        started = attempt.started.description
        ended = attempt.ended?.description
        outcome = attempt.outcome
        failure = attempt.failure.map(ErrorView.init(record:))
    }
}

/// An output and its one owner.
public struct OutputView: Codable, Sendable, Hashable {
    /// The output's bucket.
    public let bucket: String
    /// The output's key, escaped.
    public let key: String
    /// The key's bytes, where they are not UTF-8.
    public let keyBase64: String?
    /// The published version; absent while the commit is under way.
    @OrNull public var version: String?
    /// Stored length in bytes.
    public let sizeBytes: UInt64
    /// CRC-64 (ECMA-182, reflected) of the stored bytes, 16 hexadecimal digits.
    public let crc64: String
    /// The delivery that made (or is making) it.
    public let delivery: Int64
    /// The trigger whose output it is.
    public let trigger: String
    /// The object it was made from.
    public let source: PlaceView

    /// Shows an output.
    public init(_ output: OutputRow) {
        bucket = output.bucket.rawValue
        key = output.key.description
        keyBase64 = PlaceView.base64(output.key)
        version = output.version?.identity
        sizeBytes = output.digest.sizeBytes
        crc64 = DigestView.hexadecimal(output.digest.crc64)
        delivery = output.delivery.rawValue
        trigger = output.owner.trigger.rawValue
        source = PlaceView(output.owner.bucket, output.owner.key)
    }
}

/// One page of deliveries, newest first.
public struct DeliveryPageView: Codable, Sendable, Hashable {
    /// The deliveries.
    public let deliveries: [DeliveryView]
    /// Pass it as `before` for the next page; absent on the last.
    @OrNull public var next: Int64?

    /// Shows a page; `isLast` says that the ledger had no more than these.
    public init(_ deliveries: [Delivery], isLast: Bool) {
        self.deliveries = deliveries.map(DeliveryView.init)
        self.next = isLast ? nil : deliveries.last?.id.rawValue
    }
}
