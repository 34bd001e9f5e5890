public import DurableLedger
public import EventModel
public import Execution
internal import ObjectStorage
internal import TriggerRules

/// What operators can do with a ledger alone: the CLI beside a stopped service, and the service itself for
/// everything that its running parts need not know of.
public struct LedgerOperations: Operations {
    /// So many deliveries explain a key.
    private static let explainedDeliveries = 20
    /// What they work on.
    let ledger: any Ledger
    /// Stores and triggers, where they may be asked.
    let configuration: ProcessingConfiguration?
    /// The time.
    let clock: any TimeSource

    /// Works on an open ledger; without a configuration, stores and triggers are not asked.
    public init(
        ledger: any Ledger,
        configuration: ProcessingConfiguration?,
        clock: any TimeSource = SystemTimeSource()
    ) {
        self.ledger = ledger
        self.configuration = configuration
        self.clock = clock
    }

    /// What the ledger says, with health `stopped`.
    public func status() async throws(SluiceError) -> ServiceStatus {
        let now = clock.now
        let backlog = try await ledger.backlog(at: now)
        let buckets = configuration?.buckets.keys.sorted() ?? []
        return ServiceStatus(
            health: "stopped",
            problems: ["The service is not running."],
            started: now,
            activeAttempts: 0,
            workers: configuration?.workers ?? 0,
            counters: try await ledger.counters(),
            triggers: try await ledger.triggers(),
            oldestReady: backlog.oldestReady,
            buckets: buckets.map {
                BucketStatus(
                    name: $0,
                    watching: "not watched",
                    lastScan: nil,
                    objectCount: 0,
                    ineligible: [:],
                    overflows: 0
                )
            }
        )
    }

    /// Everything known of one key.
    public func why(_ bucket: BucketName, _ key: ObjectKey) async throws(SluiceError) -> Explanation {
        let (object, ineligible) = await look(bucket, key)
        let event =
            object.map { IntakeRules.event(for: $0, in: bucket) }
            ?? ObjectEvent(
                bucket: bucket,
                key: key,
                type: .createdPut,
                version: nil,
                sizeBytes: 0,
                time: clock.now
            )
        var query = DeliveryQuery()
        query.bucket = bucket
        query.key = key
        query.limit = Self.explainedDeliveries
        var histories: [DeliveryHistory] = []
        for delivery in try await ledger.deliveries(query) {
            if let history = try await ledger.history(of: delivery.id) { histories.append(history) }
        }
        return Explanation(
            bucket: bucket,
            key: key,
            object: object,
            ineligible: ineligible,
            verdicts: configuration?.matcher.verdicts(for: event) ?? [],
            targets: try await ledger.targets(in: bucket, keys: [key]),
            deliveries: histories,
            madeBy: try await ledger.output(in: bucket, key: key)
        )
    }

    /// One page of deliveries, newest first.
    public func deliveries(_ query: DeliveryQuery) async throws(SluiceError) -> [Delivery] {
        try await ledger.deliveries(query)
    }

    /// One delivery with its attempts and outputs.
    public func history(of delivery: DeliveryID) async throws(SluiceError) -> DeliveryHistory? {
        try await ledger.history(of: delivery)
    }

    /// Dead or cancelled deliveries become ready.
    public func retry(_ deliveries: [DeliveryID]) async throws(SluiceError) -> [DeliveryID] {
        try await ledger.retry(deliveries, at: clock.now)
    }

    /// Ready, leased or dead deliveries end as cancelled.
    public func cancel(
        _ deliveries: [DeliveryID],
        reason: String
    ) async throws(SluiceError) -> [DeliveryID] {
        try await ledger.cancel(deliveries, reason: reason, at: clock.now)
    }

    /// Resumes a paused trigger, or pauses it with a reason.
    public func setPaused(_ trigger: TriggerName, reason: String?) async throws(SluiceError) {
        guard try await ledger.triggers().contains(where: { $0.name == trigger }) else {
            throw SluiceError(
                .processingUnknownTrigger,
                "No trigger is called '\(trigger)'.",
                hint: "`sluice status` lists them."
            )
        }
        try await ledger.setPaused(trigger, reason: reason, at: clock.now)
    }

    /// A stopped service looks at nothing; its next start scans every bucket.
    public func hint(_ bucket: BucketName, _ key: ObjectKey) async throws(SluiceError) {
        throw SluiceError(
            .processingStopped,
            "The service is not running, so nobody can look at '\(bucket):\(key)'.",
            hint: "Start it with `sluice serve`; it will find the object by itself."
        )
    }

    /// A stopped service has no feed.
    public func feed(after: UInt64, limit: Int) async -> [FeedEntry] { [] }

    /// Proves the ledger's counters against its rows.
    public func verifyLedger() async throws(SluiceError) -> [String] { try await ledger.verify() }

    /// What the store says of a key now, or why it is no object there.
    private func look(_ bucket: BucketName, _ key: ObjectKey) async -> (ObjectInfo?, String?) {
        guard let store = configuration?.buckets[bucket]?.store else { return (nil, nil) }
        do throws(SluiceError) {
            return (try await store.head(key), nil)
        } catch {
            return (nil, "\(error.code): \(error.message)")
        }
    }
}

extension SluiceError.Code {
    /// The configuration has no trigger of this name.
    public static let processingUnknownTrigger = Self("processing.unknown-trigger", .usage)
    /// The service is not running.
    public static let processingStopped = Self("processing.not-running", .usage)
}
