internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import TriggerRules

/// A house with one bucket `inbox`, called `acme` at its store, that takes notifications.
final class NotificationScene: Sendable {
    let house: House
    let store: EtagStore
    private let queues: [SQSSubscription]

    init(queues: [SQSSubscription] = [], house: House = House()) {
        self.house = house
        store = EtagStore(house["inbox"])
        self.queues = queues
    }

    var heads: [ObjectKey: Int] { store.heads }

    var configuration: ProcessingConfiguration {
        ProcessingConfiguration(
            buckets: [
                BucketSetup(
                    store: store,
                    notifications: NotificationSettings(
                        bucketAtStore: "acme",
                        takesWebhook: true,
                        queues: queues
                    )
                ), BucketSetup(store: house["clean"]),
            ],
            matcher: TriggerMatcher(triggers: [
                trigger("t", on: "inbox", function: "copy", to: "clean:{key}", attempts: 100, overwrite: true)
            ]),
            functions: [FunctionDouble.mapping("copy") { $0 }],
            workers: 2
        )
    }

    /// A boot whose first scan is over and which processes nothing more.
    func begin() async throws -> EventProcessor { try await house.process(configuration) }

    /// Scans once more, and processes what is there.
    func scan() async throws { try await house.process(configuration) }

    /// Puts an object; returns what the store would say of it.
    func put(_ key: ObjectKey, _ text: String) -> NotifiedObject {
        let bytes = Array(text.utf8)
        house["inbox"].put(key, bytes)
        return NotifiedObject(
            bucketAtStore: "acme",
            key: key,
            type: .createdPut,
            etag: EtagStore.etag(of: bytes),
            sizeBytes: UInt64(bytes.count)
        )
    }

    /// What S3 would send about an object that is there.
    func record(_ key: ObjectKey) -> String {
        let bytes = house["inbox"].bytes(of: key) ?? []
        return NotificationsDecodingTests.record(
            key: key.description,
            size: "\(bytes.count)",
            etag: EtagStore.etag(of: bytes)
        )
    }

    func notify(
        _ processor: EventProcessor,
        _ objects: [NotifiedObject],
        from origin: NotificationOrigin = .webhook
    ) async throws -> NotifiedTally {
        try await processor.notified(objects, from: origin)
    }

    /// The version that the ledger has of a key.
    func seen(_ key: ObjectKey) async throws -> ObjectVersion? {
        try await house.ledger.targets(in: "inbox", keys: [key]).first?.seen
    }
}

extension NotifiedObject {
    /// The version that it speaks of.
    var claim: ObjectVersion? {
        guard let etag, let sizeBytes else { return nil }
        return ObjectVersion(identity: "e:\(etag)-\(sizeBytes)")
    }
}
