internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// A store may lose what was staged, between decision and publication: it is made again, and exists in the
/// end.
@Suite struct LossTests {
    /// Lets the store lose what is staged for a key, just before it is published, so many times.
    private func lose(_ key: ObjectKey, of store: MemoryObjectStore, times: Int = 1) {
        let left = Mutex(times)
        store.setFaultHook { [weak store] call in
            guard call.operation == .publish, call.moment == .before, call.key == key else { return }
            let loses = left.withLock { left in
                defer { left -= 1 }
                return left > 0
            }
            if loses { store?.loseStaged(for: key) }
        }
    }

    private func copying(_ house: House) -> ProcessingConfiguration {
        house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [FunctionDouble.mapping("copy") { $0 }]
        )
    }

    @Test("a lost output is made again and exists once; the others, and what they cause, are made once")
    func makesAgain() async throws {
        let house = House()
        let split = FunctionDouble.splitting("split")
        let configuration = house.configuration(
            [
                trigger("t", on: "inbox", function: "split", to: "clean:{key}/{member}"),
                trigger("next", on: "clean", function: "copy", to: "lake:{key}"),
            ],
            [split, FunctionDouble.mapping("copy") { $0 }],
            after: ["inbox": .delete]
        )
        lose("x/1", of: house["clean"])
        house.put("inbox", "x", "a\nb\nc\n")
        let processor = try await house.process(configuration)
        #expect(try await house.deliveries(of: "t").map(\.state) == [.done])
        #expect(house["clean"].keys == ["x/0", "x/1", "x/2"])
        #expect(house["lake"].keys.map { house.text("lake", $0) } == ["a", "b", "c"])
        #expect(try await house.deliveries(of: "next").map(\.state) == [.done, .done, .done])
        #expect(split.runs(on: "x") == 2)
        #expect(house["inbox"].keys.isEmpty, "The after-action waits for the outputs, and runs.")
        let kinds = await processor.feed(after: 0, limit: 100).filter { $0.trigger == "t" }.map(\.kind)
        #expect(kinds.filter { ["lost", "done"].contains($0) } == ["lost", "done"])
        #expect(processor.metrics.objects["t"]?["lost"] == 1)
        #expect(try await house.problems() == [])
    }

    @Test("what a lost output was to replace stays until it is replaced, however often it is lost")
    func replaces() async throws {
        let house = House()
        let configuration = copying(house)
        house.put("inbox", "x", "1\n")
        try await house.process(configuration)
        lose("x", of: house["clean"], times: 3)
        house.put("inbox", "x", "2\n")
        try await house.process(configuration)
        let deliveries = try await house.deliveries()
        let waiting = try #require(deliveries.last)
        #expect((waiting.state, waiting.reason) == (.ready, "storage.staged-lost"))
        #expect(waiting.notBefore != nil, "A store that loses again and again is not kept busy.")
        #expect(house.text("clean", "x") == "1\n")
        for _ in 0..<3 {
            house.clock.advance(by: .seconds(60))
            try await house.process(configuration)
        }
        #expect(try await house.deliveries().map(\.state) == [.done, .done])
        #expect(house.text("clean", "x") == "2\n")
        #expect(try await house.problems() == [])
    }

    /// Makes `x/0` and `x/1`, then lets the second of the next generation be lost, then makes a generation
    /// without it.
    private func loseSecond(_ house: House, overwrite: Bool, between: () -> Void) async throws {
        let configuration = house.configuration(
            [
                trigger(
                    "t",
                    on: "inbox",
                    function: "split",
                    to: "clean:{key}/{member}",
                    overwrite: overwrite
                )
            ],
            [FunctionDouble.splitting("split")]
        )
        if !overwrite {
            house.put("inbox", "x", "a\nb\n")
            try await house.process(configuration)
        }
        between()
        lose("x/1", of: house["clean"], times: 9)
        house.put("inbox", "x", "c\nd\n")
        try await house.process(configuration)
        #expect(try await house.deliveries().last?.reason == "storage.staged-lost")
        house.put("inbox", "x", "e\n")
        try await house.process(configuration)
        #expect(house.text("clean", "x/0") == "e")
        #expect(try await house.problems() == [])
    }

    @Test(
        "what a lost output was to replace and never did stays, if it is not ours",
        arguments: [true, false]
    )
    func foreignStays(overwrite: Bool) async throws {
        let house = House()
        try await loseSecond(house, overwrite: overwrite) { house.put("clean", "x/1", "somebody's") }
        #expect(house.text("clean", "x/1") == "somebody's")
        #expect(try await house.ledger.output(in: "clean", key: "x/1") == nil)
    }

    @Test("what a lost output was to replace goes with its generation, if it is ours")
    func ownGoes() async throws {
        let house = House()
        try await loseSecond(house, overwrite: false) {}
        #expect(house["clean"].keys == ["x/0"])
    }

    @Test("a version that came meanwhile makes the outputs in its place, also of equal content")
    func overtaken() async throws {
        let house = House()
        let isClosed = Mutex(true)
        house["clean"].setFaultHook { call throws(SluiceError) in
            guard call.operation == .publish, call.moment == .before else { return }
            if isClosed.withLock({ $0 }) { throw SluiceError(.storageIO, "The store is away.") }
        }
        house.put("inbox", "x", "1\n")
        let processor = house.boot(copying(house))
        let task = Task { try await processor.run() }
        try await eventually("the commit waits") {
            try await processor.status().problems.contains { $0.contains("The store is away.") }
        }
        house.put("inbox", "x", "1\n")
        try await processor.hint("inbox", "x")
        try await eventually("the next version is seen") {
            try await house.deliveries().map(\.state) == [.committing, .ready]
        }
        house["clean"].loseStaged(for: "x")
        isClosed.withLock { $0 = false }
        try await eventually("the next version is made") {
            house.clock.advance(by: .milliseconds(100))
            return try await house.deliveries().map(\.state) == [.superseded, .done]
        }
        #expect(house.text("clean", "x") == "1\n")
        processor.stop()
        try await task.value
        #expect(try await house.problems() == [])
    }
}
