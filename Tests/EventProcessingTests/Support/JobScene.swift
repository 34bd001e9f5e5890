internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Jobs over real directories and the SQLite ledger, through one service after another.
final class JobScene: Sendable {
    let house = LocalHouse("inbox", "clean", "lake")
    let ledger: SQLiteLedger

    init() async throws { ledger = try await house.ledger() }

    /// Puts objects `0` to `count - 1` into the inbox.
    func fill(_ count: Int) {
        for index in 0..<count { house.files.write("inbox/\(index % 5)/\(index)", Array("\(index)\n".utf8)) }
    }

    func configuration(
        _ functions: [any Function],
        _ triggers: [Trigger]? = nil,
        after: AfterPolicy = .keep
    ) -> ProcessingConfiguration {
        let standard = [trigger("t", on: "inbox", function: "f", to: "clean:{key}")]
        return ProcessingConfiguration(
            buckets: [
                BucketSetup(store: house.store("inbox")),
                BucketSetup(store: house.store("clean"), after: after),
                BucketSetup(store: house.store("lake")),
            ],
            matcher: TriggerMatcher(triggers: triggers ?? standard),
            functions: functions,
            workers: 4
        )
    }

    /// Processes everything that is there with a function that writes `word` before each line.
    func process(_ word: String, count: Int) async throws {
        fill(count)
        try await house.boot(ledger, configuration([Self.function(word)])).runUntilIdle()
    }

    static func function(_ word: String, _ name: FunctionName = "f") -> FunctionDouble {
        FunctionDouble.mapping(name, fingerprint: "f-\(word)") { Array(word.utf8) + $0 }
    }

    /// Runs a service while `body` works with it.
    func serve<Value>(
        _ configuration: ProcessingConfiguration,
        _ body: (EventProcessor) async throws -> Value
    ) async throws -> Value {
        let processor = house.boot(ledger, configuration)
        let task = Task { try await processor.run() }
        do {
            let value = try await body(processor)
            processor.stop()
            try await task.value
            return value
        } catch {
            task.cancel()
            _ = try? await task.value
            throw error
        }
    }

    /// Makes a job while no service runs.
    func start(_ job: JobSpecification, _ configuration: ProcessingConfiguration) async throws {
        _ = try await LedgerOperations(ledger: ledger, configuration: configuration).startJob(job)
    }

    static func job(
        _ trigger: String = "t",
        _ change: (inout JobSpecification) -> Void = { _ in }
    ) -> JobSpecification {
        var specification = JobSpecification()
        specification.triggers = [trigger]
        change(&specification)
        return specification
    }

    /// Waits until a job has ended.
    func end(_ id: JobID) async throws -> JobRow {
        try await eventually("job \(id) ends") { try await ledger.job(id)?.state.isFinished == true }
        return try #require(try await ledger.job(id))
    }

    /// The texts of all objects of a bucket, by key.
    func texts(_ bucket: String) -> [String: String] {
        var texts: [String: String] = [:]
        for name in house.files.files(below: bucket) where !name.contains(".sluice/") {
            let key = String(name.dropFirst(bucket.count + 1))
            texts[key] = house.files.read(name).map { String(decoding: $0, as: UTF8.self) }
        }
        return texts
    }

    func tasks(_ id: JobID) async throws -> [JobTask] {
        var query = JobTaskQuery(job: id)
        query.limit = 1000
        return try await ledger.tasks(query)
    }
}
