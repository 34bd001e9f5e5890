internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// After-actions of several buckets: many at a time, and nobody waits for somebody else's store.
@Suite struct AfterLaneTests {
    private let copy = FunctionDouble.mapping("copy") { $0 }

    private func configuration(
        _ house: House,
        _ after: [BucketName: AfterPolicy],
        _ doubles: [any ObjectStore] = []
    ) -> ProcessingConfiguration {
        let others = house.stores.values.filter { store in !doubles.contains { $0.bucket == store.bucket } }
        let triggers = after.keys.sorted().map { bucket in
            trigger(
                TriggerName(bucket.rawValue),
                on: bucket,
                function: "copy",
                to: "clean:\(bucket)/{key}"
            )
        }
        return ProcessingConfiguration(
            buckets: (others as [any ObjectStore] + doubles).map {
                BucketSetup(store: $0, after: after[$0.bucket] ?? .keep)
            },
            matcher: TriggerMatcher(triggers: triggers),
            functions: [copy],
            workers: 4
        )
    }

    @Test("a store that hangs is asked sixteen times at a time, and holds up no other bucket")
    func hangs() async throws {
        let house = House(buckets: ["inbox", "other", "clean"])
        let hanging = StoreDouble(house["inbox"])
        let gate = Gate()
        hanging.onDelete { _ throws(SluiceError) in
            gate.enter()
            while !gate.isOpened {
                do {
                    try await Task.sleep(for: .milliseconds(1))
                } catch {
                    throw SluiceError(.cancelled, "The test is over.")
                }
            }
            throw SluiceError(.storageIO, "The store is away.")
        }
        for index in 0..<40 { house.put("inbox", ObjectKey("k\(index)"), "\(index)\n") }
        house.put("other", "x", "1\n")
        let processor = house.boot(configuration(house, ["inbox": .delete, "other": .delete], [hanging]))
        let task = Task { try await processor.run() }
        try await eventually("all are done") {
            try await house.deliveries().count { $0.state == .done } == 41
        }
        try await eventually("sixteen are under way") { gate.enteredCount == 16 }
        try await eventually("the other bucket's is removed") { house["other"].keys.isEmpty }
        gate.open()
        try await eventually("the bucket is left in peace") {
            try await house.ledger.dueAfterActions(limit: 100, at: house.clock.now).count == 24
        }
        house.put("other", "y", "2\n")
        try await processor.hint("other", "y")
        try await eventually("another bucket's is removed") {
            house["other"].keys.isEmpty && house.text("clean", "other/y") != nil
        }
        #expect(gate.enteredCount == 16)
        hanging.onDelete(nil)
        try await eventually("all are removed") {
            house.clock.advance(by: .seconds(1))
            return house["inbox"].keys.isEmpty
        }
        processor.stop()
        try await task.value
        #expect(try await house.problems() == [])
    }

    @Test("move looks at the target before it copies anything")
    func looksFirst() async throws {
        let house = House()
        let stages = Mutex(0)
        house["lake"].setFaultHook { call in
            if call.operation == .stage, call.moment == .before { stages.withLock { $0 += 1 } }
        }
        house.put("lake", "x", "somebody's")
        house.put("inbox", "x", "1\n")
        let processor = try await house.process(
            configuration(house, ["inbox": .move(template("lake:{key}"))])
        )
        #expect(stages.withLock { $0 } == 0)
        #expect(house.text("inbox", "x") == "1\n")
        let entries = await processor.feed(after: 0, limit: 100)
        #expect(entries.contains { $0.kind == "after" && $0.detail.contains("lake:x") })
    }

    /// Fails at its end, and says on which thread it was given up.
    private final class Writer: StagedWriter {
        let inner: any StagedWriter
        let threads = Mutex<[String]>([])
        init(_ inner: any StagedWriter) { self.inner = inner }
        var reference: StagedReference { inner.reference }
        func write(_ bytes: RawSpan) throws(SluiceError) { try inner.write(bytes) }
        func finish() throws(SluiceError) -> ContentDigest {
            throw SluiceError(.storageIO, "The disk is broken.")
        }
        func abandon() {
            let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            threads.withLock { $0.append(name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "?") }
            inner.abandon()
        }
    }

    @Test("a copy that fails is given up on a thread that may wait")
    func abandons() async throws {
        let house = House()
        let lake = StoreDouble(house["lake"])
        let writers = Mutex<[Writer]>([])
        lake.onStage { inner in
            let writer = Writer(inner)
            writers.withLock { $0.append(writer) }
            return writer
        }
        house.put("inbox", "x", "1\n")
        try await house.process(configuration(house, ["inbox": .move(template("lake:{key}"))], [lake]))
        let threads = writers.withLock { $0 }.flatMap { writer in writer.threads.withLock { $0 } }
        #expect(threads == ["after"])
        #expect(house.text("inbox", "x") == "1\n")
        #expect(try await house.problems() == [])
    }
}
