public import DurableLedger
public import EventModel
public import EventProcessing
public import TriggerRules

/// Everything known of one key: the answer of `sluice why`.
public struct ExplanationView: Codable, Sendable, Hashable {
    /// Its bucket.
    public let bucket: String
    /// The key, escaped.
    public let key: String
    /// The key's bytes, where they are not UTF-8.
    public let keyBase64: String?
    /// What its store says now; absent when there is no object.
    @OrNull public var object: ObjectView?
    /// Why it is no object, if so.
    @OrNull public var ineligible: String?
    /// What each trigger says to it, today.
    public let verdicts: [VerdictView]
    /// What the ledger has of it, by trigger.
    public let targets: [TargetView]
    /// Its latest deliveries, newest first.
    public let deliveries: [HistoryView]
    /// Which target made it, when it is an output of ours.
    @OrNull public var madeBy: OutputView?

    /// Shows an explanation.
    public init(_ explanation: Explanation) {
        bucket = explanation.bucket.rawValue
        key = explanation.key.description
        keyBase64 = PlaceView.base64(explanation.key)
        object = explanation.object.map(ObjectView.init)
        ineligible = explanation.ineligible
        verdicts = explanation.verdicts.map(VerdictView.init)
        targets = explanation.targets.map(TargetView.init)
        deliveries = explanation.deliveries.map(HistoryView.init)
        madeBy = explanation.madeBy.map(OutputView.init)
    }
}

/// What a store says of one object.
public struct ObjectView: Codable, Sendable, Hashable {
    /// The object's key, escaped.
    public let key: String
    /// The key's bytes, where they are not UTF-8.
    public let keyBase64: String?
    /// Its content's identity.
    public let version: String
    /// Its stored length.
    public let sizeBytes: UInt64
    /// When the store says that it was last modified.
    public let modified: String

    /// Shows an object.
    public init(_ info: ObjectInfo) {
        key = info.key.description
        keyBase64 = PlaceView.base64(info.key)
        version = info.version.identity
        sizeBytes = info.sizeBytes
        modified = info.modified.description
    }
}

/// What one trigger says to one key.
public struct VerdictView: Codable, Sendable, Hashable {
    /// The trigger.
    public let trigger: String
    /// Whether it takes the key.
    public let takes: Bool
    /// The first condition that failed, as the end of "not taken because …".
    @OrNull public var refusal: String?

    /// Shows a verdict.
    public init(_ verdict: TriggerVerdict) {
        trigger = verdict.trigger.rawValue
        takes = verdict.refusal == nil
        refusal = verdict.refusal
    }
}

/// What the ledger has of one target.
public struct TargetView: Codable, Sendable, Hashable {
    /// The trigger.
    public let trigger: String
    /// Raised by every accepted observation.
    public let revision: Int64
    /// The newest version seen; absent when the object was seen to be gone.
    @OrNull public var seen: String?
    /// The newest delivery.
    @OrNull public var latestDelivery: Int64?
    /// Its state.
    @OrNull public var latestState: String?
    /// Why the object was recorded without a delivery.
    @OrNull public var skippedReason: String?
    /// What the outputs that exist were made from; null while a store has lost some of them.
    @OrNull public var done: DigestView?

    /// Shows a target.
    public init(_ row: TargetRow) {
        trigger = row.id.trigger.rawValue
        revision = row.revision
        seen = row.seen?.identity
        latestDelivery = row.latest?.rawValue
        latestState = row.latestState?.rawValue
        skippedReason = row.skippedReason
        done = row.done.flatMap(DigestView.init)
    }
}

/// What a target's outputs were made from.
public struct DigestView: Codable, Sendable, Hashable {
    /// The version read.
    public let version: String
    /// CRC-64 of its stored bytes, 16 hexadecimal digits.
    public let crc64: String
    /// Its stored length.
    public let sizeBytes: UInt64
    /// The function that made them.
    public let fingerprint: String
    /// Counts the target's commits.
    public let generation: Int64

    /// Shows what was done; nil while a store has lost some of the outputs.
    public init?(_ done: DoneRecord) {
        guard let digest = done.digest else { return nil }
        version = done.version.identity
        crc64 = DigestView.hexadecimal(digest.crc64)
        sizeBytes = digest.sizeBytes
        fingerprint = done.fingerprint.hex
        generation = done.generation
    }

    /// 16 lower-case hexadecimal digits.
    static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
