internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import FunctionRuntime
internal import Logging
internal import ObjectStorage
internal import TestSupport
internal import TriggerRules

/// A whole house in memory: what survives a crash is here, what does not is made by `boot`.
final class House: Sendable {
    let clock = ManualClock()
    let ledger: any Ledger
    let stores: [BucketName: MemoryObjectStore]
    let pool = BlockingPool(name: "attempt", limit: 4)
    private let seed: UInt64

    init(
        buckets: [BucketName] = ["inbox", "clean", "lake"],
        ledger: any Ledger = ReferenceLedger(),
        seed: UInt64 = 1
    ) {
        self.ledger = ledger
        self.seed = seed
        let clock = clock
        stores = Dictionary(
            uniqueKeysWithValues: buckets.map { ($0, MemoryObjectStore(bucket: $0, clock: clock)) }
        )
    }

    /// The same objects with a new ledger: the old one was lost.
    init(after other: House) {
        ledger = ReferenceLedger()
        stores = other.stores
        seed = 99
    }

    subscript(bucket: BucketName) -> MemoryObjectStore {
        guard let store = stores[bucket] else { preconditionFailure("The house has the bucket \(bucket).") }
        return store
    }

    func configuration(
        _ triggers: [Trigger],
        _ functions: [any Function],
        after: [BucketName: AfterPolicy] = [:],
        workers: Int = 2,
        maxPending: Int = 1_000_000
    ) -> ProcessingConfiguration {
        ProcessingConfiguration(
            buckets: stores.values.map { BucketSetup(store: $0, after: after[$0.bucket] ?? .keep) },
            matcher: TriggerMatcher(triggers: triggers),
            functions: functions,
            workers: workers,
            maxPending: maxPending
        )
    }

    func boot(
        _ configuration: ProcessingConfiguration,
        suspects: (any SuspectRunner)? = nil
    ) -> EventProcessor {
        var logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        logger.logLevel = .critical
        return EventProcessor(
            ledger: ledger,
            configuration: configuration,
            clock: clock,
            random: SeededRandomSource(seed: seed &+ UInt64(clock.now.nanoseconds)),
            pool: pool,
            suspects: suspects,
            logger: logger
        )
    }

    /// One boot that processes until nothing is due.
    @discardableResult func process(_ configuration: ProcessingConfiguration) async throws -> EventProcessor {
        let processor = boot(configuration)
        try await processor.runUntilIdle()
        // Boots of one moment would draw the same name.
        clock.advance(by: .milliseconds(1))
        return processor
    }

    /// Deliveries, oldest first.
    func deliveries(of trigger: TriggerName? = nil) async throws -> [Delivery] {
        var query = DeliveryQuery()
        query.trigger = trigger
        query.limit = 1000
        return try await ledger.deliveries(query).reversed()
    }

    /// The text of an object.
    func text(_ bucket: BucketName, _ key: ObjectKey) -> String? {
        self[bucket].bytes(of: key).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Puts a text.
    func put(_ bucket: BucketName, _ key: ObjectKey, _ text: String) {
        self[bucket].put(key, Array(text.utf8))
    }

    /// What no state may ever show: counters that differ from rows, staged outputs left behind.
    func problems() async throws -> [String] {
        var problems = try await ledger.verify()
        for store in stores.values where !store.stagedReferences.isEmpty {
            problems.append("\(store.bucket) keeps \(store.stagedReferences)")
        }
        return problems
    }
}

/// A trigger from `bucket` to a template such as `clean:{key}`.
func trigger(
    _ name: TriggerName,
    on bucket: BucketName,
    prefix: String = "",
    function: FunctionName,
    to output: String,
    existing: ExistingPolicy = .process,
    attempts: Int = 3,
    concurrency: Int? = nil,
    overwrite: Bool = false,
    timeout: Duration = .seconds(60)
) -> Trigger {
    Trigger(
        name: name,
        bucket: bucket,
        keys: KeyPattern(prefixes: prefix.isEmpty ? [] : [ObjectKey(prefix)]),
        existing: existing,
        function: function,
        output: template(output),
        retry: RetryPolicy(attempts: attempts, minimumBackoff: .seconds(1), maximumBackoff: .seconds(10)),
        concurrency: concurrency,
        overwrite: overwrite,
        timeout: timeout
    )
}

/// A template written as `bucket:key`.
func template(_ text: String) -> OutputTemplate {
    let parts = text.split(separator: ":", maxSplits: 1)
    return OutputTemplate(bucket: BucketName(String(parts[0])), text: String(parts[1]))
}
