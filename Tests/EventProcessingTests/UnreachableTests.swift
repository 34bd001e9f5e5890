internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// A store that cannot be reached, each request of which takes long to fail.
@Suite struct UnreachableTests {
    private let copy = FunctionDouble.mapping("copy") { $0 }
    private static let away = SluiceError(.storageIO, "The store is away.")

    private func configuration(_ house: House, _ doubles: [any ObjectStore] = []) -> ProcessingConfiguration {
        let others = house.stores.values.filter { store in !doubles.contains { $0.bucket == store.bucket } }
        return ProcessingConfiguration(
            buckets: (others as [any ObjectStore] + doubles).map { BucketSetup(store: $0) },
            matcher: TriggerMatcher(triggers: [
                trigger("a", on: "inbox", prefix: "a", function: "copy", to: "clean:{key}"),
                trigger("b", on: "inbox", prefix: "b", function: "copy", to: "lake:{key}"),
            ]),
            functions: [copy],
            workers: 4
        )
    }

    /// Leaves decided commits behind: 30 in `clean`, 30 in `lake`.
    private func leaveCommits(_ house: House) async throws {
        for bucket in ["clean", "lake"] as [BucketName] {
            house[bucket].setFaultHook { call throws(SluiceError) in
                if call.operation == .publish { throw Self.away }
            }
        }
        for index in 0..<30 {
            house.put("inbox", ObjectKey("a\(index)"), "\(index)\n")
            house.put("inbox", ObjectKey("b\(index)"), "\(index)\n")
        }
        let processor = house.boot(configuration(house))
        let task = Task { try await processor.run() }
        try await eventually("the commits wait") {
            try await house.deliveries().count { $0.state == .committing } == 60
        }
        task.cancel()
        _ = await task.result
        house["lake"].setFaultHook(nil)
        house.clock.advance(by: .seconds(1))
    }

    @Test("a boot asks an unreachable store few times, the others for all, and begins")
    func boot() async throws {
        let house = House()
        try await leaveCommits(house)
        let asked = Mutex(0)
        house["clean"].setFaultHook { call throws(SluiceError) in
            guard call.operation == .publish else { return }
            asked.withLock { $0 += 1 }
            throw Self.away
        }
        let processor = house.boot(configuration(house))
        let task = Task { try await processor.run() }
        try await eventually("its commits wait in the background") {
            try await processor.status().problems.count { $0.contains("The store is away.") } == 30
        }
        #expect(asked.withLock { $0 } <= 46, "Few at the boot, each once since.")
        #expect(house["lake"].keys.count == 30)
        house["clean"].setFaultHook(nil)
        try await eventually("all go forward once it is back") {
            house.clock.advance(by: .seconds(1))
            return try await house.deliveries().allSatisfy { $0.state == .done }
        }
        #expect(house["clean"].keys.count == 30)
        processor.stop()
        try await task.value
        #expect(try await house.problems() == [])
    }

    @Test("a stop ends a boot that waits for a store")
    func stop() async throws {
        let house = House()
        try await leaveCommits(house)
        let clean = StoreDouble(house["clean"])
        let asked = Atomic(0)
        clean.onPublish { () throws(SluiceError) in
            asked.add(1, ordering: .relaxed)
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                throw Self.away
            }
        }
        let processor = house.boot(configuration(house, [clean]))
        let task = Task { try await processor.run() }
        try await eventually("the store is asked") { asked.load(ordering: .relaxed) > 0 }
        processor.stop()
        try await task.value
        #expect(asked.load(ordering: .relaxed) <= 16)
        #expect(try await house.deliveries().count { $0.state == .committing } >= 30)
        #expect(try await house.ledger.beginBoot(OwnerID(boot: "next"), at: house.clock.now).previousWasClean)
    }

    @Test("of a page of keys, few are asked for when the first cannot be")
    func page() async throws {
        let house = House()
        let store = EtagStore(house["inbox"])
        store.fail(with: Self.away)
        for index in 0..<500 { house.put("inbox", ObjectKey("a\(index)"), "\(index)\n") }
        let report = try await house.boot(configuration(house, [store])).runUntilIdle()
        #expect(report.buckets["inbox"] != nil)
        #expect(store.heads.values.reduce(0, +) <= 32)
        #expect(store.heads.count > 0)
    }

    @Test("what was wrong with a bucket that is not watched any more is not said any more")
    func problemsEnd() async throws {
        let house = House()
        house["inbox"].setFaultHook { call throws(SluiceError) in
            if call.operation == .list { throw Self.away }
        }
        let processor = house.boot(configuration(house))
        let task = Task { try await processor.run() }
        try await eventually("the status says so") {
            try await processor.status().problems.contains { $0.contains("'inbox' cannot be scanned") }
        }
        try await processor.reload(
            house.configuration([trigger("c", on: "lake", function: "copy", to: "clean:{key}")], [copy])
        )
        try await eventually("it is forgotten") { try await processor.status().problems.isEmpty }
        processor.stop()
        try await task.value
    }
}
