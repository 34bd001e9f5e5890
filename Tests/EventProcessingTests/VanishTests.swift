internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Objects that vanish with nobody to say so.
@Suite struct VanishTests {
    private let house = House()
    private let failing = FunctionDouble.failing("copy") { event in
        guard event.key.description.contains("bad") else { return nil }
        return SluiceError(SluiceError.Code("test.bad", .object), "It is bad.")
    }

    private func configuration(_ store: any ObjectStore) -> ProcessingConfiguration {
        ProcessingConfiguration(
            buckets: [
                BucketSetup(store: store, makeFeed: { nil }), BucketSetup(store: house["clean"]),
            ],
            matcher: TriggerMatcher(triggers: [
                trigger("t", on: "inbox", function: "copy", to: "clean:{key}")
            ]),
            functions: [failing],
            workers: 2
        )
    }

    /// Lets the next scan begin and end.
    private func scan(_ processor: EventProcessor) async throws {
        let before = processor.metrics.scans["inbox"] ?? 0
        try await eventually("another scan ends") {
            if processor.metrics.scans["inbox"] ?? 0 > before { return true }
            house.clock.advance(by: .seconds(300))
            return false
        }
    }

    private func row(_ key: ObjectKey) async throws -> TargetRow? {
        try await house.ledger.targets(in: "inbox", keys: [key]).first
    }

    private func states() async throws -> [ObjectKey: DeliveryState] {
        let pairs = try await house.deliveries().map { ($0.target.key, $0.state) }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }

    /// A processor that has come to rest with `keys`, and its run.
    private func settled(
        _ store: any ObjectStore,
        _ keys: [ObjectKey]
    ) async throws -> (EventProcessor, Task<Void, any Error>) {
        for key in keys { house.put("inbox", key, "1\n") }
        let processor = house.boot(configuration(store))
        let task = Task { try await processor.run() }
        try await eventually("all are done or dead") {
            let states = try await states()
            return states.count == keys.count && states.values.allSatisfy { $0 == .done || $0 == .dead }
        }
        try await eventually("the scan ends") { processor.metrics.scans["inbox"] ?? 0 > 0 }
        return (processor, task)
    }

    @Test("what two listings do not show is looked at, and gone; its outputs stay (traps W14, L05)")
    func vanished() async throws {
        let heads = Mutex<[ObjectKey]>([])
        let (processor, task) = try await settled(house["inbox"], ["bad", "good", "stays"])
        try await scan(processor)
        house["inbox"].setFaultHook { call in
            if call.operation == .head, call.moment == .before, let key = call.key {
                heads.withLock { $0.append(key) }
            }
        }
        house["inbox"].remove("bad")
        house["inbox"].remove("good")
        try await scan(processor)
        #expect(try await states() == ["bad": .dead, "good": .done, "stays": .done])
        #expect(heads.withLock { $0 } == [], "one listing asks for nothing")
        try await scan(processor)
        #expect(Set(heads.withLock { $0 }) == ["bad", "good"])
        #expect(try await states() == ["bad": .superseded, "good": .done, "stays": .done])
        #expect(try await row("good")?.seen == nil)
        #expect(try await row("good")?.done != nil)
        #expect(house.text("clean", "good") == "1\n")
        #expect(try await house.ledger.output(in: "clean", key: "good")?.owner.key == "good")
        for _ in 0..<3 { try await scan(processor) }
        #expect(heads.withLock { $0.count } == 2, "what is known to be gone is not asked for again")
        processor.stop()
        try await task.value
        #expect(try await house.problems() == [])
    }

    @Test("what a listing hides for a while, and what lies below a closed directory, is not gone (trap L11)")
    func hidden() async throws {
        let store = StoreDouble(house["inbox"])
        let (processor, task) = try await settled(store, ["bad", "d/bad", "good"])
        store.onPage { page in
            page.filter { entry in
                if case .object(let info) = entry { return info.key != "bad" } else { return true }
            }
        }
        // The directory cannot be read, so nobody knows what it holds.
        house["inbox"].remove("d/bad")
        house["inbox"].setIneligible("d", reason: "the directory cannot be read")
        for _ in 0..<5 { try await scan(processor) }
        #expect(try await states() == ["bad": .dead, "d/bad": .dead, "good": .done])
        #expect(try await row("bad")?.seen != nil)
        house["inbox"].setIneligible("d", reason: nil)
        try await scan(processor)
        #expect(try await states()["d/bad"] == .dead)
        try await scan(processor)
        #expect(try await states() == ["bad": .dead, "d/bad": .superseded, "good": .done])
        processor.stop()
        try await task.value
    }

    @Test("a listing that fails half-way never means that the rest was deleted (trap L06)")
    func failedPage() async throws {
        let store = StoreDouble(house["inbox"])
        let keys = (0..<540).map { ObjectKey("k\($0)") }
        let (processor, task) = try await settled(store, keys)
        let failures = Mutex(0)
        store.onPage { page throws(SluiceError) in
            // The second page, again and again.
            guard page.count < 512, failures.withLock({ $0 += 1; return $0 }) <= 3 else { return page }
            throw SluiceError(.storageIO, "The page is lost.")
        }
        for _ in 0..<2 { try await scan(processor) }
        #expect(failures.withLock { $0 } > 3)
        #expect(try await house.ledger.presentKeys(in: "inbox", after: nil, limit: 1000).count == 540)
        #expect(try await states().values.allSatisfy { $0 == .done })
        processor.stop()
        try await task.value
    }

    @Test("what comes again between two listings is new, and nothing of it is lost")
    func comesAgain() async throws {
        let (processor, task) = try await settled(house["inbox"], ["bad", "good"])
        house["inbox"].remove("good")
        try await scan(processor)
        house.put("inbox", "good", "2\n")
        try await scan(processor)
        try await eventually("the new one is processed") { house.text("clean", "good") == "2\n" }
        try await scan(processor)
        #expect(try await row("good")?.seen == house["inbox"].head("good")?.version)
        processor.stop()
        try await task.value
    }
}
