internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// How long the service remembers jobs.
@Suite struct JobHistoryTests {
    private static let day = Duration.seconds(24 * 60 * 60)

    private func job(_ function: String) -> JobSpecification {
        var job = JobSpecification()
        (job.function, job.buckets, job.output) = (function, ["inbox"], "clean:{key}")
        return job
    }

    @Test(
        "jobs that ended a month ago are forgotten, the newest thousand are not, and outputs keep their maker"
    )
    func forgotten() async throws {
        let house = House()
        for key in ["a", "b"] as [ObjectKey] { house.put("inbox", key, "x\n") }
        let silent = FunctionDouble("silent") { _ throws(SluiceError) in InvocationReport() }
        let configuration = house.configuration([], [FunctionDouble.mapping("f") { $0 }, silent])
        let operations = LedgerOperations(ledger: house.ledger, configuration: configuration)
        for function in ["f", "silent"] { _ = try await operations.startJob(job(function)) }
        try await house.process(configuration)
        #expect(try await house.ledger.jobs(before: nil, limit: 9).allSatisfy { $0.state == .complete })
        for _ in 0..<1000 {
            let row = try await house.ledger.createJob("{}", priority: 0, at: house.clock.now)
            _ = try await house.ledger.setJob(row.id, to: .cancelled, reason: nil, at: house.clock.now)
        }
        let processor = house.boot(configuration)
        let task = Task { try await processor.run() }
        house.clock.advance(by: Self.day * 20)
        try await eventually("the service runs") { try await processor.status().health == "ok" }
        house.clock.advance(by: Self.day * 11)
        try await eventually("both are forgotten") {
            house.clock.advance(by: .seconds(61))
            let first = try await house.ledger.job(JobID(1))
            let second = try await house.ledger.job(JobID(2))
            return first == nil && second == nil
        }
        processor.stop()
        try await task.value
        #expect(try await house.ledger.jobs(before: nil, limit: 1000).count == 1000)
        #expect(try await house.ledger.openJobs() == [])
        #expect(try await house.ledger.output(in: "clean", key: "a")?.owner.trigger == "job:1:inbox")
        #expect(house["clean"].keys.sorted() == ["a", "b"])
        let rows = try await house.ledger.targets(in: "inbox", keys: ["a", "b"])
        #expect(rows.map(\.id.trigger) == ["job:1:inbox", "job:1:inbox"])
        #expect(try await house.problems() == [])
    }
}
