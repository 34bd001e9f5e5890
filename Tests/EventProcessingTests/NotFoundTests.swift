internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// A store that says "not found" may be wrong, or mean something else than the source: only a look that finds
/// nothing ends a delivery as gone (trap W14).
@Suite struct NotFoundTests {
    private let house = House()
    private let copy = FunctionDouble.mapping("copy") { $0 }

    /// Lets calls on a key answer "not found", so many times.
    private func deny(
        _ operation: StoreCall.Operation,
        of bucket: BucketName,
        times: Int,
        _ code: SluiceError.Code = .storageNotFound
    ) {
        let left = Mutex(times)
        house[bucket].setFaultHook { call throws(SluiceError) in
            guard call.operation == operation, call.moment == .before else { return }
            let denies = left.withLock { left in
                defer { left -= 1 }
                return left > 0
            }
            if denies { throw SluiceError(code, "The store answers 404.") }
        }
    }

    private func configuration(after: AfterPolicy = .keep) -> ProcessingConfiguration {
        house.configuration(
            [
                trigger("one", on: "inbox", function: "copy", to: "clean:{key}"),
                trigger("two", on: "inbox", function: "copy", to: "lake:{key}"),
            ],
            [copy],
            after: ["inbox": after],
            workers: 1
        )
    }

    /// Processes until nothing waits any more.
    private func processAll(_ configuration: ProcessingConfiguration) async throws {
        for _ in 0..<8 {
            try await house.process(configuration)
            house.clock.advance(by: .seconds(60))
        }
    }

    @Test(
        "a source that is there and was not found is read later, and not removed before",
        arguments: [StoreCall.Operation.open, .read, .confirm]
    )
    func passes(operation: StoreCall.Operation) async throws {
        house.put("inbox", "x", "1\n")
        deny(operation, of: "inbox", times: 1)
        let configuration = configuration(after: .delete)
        try await house.process(configuration)
        let waiting = try #require(try await house.deliveries().first { $0.state == .ready })
        #expect((waiting.reason, waiting.tries) == ("storage.not-found", 0))
        #expect(waiting.notBefore != nil)
        #expect(house["inbox"].keys == ["x"], "One trigger is not done with it.")
        try await processAll(configuration)
        #expect(try await house.deliveries().map(\.state) == [.done, .done])
        #expect(house.text("clean", "x") == "1\n")
        #expect(house.text("lake", "x") == "1\n")
        #expect(house["inbox"].keys.isEmpty)
        #expect(try await house.problems() == [])
    }

    @Test("the longer it is not found, the longer it waits")
    func waits() async throws {
        house.put("inbox", "x", "1\n")
        deny(.open, of: "inbox", times: 100)
        var waits: [Duration] = []
        for _ in 0..<10 {
            try await house.process(configuration())
            let due = try await house.deliveries().compactMap(\.notBefore).max()
            let wait = try #require(due).elapsed(since: house.clock.now)
            waits.append(wait)
            house.clock.advance(by: wait)
        }
        #expect(waits.allSatisfy { $0 >= .seconds(1) })
        #expect(try #require(waits.last) > .seconds(10))
    }

    @Test(
        "an output's store that does not know it is an outage, not the source's end",
        arguments: [
            (StoreCall.Operation.stage, SluiceError.Code.storageNotFound), (.write, .storageNotFound),
            (.finish, .storageNotFound), (.write, .storageStagedGone), (.write, .storageVersionChanged),
        ]
    )
    func outputs(operation: StoreCall.Operation, code: SluiceError.Code) async throws {
        house.put("inbox", "x", "1\n")
        deny(operation, of: "clean", times: 2, code)
        let configuration = configuration(after: .delete)
        let processor = try await house.process(configuration)
        let waiting = try #require(try await house.deliveries(of: "one").first)
        #expect((waiting.state, waiting.reason, waiting.tries) == (.ready, "storage.unavailable", 0))
        #expect(waiting.failure?.message.contains("output") == true)
        #expect(try await processor.status().problems.contains { $0.contains("The store answers 404.") })
        #expect(house["inbox"].keys == ["x"])
        try await processAll(configuration)
        #expect(try await house.deliveries().map(\.state) == [.done, .done])
        #expect(house.text("clean", "x") == "1\n")
        #expect(try await house.problems() == [])
    }

    @Test("deleted and put again with equal bytes, where that is the same version: it is processed")
    func putAgain() async throws {
        let store = EtagStore(house["inbox"])
        let configuration = ProcessingConfiguration(
            buckets: [BucketSetup(store: store), BucketSetup(store: house["clean"])],
            matcher: TriggerMatcher(triggers: [
                trigger("t", on: "inbox", function: "copy", to: "clean:{key}")
            ]),
            functions: [copy],
            workers: 1
        )
        house.put("inbox", "x", "1\n")
        let house = house
        let isThere = Mutex(true)
        house["inbox"].setFaultHook { call in
            guard call.key == "x", call.moment == .before else { return }
            if call.operation == .open, isThere.withLock({ $0 }) {
                isThere.withLock { $0 = false }
                house["inbox"].remove("x")
            } else if call.operation == .head, !isThere.withLock({ $0 }) {
                house.put("inbox", "x", "1\n")
            }
        }
        for _ in 0..<3 {
            try await house.process(configuration)
            house.clock.advance(by: .seconds(60))
        }
        #expect(house.text("clean", "x") == "1\n")
        #expect(try await house.deliveries().map(\.state) == [.done])
    }
}
