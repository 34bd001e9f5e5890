internal import EventModel
internal import EventProcessing

/// What notifications brought to one bucket by one way, since this boot began.
public struct NotificationsView: Codable, Sendable, Hashable {
    /// The bucket; empty for what concerns none of ours.
    public let bucket: String
    /// `webhook` or `sqs`.
    public let source: String
    /// Objects that acknowledged messages spoke of.
    public let received: UInt64
    /// Messages without objects, and objects that nobody waits for.
    public let ignored: UInt64
    /// Objects whose version the ledger knew.
    public let known: UInt64
    /// Looks at the store.
    public let asked: UInt64
    /// Objects that were there under another form of their key (trap N03).
    public let alternateKey: UInt64
    /// Objects that could not be looked at, and are announced again.
    public let failed: UInt64
    /// Messages that cannot be read.
    public let refused: UInt64

    /// Shows all, by bucket and way.
    static func all(_ counts: [BucketName: [String: NotificationCounts]]) -> [Self] {
        counts.sorted { $0.key < $1.key }.flatMap { bucket, ways in
            ways.sorted { $0.key < $1.key }.map { way, counts in
                Self(
                    bucket: bucket.rawValue,
                    source: way,
                    received: counts.received,
                    ignored: counts.ignored,
                    known: counts.known,
                    asked: counts.asked,
                    alternateKey: counts.alternate,
                    failed: counts.failed,
                    refused: counts.refused
                )
            }
        }
    }
}
