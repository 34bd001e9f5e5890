internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Synchronization
internal import TriggerRules

/// Operations that answer from fixed values and remember what was asked of them.
final class FakeOperations: Operations {
    struct State {
        var entries: [FeedEntry] = []
        var hints: [String] = []
        var paused: [String: String?] = [:]
        var lastQuery: DeliveryQuery?
        var health = "ok"
        var problems: [String] = []
    }

    let state = Mutex(State())

    static let time = Timestamp(milliseconds: 1_790_812_800_000)
    static let source = ObjectKey(bytes: Array("web/".utf8) + [0xFF, 0x1B] + Array("a.log".utf8))

    static func delivery(_ id: Int64, state: DeliveryState = .done, key: ObjectKey = "web/a.log") -> Delivery
    {
        var statistics = DeliveryStatistics()
        var tally = RecordTally()
        tally.input = 10
        tally.output = 7
        tally.dropped = 2
        tally.rejected = 1
        statistics.tally = tally
        statistics.bytesIn = 1000
        statistics.bytesOut = 400
        statistics.duration = .milliseconds(12)
        return Delivery(
            id: DeliveryID(id),
            target: TargetID(trigger: "web", bucket: "inbox", key: key),
            version: ObjectVersion(identity: "i1-s1000-m1-c1"),
            sizeBytes: 1000,
            eventType: .createdPut,
            eventTime: time,
            lane: .main,
            deliveryClass: .catchUp,
            hop: 0,
            cause: nil,
            state: state,
            created: time,
            updated: time,
            statistics: state == .done ? statistics : nil
        )
    }

    static let output = OutputRow(
        bucket: "clean",
        key: "web/a.ndjson",
        owner: TargetID(trigger: "web", bucket: "inbox", key: "web/a.log"),
        delivery: DeliveryID(7),
        version: ObjectVersion(identity: "i2"),
        digest: ContentDigest(crc64: 0xAB, sizeBytes: 400)
    )

    func status() async throws(SluiceError) -> ServiceStatus {
        state.withLock { state in
            ServiceStatus(
                health: state.health,
                problems: state.problems,
                started: Self.time,
                activeAttempts: 1,
                workers: 8,
                counters: [
                    CounterRow(trigger: "web", deliveryClass: .live, state: .done, count: 3),
                    CounterRow(trigger: "web", deliveryClass: .live, state: .dead, count: 1),
                ],
                triggers: [
                    TriggerRow(
                        name: "web",
                        bucket: "inbox",
                        isConfigured: true,
                        baselineComplete: true,
                        pausedReason: state.paused["web"] ?? nil,
                        failuresInARow: 0
                    )
                ],
                oldestReady: nil,
                buckets: [
                    BucketStatus(
                        name: "inbox",
                        watching: "inotify+scan",
                        lastScan: nil,
                        objectCount: 4,
                        ineligible: ["symbolic link": 1],
                        overflows: 0
                    )
                ]
            )
        }
    }

    func why(_ bucket: BucketName, _ key: ObjectKey) async throws(SluiceError) -> Explanation {
        guard bucket == "inbox" else {
            throw SluiceError(.apiNotFoundInTest, "There is no bucket '\(bucket)'.")
        }
        return Explanation(
            bucket: bucket,
            key: key,
            object: nil,
            ineligible: nil,
            verdicts: [
                TriggerVerdict(trigger: "web", refusal: nil),
                TriggerVerdict(trigger: "app", refusal: "the key has none of the prefixes"),
            ],
            targets: [],
            deliveries: [],
            madeBy: nil
        )
    }

    func deliveries(_ query: DeliveryQuery) async throws(SluiceError) -> [Delivery] {
        state.withLock { $0.lastQuery = query }
        let all = (1...5).reversed().map { Self.delivery(Int64($0), key: Self.source) }
        let older = all.filter { delivery in query.before.map { delivery.id < $0 } ?? true }
        return Array(older.prefix(query.limit))
    }

    func history(of delivery: DeliveryID) async throws(SluiceError) -> DeliveryHistory? {
        guard delivery.rawValue == 7 else { return nil }
        let attempt = AttemptRecord(
            token: AttemptToken(9),
            owner: OwnerID(boot: "b1"),
            started: Self.time,
            ended: nil,
            outcome: nil,
            failure: nil
        )
        return DeliveryHistory(delivery: Self.delivery(7), attempts: [attempt], outputs: [Self.output])
    }

    func retry(_ deliveries: [DeliveryID]) async throws(SluiceError) -> [DeliveryID] {
        deliveries.filter { $0.rawValue % 2 == 1 }
    }

    func cancel(_ deliveries: [DeliveryID], reason: String) async throws(SluiceError) -> [DeliveryID] {
        deliveries
    }

    func setPaused(_ trigger: TriggerName, reason: String?) async throws(SluiceError) {
        state.withLock { $0.paused[trigger.rawValue] = reason }
    }

    func hint(_ bucket: BucketName, _ key: ObjectKey) async throws(SluiceError) {
        state.withLock { $0.hints.append("\(bucket):\(key)") }
    }

    func feed(after: UInt64, limit: Int) async -> [FeedEntry] {
        state.withLock { state in Array(state.entries.filter { $0.number > after }.prefix(limit)) }
    }

    func verifyLedger() async throws(SluiceError) -> [String] { [] }

    func add(_ number: UInt64, _ kind: String) {
        state.withLock { state in
            state.entries.append(
                FeedEntry(
                    number: number,
                    time: Self.time,
                    kind: kind,
                    bucket: "inbox",
                    key: "a",
                    trigger: "web",
                    delivery: DeliveryID(1),
                    detail: ""
                )
            )
        }
    }
}

extension SluiceError.Code {
    static let apiNotFoundInTest = Self("storage.no-such-bucket-in-test", .usage)
}
