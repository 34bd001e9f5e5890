internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// When suspects get their turn: few at a time, and none is ever left out.
@Suite struct SuspectQueueTests {
    private let house = House()

    /// Runs the worker's side in this process, or dies when the test says so.
    private struct Runner: SuspectRunner {
        let configuration: ProcessingConfiguration
        let pool: BlockingPool
        let dies: @Sendable () -> Bool

        func run(_ assignment: WorkerAssignment, timeout: Duration) async -> SuspectEnd {
            if dies() { return .crashed(FailureRecord(code: "function.crashed", message: "signal 11")) }
            return .ended(await WorkerMain.run(assignment, configuration, pool: pool))
        }
    }

    @Test("a dead suspect that an operator retries runs again, in the service that is running")
    func retriedSuspect() async throws {
        let copy = FunctionDouble.mapping("copy") { $0 }
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy]
        )
        try await leaveLeased(["t"])
        let isPoison = Mutex(true)
        let runner = Runner(configuration: configuration, pool: house.pool) { isPoison.withLock { $0 } }
        let processor = house.boot(configuration, suspects: runner)
        let task = Task { try await processor.run() }
        try await eventually("it is dead") {
            house.clock.advance(by: .milliseconds(100))
            return try await house.deliveries().map(\.state) == [.dead]
        }
        // Once another one is done, the dispatcher has looked for suspects and found none.
        isPoison.withLock { $0 = false }
        house.put("inbox", "other", "1\n")
        try await processor.hint("inbox", "other")
        try await eventually("another is done") { house.text("clean", "other") != nil }
        try await eventually("nothing runs") { try await processor.status().activeAttempts == 0 }
        let dead = try #require(try await house.deliveries().first)
        #expect(try await processor.retry([dead.id]) == [dead.id])
        try await eventually("it is done") { try await house.deliveries().allSatisfy { $0.state == .done } }
        processor.stop()
        try await task.value
    }

    @Test("suspects of a trigger that was paused at the start run once it is resumed")
    func resumedSuspect() async throws {
        let copy = FunctionDouble.mapping("copy") { $0 }
        let configuration = house.configuration(
            [
                trigger("t", on: "inbox", prefix: "t/", function: "copy", to: "clean:{key}"),
                trigger("u", on: "inbox", prefix: "u/", function: "copy", to: "clean:{key}"),
            ],
            [copy]
        )
        try await leaveLeased(["t"])
        try await house.ledger.setPaused("t", reason: "function.failing", at: house.clock.now)
        let runner = Runner(configuration: configuration, pool: house.pool) { false }
        let processor = house.boot(configuration, suspects: runner)
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        house.put("inbox", "u/x", "1\n")
        try await processor.hint("inbox", "u/x")
        try await eventually("the other trigger works") { house.text("clean", "u/x") != nil }
        #expect(try await house.deliveries(of: "t").map(\.state) == [.ready])
        try await processor.setPaused("t", reason: nil)
        try await eventually("it is done") { try await house.deliveries(of: "t").map(\.state) == [.done] }
        processor.stop()
        try await task.value
    }

    @Test("no more than two suspects run at a time, however many classes and triggers they belong to")
    func fewAtATime() async throws {
        let copy = FunctionDouble.mapping("copy") { $0 }
        let names: [TriggerName] = ["a", "b", "c", "d"]
        let configuration = house.configuration(
            names.map { name in
                trigger(
                    name,
                    on: "inbox",
                    prefix: name.rawValue + "/",
                    function: "copy",
                    to: "clean:{key}"
                )
            },
            [copy],
            workers: 4
        )
        try await leaveLeased(names)
        let running = Mutex((now: 0, most: 0))
        let runner = SlowRunner(configuration: configuration, pool: house.pool) { change in
            running.withLock { running in
                running.now += change
                running.most = max(running.most, running.now)
            }
        }
        try await house.boot(configuration, suspects: runner).runUntilIdle()
        #expect(running.withLock { $0.most } == 2)
        #expect(try await house.deliveries().allSatisfy { $0.state == .done })
    }

    /// Tells when a run begins and ends, and lets all others that may begin do so between.
    private struct SlowRunner: SuspectRunner {
        let configuration: ProcessingConfiguration
        let pool: BlockingPool
        let count: @Sendable (Int) -> Void

        func run(_ assignment: WorkerAssignment, timeout: Duration) async -> SuspectEnd {
            count(1)
            for _ in 0..<2000 { await Task.yield() }
            let result = await WorkerMain.run(assignment, configuration, pool: pool)
            count(-1)
            return .ended(result)
        }
    }

    /// Leaves one delivery of each trigger leased.
    private func leaveLeased(_ names: [TriggerName]) async throws {
        let now = house.clock.now
        let owner = OwnerID(boot: "dead")
        _ = try await house.ledger.beginBoot(owner, at: now)
        let registrations = names.map { TriggerRegistration(name: $0, bucket: "inbox") }
        _ = try await house.ledger.registerTriggers(registrations, at: now)
        for name in names {
            let key = ObjectKey(name.rawValue + "/x")
            house.put("inbox", key, "1\n")
            let info = try #require(try await house["inbox"].head(key))
            let target = TargetID(trigger: name, bucket: "inbox", key: key)
            let observation = Observation(
                target: target,
                expectedRevision: 0,
                object: info,
                eventType: .createdPut,
                action: .deliver(.live)
            )
            _ = try await house.ledger.observe([observation], at: now)
            let pick = LeaseRequest.Pick(trigger: name, deliveryClass: .live, limit: 1)
            let leases = try await house.ledger.lease(LeaseRequest(owner: owner, picks: [pick], now: now))
            #expect(leases.count == 1)
        }
    }
}
