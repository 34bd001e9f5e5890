internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// What a failure costs, and whom (DESIGN 5, step 8).
@Suite struct FailureTests {
    private let house = House()
    private static let broken = SluiceError(SluiceError.Code("test.broken", .object), "The object is broken.")
    private static let flaky = SluiceError(SluiceError.Code("test.flaky", .transient), "Try again.")
    private static let outage = SluiceError(
        SluiceError.Code("test.outage", .outage),
        "The surroundings fail."
    )

    private func configuration(_ function: FunctionDouble, attempts: Int = 3) -> ProcessingConfiguration {
        house.configuration(
            [trigger("t", on: "inbox", function: function.name, to: "clean:{key}", attempts: attempts)],
            [function],
            workers: 1
        )
    }

    @Test("a broken object is dead at once, and its neighbours are done (trap Q12)")
    func object() async throws {
        let function = FunctionDouble.failing("f") { $0.key == "bad" ? Self.broken : nil }
        house.put("inbox", "bad", "x")
        house.put("inbox", "good", "y")
        try await house.process(configuration(function))
        let states = try await house.deliveries().reduce(into: [ObjectKey: DeliveryState]()) {
            $0[$1.target.key] = $1.state
        }
        #expect(states == ["bad": .dead, "good": .done])
        #expect(function.runs(on: "bad") == 1)
    }

    @Test("a passing failure is tried again with a backoff, and dead after the configured attempts")
    func transient() async throws {
        let function = FunctionDouble.failing("f") { _ in Self.flaky }
        house.put("inbox", "x", "1")
        let configuration = configuration(function)
        for expected in [(1, DeliveryState.ready), (2, .ready), (3, .dead)] {
            try await house.process(configuration)
            #expect(function.totalRuns == expected.0)
            let delivery = try #require(try await house.deliveries().first)
            #expect(delivery.state == expected.1)
            #expect(delivery.tries == expected.0)
            house.clock.advance(by: .seconds(20))
        }
    }

    @Test("an operator's retry runs a dead delivery again, tries at zero")
    func operatorsRetry() async throws {
        let isBroken = Mutex(true)
        let function = FunctionDouble.failing("f") { _ in isBroken.withLock { $0 } ? Self.broken : nil }
        house.put("inbox", "x", "1")
        let configuration = configuration(function)
        let processor = try await house.process(configuration)
        isBroken.withLock { $0 = false }
        let dead = try #require(try await house.deliveries().first)
        #expect(try await processor.retry([dead.id]) == [dead.id])
        try await house.process(configuration)
        #expect(try await house.deliveries().map(\.state) == [.done])
        #expect(house.text("clean", "x") == "1")
    }

    @Test("an outage consumes no try and does not spin: one probe at a time (trap Q11)")
    func outage() async throws {
        let function = FunctionDouble.failing("f") { _ in Self.outage }
        for index in 0..<50 { house.put("inbox", ObjectKey("k\(index)"), "1") }
        let processor = try await house.process(configuration(function))
        // The attempt that met it, and the three probes that one round has.
        #expect(function.totalRuns == 4)
        #expect(try await house.deliveries().allSatisfy { $0.state == .ready && $0.tries == 0 })
        let status = try await processor.status()
        #expect(status.health == "degraded")
        #expect(status.problems.contains { $0.contains("The surroundings fail.") })
    }

    @Test("a store that is down costs no try, and all is done once it is back")
    func storeOutage() async throws {
        let copy = FunctionDouble.mapping("copy") { $0 }
        let configuration = configuration(copy)
        for index in 0..<10 { house.put("inbox", ObjectKey("k\(index)"), "1\n") }
        house["clean"].setFaultHook { call throws(SluiceError) in
            guard call.operation == .stage else { return }
            throw SluiceError(.storageAccessDenied, "The bucket is closed.")
        }
        try await house.process(configuration)
        #expect(try await house.deliveries().allSatisfy { $0.state == .ready && $0.tries == 0 })
        house["clean"].setFaultHook(nil)
        // Those that were probes wait a moment.
        house.clock.advance(by: .seconds(1))
        try await house.process(configuration)
        #expect(try await house.deliveries().allSatisfy { $0.state == .done })
        #expect(house["clean"].keys.count == 10)
        #expect(try await house.problems() == [])
    }

    @Test("twenty permanent failures of different objects in a row pause the trigger, the rest stays ready")
    func pause() async throws {
        let function = FunctionDouble.failing("f") { _ in Self.broken }
        for index in 0..<30 { house.put("inbox", ObjectKey("k\(index)"), "1") }
        let processor = try await house.process(configuration(function))
        let states = try await house.deliveries().map(\.state)
        // One more may run while the twentieth ends.
        let left = states.count { $0 == .ready }
        #expect((9...10).contains(left))
        #expect(states.count { $0 == .dead } == 30 - left)
        #expect(try await house.ledger.triggers().first?.pausedReason == "function.failing")
        #expect(await processor.feed(after: 0, limit: 1000).contains { $0.kind == "paused" })
        try await processor.setPaused("t", reason: nil)
        try await house.process(configuration(FunctionDouble.mapping("f") { $0 }))
        #expect(try await house.deliveries().count { $0.state == .done } == left)
    }

    @Test("a function that does not account for every record commits nothing (promise 4)")
    func unbalanced() async throws {
        let function = FunctionDouble("f") { invocation throws(SluiceError) in
            _ = try invocation.outputs.open(OutputPart(role: .result))
            var report = InvocationReport()
            var tally = RecordTally()
            tally.input = 2
            tally.output = 1
            report.tally = tally
            return report
        }
        house.put("inbox", "x", "1\n2\n")
        try await house.process(configuration(function))
        #expect(try await house.deliveries().map(\.failure?.code) == ["processing.unbalanced"])
        #expect(house["clean"].keys.isEmpty)
        #expect(try await house.problems() == [])
    }

    @Test("an attempt past its deadline is ended and tried again")
    func deadline() async throws {
        let clock = house.clock
        let function = FunctionDouble("f") { invocation throws(SluiceError) in
            clock.advance(by: .seconds(61))
            try invocation.checkCancellation()
            return InvocationReport()
        }
        house.put("inbox", "x", "1\n")
        try await house.process(configuration(function))
        let delivery = try #require(try await house.deliveries().first)
        #expect(delivery.state == .ready)
        #expect(delivery.failure?.code == "function.timeout")
        #expect(delivery.tries == 1)
    }
}
