internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import Synchronization
internal import Testing
internal import TriggerRules

/// Functions whose codec windows are counted against the memory that the service has for them.
@Suite struct WindowMemoryTests {
    /// Notes how many run at the same time, and ends when the test says so.
    private final class WindowFunction: Function {
        let name: FunctionName = "wide"
        let fingerprint = Fingerprint(hex: "f1")
        let windowBytes: Int
        let running = Mutex((now: 0, most: 0))
        let gate = Gate()

        init(windowBytes: Int) { self.windowBytes = windowBytes }

        func invoke(_ invocation: Invocation) throws(SluiceError) -> InvocationReport {
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            gate.pass {}
            _ = try readAll(invocation.source)
            running.withLock { $0.now -= 1 }
            return InvocationReport()
        }
    }

    @Test(
        "functions with large windows run only as far as the memory goes, and at least one does",
        arguments: [(100, 1000, 4), (100, 250, 2), (100, 100, 1), (100, 10, 1), (0, 10, 4)]
    )
    func windows(windowBytes: Int, memoryBytes: Int, atATime: Int) async throws {
        let house = House()
        let function = WindowFunction(windowBytes: windowBytes)
        let rule = trigger("t", on: "inbox", function: "wide", to: "clean:{key}")
        let configuration = ProcessingConfiguration(
            buckets: house.stores.values.map { BucketSetup(store: $0) },
            matcher: TriggerMatcher(triggers: [rule]),
            functions: [function],
            workers: 4,
            memoryBytes: memoryBytes
        )
        for number in 0..<8 { house.put("inbox", ObjectKey("\(number)"), "a") }
        let processor = house.boot(configuration)
        let task = Task { try await processor.runUntilIdle() }
        try await eventually("\(atATime) run") { function.running.withLock { $0.now } == atATime }
        function.gate.open()
        _ = try await task.value
        #expect(function.running.withLock { $0.most } == atATime)
        #expect(try await house.deliveries().map(\.state) == Array(repeating: .done, count: 8))
    }

    @Test("windows of all triggers share the memory; who needs none is not held up")
    func plan() {
        var plan = DispatchPlan()
        var memory = WindowMemory(limitBytes: 250)
        memory.take(100)
        let offers = [
            DispatchPlan.Offer(trigger: "a", ready: [.live: 9], room: 9, windowBytes: 100),
            DispatchPlan.Offer(trigger: "b", ready: [.live: 9], room: 9, windowBytes: 120),
            DispatchPlan.Offer(trigger: "c", ready: [.live: 3], room: 9),
        ]
        let picks = plan.picks(free: 20, offers: offers, memory: memory)
        #expect(Dictionary(uniqueKeysWithValues: picks.map { ($0.trigger, $0.limit) }) == ["a": 1, "c": 3])
        let alone = plan.picks(free: 20, offers: offers, memory: WindowMemory(limitBytes: 1))
        #expect(alone.reduce(0) { $0 + $1.limit } == 4)
    }
}
