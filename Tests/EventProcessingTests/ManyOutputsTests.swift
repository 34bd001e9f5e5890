internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Functions with more outputs than a process may have open.
@Suite struct ManyOutputsTests {
    /// Counts outputs that are staged and not yet finished: each stands for a descriptor.
    private final class OpenCount: Sendable {
        let state = Mutex((now: 0, most: 0))

        func change(_ by: Int) {
            state.withLock { state in
                state.now += by
                state.most = max(state.most, state.now)
            }
        }
    }

    /// Ends once, by finishing or by being given up.
    private final class CountedWriter: StagedWriter {
        private let inner: any StagedWriter
        private let count: OpenCount
        private let isOpen = Atomic(true)

        init(_ inner: any StagedWriter, _ count: OpenCount) {
            self.inner = inner
            self.count = count
            count.change(1)
        }

        var reference: StagedReference { inner.reference }
        func write(_ bytes: RawSpan) throws(SluiceError) { try inner.write(bytes) }
        func finish() throws(SluiceError) -> ContentDigest {
            if isOpen.exchange(false, ordering: .relaxed) { count.change(-1) }
            return try inner.finish()
        }
        func abandon() {
            if isOpen.exchange(false, ordering: .relaxed) { count.change(-1) }
            inner.abandon()
        }
    }

    private func many(_ count: Int, failing: Bool) -> FunctionDouble {
        FunctionDouble("many") { invocation throws(SluiceError) in
            _ = try readAll(invocation.source)
            for number in 0..<count {
                let part = OutputPart(role: .result, placeholders: ["member": "m\(number)"])
                guard let sink = try invocation.outputs.open(part) else { continue }
                try write(Array("\(number)".utf8), to: sink)
                try invocation.outputs.close(part)
                if number % 10 == 9 { try invocation.outputs.discard(part) }
            }
            if failing { throw SluiceError(SluiceError.Code("test.bad", .object), "Bad.") }
            return InvocationReport()
        }
    }

    @Test(
        "closed outputs keep no descriptor; those that were taken back are no outputs",
        arguments: [false, true]
    )
    func descriptors(failing: Bool) async throws {
        let house = House()
        let count = OpenCount()
        let store = StoreDouble(house["clean"])
        store.onStage { CountedWriter($0, count) }
        let rule = trigger("t", on: "inbox", function: "many", to: "clean:{key}/{member}")
        let configuration = ProcessingConfiguration(
            buckets: [BucketSetup(store: house["inbox"]), BucketSetup(store: store)],
            matcher: TriggerMatcher(triggers: [rule]),
            functions: [many(500, failing: failing)],
            workers: 1
        )
        house.put("inbox", "x", "a")
        try await house.process(configuration)
        let state = count.state.withLock { $0 }
        #expect(state.now == 0)
        #expect(state.most <= 40, "32 that wait for the disk, and those in between")
        #expect(try await house.deliveries().map(\.state) == [failing ? .dead : .done])
        #expect(house["clean"].keys.count == (failing ? 0 : 450))
        #expect(try await house.problems() == [])
    }

    @Test(
        "two parts with one key fail the object, and so does a key below another",
        arguments: [["a", "a"], ["a", "a/b"], ["a/b/c", "a/b"], ["a/b", "a"]]
    )
    func collisions(members: [String]) async throws {
        let house = House()
        let function = FunctionDouble("two") { invocation throws(SluiceError) in
            _ = try readAll(invocation.source)
            for (index, member) in members.enumerated() {
                let placeholders = ["member": member, "part": String(index)]
                _ = try invocation.outputs.open(OutputPart(role: .result, placeholders: placeholders))
            }
            return InvocationReport()
        }
        house.put("inbox", "x", "a")
        let rule = trigger("t", on: "inbox", function: "two", to: "clean:{key}/{member}")
        try await house.process(house.configuration([rule], [function]))
        let delivery = try #require(try await house.deliveries().first)
        #expect(delivery.state == .dead)
        let expected = members[0] == members[1] ? "output.duplicate-key" : "output.collision"
        #expect(delivery.failure?.code == expected)
        #expect(try await house.problems() == [])
    }

    @Test("a key that was taken back is free again")
    func freeAgain() async throws {
        let house = House()
        let function = FunctionDouble("again") { invocation throws(SluiceError) in
            _ = try readAll(invocation.source)
            for text in ["first", "second"] {
                let part = OutputPart(role: .result, placeholders: ["member": "a/b", "part": text])
                guard let sink = try invocation.outputs.open(part) else { continue }
                try write(Array(text.utf8), to: sink)
                try invocation.outputs.close(part)
                if text == "first" { try invocation.outputs.discard(part) }
            }
            return InvocationReport()
        }
        house.put("inbox", "x", "a")
        let rule = trigger("t", on: "inbox", function: "again", to: "clean:{member}")
        try await house.process(house.configuration([rule], [function]))
        #expect(house.text("clean", "a/b") == "second")
    }
}
