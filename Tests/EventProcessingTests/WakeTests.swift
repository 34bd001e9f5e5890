internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Whoever waits is woken when there is something to do, and only then.
@Suite struct WakeTests {
    private static let outage = SluiceError(SluiceError.Code("test.outage", .outage), "It is out of order.")
    private static let flaky = SluiceError(SluiceError.Code("test.flaky", .transient), "Try again.")

    private func configuration(_ house: House, _ functions: [FunctionDouble]) -> ProcessingConfiguration {
        house.configuration(
            functions.map { function in
                trigger(
                    TriggerName(function.name.rawValue),
                    on: "inbox",
                    prefix: function.name.rawValue + "/",
                    function: function.name,
                    to: "clean:{key}"
                )
            },
            functions,
            workers: 1
        )
    }

    @Test("a key that waited and is gone, or has nothing new, is not looked at again and again")
    func waitEnds() async throws {
        let house = House()
        let looks = Mutex<[ObjectKey: Int]>([:])
        house["inbox"].setFaultHook { call throws(SluiceError) in
            guard call.operation == .head, call.moment == .before, let key = call.key else { return }
            looks.withLock { $0[key, default: 0] += 1 }
        }
        house.put("inbox", "f/part", "1\n")
        house["inbox"].setWriterState(.writing, of: "f/part")
        let processor = house.boot(configuration(house, [FunctionDouble.mapping("f") { $0 }]))
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        // As `mv part whole` does it: the key that waits is gone, and nothing was ever recorded of it.
        _ = try await house["inbox"].delete("f/part", ifVersion: nil)
        let before = looks.withLock { $0["f/part"] ?? 0 }
        try await eventually("the time of the waiting key comes") {
            house.clock.advance(by: .milliseconds(100))
            return looks.withLock { $0["f/part"] ?? 0 } > before
        }
        for index in 0..<20 {
            let key = ObjectKey("f/k\(index)")
            house.put("inbox", key, "1\n")
            try await processor.hint("inbox", key)
            try await eventually("others go on") { house["clean"].bytes(of: key) != nil }
        }
        #expect(looks.withLock { $0["f/part"] ?? 0 } <= before + 2)
        processor.stop()
        try await task.value
    }

    @Test("what becomes due while the dispatcher asks is leased without another event")
    func dueMeanwhile() async throws {
        let crash = CrashPoint()
        let house = House(ledger: CrashingLedger(inner: ReferenceLedger(), crash: crash))
        let hasFailed = Mutex(false)
        let function = FunctionDouble.failing("f") { _ in
            hasFailed.withLock { hasFailed in
                defer { hasFailed = true }
                return hasFailed ? nil : Self.flaky
            }
        }
        let isArmed = Mutex(false)
        crash.onPass { name in
            guard name == "lease after" else { return }
            let isArmed = isArmed.withLock { isArmed in
                defer { isArmed = false }
                return isArmed
            }
            // The retry's time comes between the question for leases and the one for the next due time.
            if isArmed { house.clock.advance(by: .seconds(10)) }
        }
        let processor = house.boot(configuration(house, [function]))
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        house.put("inbox", "f/x", "1\n")
        try await processor.hint("inbox", "f/x")
        try await eventually("it waits") {
            // The next scan, the pruning of history, and the retry's time.
            try await house.deliveries().first?.tries == 1 && house.clock.sleeperCount == 3
        }
        isArmed.withLock { $0 = true }
        // Wakes the dispatcher.
        try await processor.setPaused("f", reason: nil)
        try await eventually("it is tried again") { house.text("clean", "f/x") != nil }
        processor.stop()
        try await task.value
    }

    @Test("a probe that was allowed and did not begin wakes nobody: its trigger is paused or has nothing due")
    func probePassed() {
        var gate = OutageGate()
        _ = gate.failed("t", FailureRecord(Self.outage), random: 1, at: .zero)
        #expect(gate.nextProbe(after: .zero) == .milliseconds(250))
        #expect(gate.nextProbe(after: .milliseconds(250)) == nil)
        #expect(gate.limit(of: "t", at: .milliseconds(250)) == 1)
    }

    @Test("an object that meets an outage alone does not keep the others of its trigger waiting")
    func lonelyOutage() async throws {
        let house = House()
        let function = FunctionDouble.failing("f") { $0.key == "f/0-bad" ? Self.outage : nil }
        let processor = house.boot(configuration(house, [function]))
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        house.put("inbox", "f/0-bad", "1\n")
        try await processor.hint("inbox", "f/0-bad")
        try await eventually("the bad one comes first") { function.runs(on: "f/0-bad") == 1 }
        let others = (1...5).map { ObjectKey("f/\($0)-good") }
        for key in others {
            house.put("inbox", key, "1\n")
            try await processor.hint("inbox", key)
        }
        try await eventually("the others are done") {
            house.clock.advance(by: .milliseconds(100))
            return others.allSatisfy { house["clean"].bytes(of: $0) != nil }
        }
        // Its next probe may be under way.
        try await eventually("the bad one waits") { try await house.deliveries().first?.state == .ready }
        #expect(try await house.deliveries().first?.tries == 0)
        processor.stop()
        try await task.value
    }

    @Test("one round waits for files that must rest before they are taken")
    func oneRoundSettles() async throws {
        let house = House()
        house.put("inbox", "f/x", "1\n")
        house["inbox"].setWriterState(.unknown, of: "f/x")
        let processor = house.boot(configuration(house, [FunctionDouble.mapping("f") { $0 }]))
        let isOver = Gate()
        let task = Task {
            defer { isOver.open() }
            try await processor.runUntilIdle()
        }
        try await eventually("the round ends") {
            house.clock.advance(by: .milliseconds(100))
            return isOver.isOpened
        }
        try await task.value
        #expect(house.text("clean", "f/x") == "1\n")
    }
}
