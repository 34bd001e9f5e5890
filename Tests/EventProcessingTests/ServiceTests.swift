internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import FunctionRuntime
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// The processing as a long-lived service: start, stop, reload, operators.
@Suite struct ServiceTests {
    private let house = House()

    /// Copies once the gate is open.
    private func gated(_ gate: Gate, heeding: Bool = true) -> FunctionDouble {
        FunctionDouble("gated") { invocation throws(SluiceError) in
            do {
                try gate.pass { if heeding { try invocation.checkCancellation() } }
            } catch {
                throw error as? SluiceError ?? SluiceError(.cancelled, "\(error)")
            }
            let bytes = try readAll(invocation.source)
            guard let sink = try invocation.outputs.open(OutputPart(role: .result)) else {
                return InvocationReport()
            }
            try write(bytes, to: sink)
            return InvocationReport()
        }
    }

    private func configuration(_ function: FunctionDouble) -> ProcessingConfiguration {
        house.configuration(
            [trigger("t", on: "inbox", function: function.name, to: "clean:{key}")],
            [function],
            workers: 4
        )
    }

    private func lastBootWasClean() async throws -> Bool {
        try await house.ledger.beginBoot(OwnerID(boot: "ffff"), at: house.clock.now).previousWasClean
    }

    @Test("a hint is enough: the object is processed without another scan")
    func hint() async throws {
        let processor = house.boot(configuration(FunctionDouble.mapping("copy") { $0 }))
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") {
            try await processor.status().buckets.contains { $0.lastScan != nil }
        }
        house.put("inbox", "x", "1\n")
        try await processor.hint("inbox", "x")
        try await eventually("the output appears") { house.text("clean", "x") == "1\n" }
        try await eventually("it is done") { try await house.deliveries().map(\.state) == [.done] }
        #expect(try await house.deliveries().map(\.deliveryClass) == [.live])
        processor.stop()
        try await task.value
        #expect(try await lastBootWasClean())
    }

    @Test("a stop waits for what runs, leases nothing more, and ends cleanly (trap Q16)")
    func drain() async throws {
        let gate = Gate()
        let processor = house.boot(configuration(gated(gate)))
        for index in 0..<9 { house.put("inbox", ObjectKey("k\(index)"), "1\n") }
        let task = Task { try await processor.run() }
        try await eventually("all workers are busy") { gate.enteredCount == 4 }
        processor.stop()
        try await eventually("the stop has begun") {
            try await processor.status().problems.contains("the service is stopping")
        }
        gate.open()
        try await task.value
        let states = try await house.deliveries().map(\.state)
        #expect(states.count { $0 == .done } == 4)
        #expect(states.count { $0 == .ready } == 5)
        #expect(try await lastBootWasClean())
    }

    @Test("what has not ended after 25 s is told to, and released without a try")
    func drainIsOver() async throws {
        let gate = Gate()
        let processor = house.boot(configuration(gated(gate)))
        house.put("inbox", "x", "1\n")
        let task = Task { try await processor.run() }
        try await eventually("the function runs") { gate.enteredCount == 1 }
        processor.stop()
        try await advance(by: EventProcessor.drain, processor, until: task)
        let delivery = try #require(try await house.deliveries().first)
        #expect(delivery.state == .ready)
        #expect(delivery.tries == 0)
        #expect(!delivery.isSuspect)
        #expect(try await lastBootWasClean())
    }

    @Test("a function that heeds nothing is left behind, and what it stages later is discarded")
    func leftBehind() async throws {
        let gate = Gate()
        let processor = house.boot(configuration(gated(gate, heeding: false)))
        house.put("inbox", "x", "1\n")
        let task = Task { try await processor.run() }
        try await eventually("the function runs") { gate.enteredCount == 1 }
        processor.stop()
        try await advance(by: EventProcessor.drain + .seconds(3), processor, until: task)
        #expect(try await house.deliveries().map(\.state) == [.ready])
        #expect(try await lastBootWasClean())
        gate.open()
        try await eventually("the late output is gone") {
            house.pool.counts.idle == house.pool.counts.threads && house["clean"].stagedReferences.isEmpty
        }
        #expect(house["clean"].keys.isEmpty)
    }

    @Test("a commit whose bucket is down does not hold up the stop, and the next boot rolls it forward")
    func stopDuringCommit() async throws {
        let configuration = configuration(FunctionDouble.mapping("copy") { $0 })
        let processor = house.boot(configuration)
        house["clean"].setFaultHook { call throws(SluiceError) in
            guard call.operation == .publish else { return }
            throw SluiceError(.storageIO, "The bucket does not answer.")
        }
        house.put("inbox", "x", "1\n")
        let task = Task { try await processor.run() }
        try await eventually("the commit waits") {
            try await processor.status().problems.contains { $0.contains("The bucket does not answer.") }
        }
        processor.stop()
        try await advance(by: EventProcessor.drain + .seconds(4), processor, until: task)
        #expect(try await house.deliveries().map(\.state) == [.committing])
        house["clean"].setFaultHook(nil)
        try await house.process(configuration)
        #expect(try await house.deliveries().map(\.state) == [.done])
        #expect(house.text("clean", "x") == "1\n")
        #expect(try await house.problems() == [])
    }

    @Test("cancelling a leased delivery ends its function, and it is cancelled")
    func cancelLeased() async throws {
        let gate = Gate()
        let processor = house.boot(configuration(gated(gate)))
        house.put("inbox", "x", "1\n")
        let task = Task { try await processor.run() }
        try await eventually("the function runs") { gate.enteredCount == 1 }
        let id = try #require(try await house.deliveries().first?.id)
        #expect(try await processor.cancel([id], reason: "not wanted") == [id])
        try await eventually("it is cancelled") { try await house.deliveries().map(\.state) == [.cancelled] }
        processor.stop()
        try await task.value
        #expect(house["clean"].keys.isEmpty)
    }

    @Test("a cancelled task ends at once, counts as unclean, and the next boot runs the rest")
    func cancellation() async throws {
        let gate = Gate()
        let configuration = configuration(gated(gate))
        let processor = house.boot(configuration)
        house.put("inbox", "x", "1\n")
        let task = Task { try await processor.run() }
        try await eventually("the function runs") { gate.enteredCount == 1 }
        task.cancel()
        _ = await task.result
        gate.open()
        house.clock.advance(by: .seconds(60))
        try await house.process(configuration)
        #expect(try await house.deliveries().map(\.state) == [.done])
        // The function of the boot that was cancelled clears up what it still staged.
        try await eventually("nothing is left") { try await house.problems() == [] }
    }

    @Test(
        "a reload brings a new trigger, whose existing objects are processed; the old one leases nothing more"
    )
    func reload() async throws {
        let copy = FunctionDouble.mapping("copy") { $0 }
        let processor = house.boot(
            house.configuration([trigger("old", on: "inbox", function: "copy", to: "clean:{key}")], [copy])
        )
        house.put("inbox", "x", "1\n")
        let task = Task { try await processor.run() }
        try await eventually("the old trigger is done") { house.text("clean", "x") != nil }
        try await processor.reload(
            house.configuration([trigger("new", on: "inbox", function: "copy", to: "lake:{key}")], [copy])
        )
        try await eventually("the new trigger is done") { house.text("lake", "x") != nil }
        house.put("inbox", "y", "2\n")
        try await processor.hint("inbox", "y")
        try await eventually("the new object is done") { house.text("lake", "y") != nil }
        #expect(house.text("clean", "y") == nil)
        processor.stop()
        try await task.value
    }

    /// Moves the clock, piece by piece, until the service has ended.
    private func advance(
        by duration: Duration,
        _ processor: EventProcessor,
        until task: Task<Void, any Error>
    ) async throws {
        let ended = Gate()
        let watcher = Task {
            _ = await task.result
            ended.open()
        }
        try await eventually("the stop has begun") {
            try await processor.status().problems.contains("the service is stopping")
        }
        let limit = house.clock.uptime + duration + .seconds(1)
        try await eventually("the service ends") {
            if house.clock.uptime < limit { house.clock.advance(by: .seconds(1)) }
            return ended.isOpened
        }
        await watcher.value
        try await task.value
    }
}
