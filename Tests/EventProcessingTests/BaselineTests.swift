internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// `existing: skip` where nothing announces what is put: what was there before the trigger became known is
/// skipped, and nothing else.
@Suite struct BaselineTests {
    private let house = House()
    private let copy = FunctionDouble.mapping("copy") { $0 }

    private func configuration(on bucket: BucketName = "inbox") -> ProcessingConfiguration {
        house.configuration(
            [trigger("t", on: bucket, function: "copy", to: "clean:{key}", existing: .skip)],
            [copy]
        )
    }

    @Test("what is put while the first scan runs is processed, what was there before is not")
    func duringTheScan() async throws {
        house.put("inbox", "old", "1\n")
        house.clock.advance(by: .seconds(120))
        let house = house
        let isFirst = Mutex(true)
        house["inbox"].setFaultHook { call in
            guard call.operation == .list, call.moment == .before, isFirst.withLock({ $0 }) else { return }
            isFirst.withLock { $0 = false }
            house.clock.advance(by: .seconds(1))
            house.put("inbox", "new", "2\n")
        }
        let processor = try await house.process(configuration())
        #expect(house["clean"].keys == ["new"])
        let entries = await processor.feed(after: 0, limit: 1000)
        #expect(entries.contains { $0.kind == "existing" && $0.detail.hasPrefix("1 objects") })
        try await house.process(configuration())
        #expect(house["clean"].keys == ["new"])
    }

    @Test("a store's clock may be behind by less than a minute")
    func margin() async throws {
        house.put("inbox", "late", "1\n")
        house.clock.advance(by: .seconds(59))
        try await house.process(configuration())
        #expect(house["clean"].keys == ["late"])
    }

    @Test("what is put after a first scan that failed is new at the next boot, too")
    func restart() async throws {
        house.put("inbox", "old", "1\n")
        house.clock.advance(by: .seconds(120))
        house["inbox"].setFaultHook { call throws(SluiceError) in
            if call.operation == .list { throw SluiceError(.storageIO, "The store is away.") }
        }
        #expect(try await house.boot(configuration()).runUntilIdle().buckets["inbox"] != nil)
        house["inbox"].setFaultHook(nil)
        house.clock.advance(by: .seconds(1))
        house.put("inbox", "new", "2\n")
        house.clock.advance(by: .seconds(3600))
        try await house.process(configuration())
        #expect(house["clean"].keys == ["new"])
    }

    @Test("a trigger that moves to another bucket and back begins anew each time")
    func moved() async throws {
        try await house.process(configuration())
        house.clock.advance(by: .seconds(600))
        house.put("inbox", "a", "1\n")
        house.put("lake", "b", "2\n")
        house.clock.advance(by: .seconds(600))
        try await house.process(configuration(on: "lake"))
        try await house.process(configuration())
        #expect(house["clean"].keys.isEmpty)
    }
}
