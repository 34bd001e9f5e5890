internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import FunctionRuntime
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// More files at once than any queue holds (trap W01).
@Suite struct BurstTests {
    /// A feed that notes when it first told of an overflow.
    private final class MarkedFeed: ChangeFeed {
        private let inner: any ChangeFeed
        private let time = Mutex<ContinuousClock.Instant?>(nil)
        init(_ inner: any ChangeFeed) { self.inner = inner }

        var marker: ContinuousClock.Instant? { time.withLock { $0 } }
        func start() async { await inner.start() }
        func stop() { inner.stop() }
        func next() async -> [ChangeHint] {
            let hints = await inner.next()
            if hints.contains(.overflow) { time.withLock { $0 = $0 ?? .now } }
            return hints
        }
    }

    private static let count = 20_000

    /// Most files need no output: their commits are the ledger's alone.
    private let function = FunctionDouble("note") { invocation throws(SluiceError) in
        let bytes = try readAll(invocation.source)
        guard invocation.event.key.description.hasSuffix("00"),
            let sink = try invocation.outputs.open(OutputPart(role: .result))
        else {
            return InvocationReport()
        }
        try write(bytes, to: sink)
        return InvocationReport()
    }

    @Test("each file of a burst that overflows the queues gets exactly one delivery (trap W01)")
    func burst() async throws {
        let house = LocalHouse("inbox", "clean")
        for directory in 0..<20 { house.files.makeDirectory("inbox/\(directory)") }
        let local = house.store("inbox")
        let store = StoreDouble(local)
        // The feed's thread reads no event before all files are there: the kernel's queue (16,384 by default,
        // inotify(7)) overflows if it can, the service's own in any case.
        let isWritten = Monitor(false)
        let feed = MarkedFeed(
            local.makeChangeFeed(queueLimit: 100) { _ = isWritten.wait { $0 ? true : nil } }
        )
        let ledger = try await house.ledger()
        let processor = house.boot(
            ledger,
            ProcessingConfiguration(
                buckets: [
                    BucketSetup(store: store, makeFeed: { feed }), BucketSetup(store: house.store("clean")),
                ],
                matcher: TriggerMatcher(triggers: [
                    trigger("t", on: "inbox", function: "note", to: "clean:{key}")
                ]),
                functions: [function],
                workers: 32
            )
        )
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        for number in 0..<Self.count { house.files.write("inbox/\(number % 20)/\(number)", [0x31, 0x0A]) }
        isWritten.withLock { $0 = true }
        isWritten.wakeAll()
        try await eventually("all are done") { processor.metrics.objects["t"]?["done"] == 20_000 }
        try await eventually("the rescan ends") { processor.metrics.scans["inbox"] ?? 0 >= 2 }
        processor.stop()
        try await task.value

        #expect(processor.metrics.overflows["inbox"] ?? 0 >= 1)
        let marker = try #require(feed.marker)
        let rescan = try #require(store.listings.dropFirst().first)
        // Within a second on a machine that is not starved; `secondOverflow` proves that nothing waits.
        #expect(rescan - marker < .seconds(10))
        #expect(function.totalRuns == Self.count)
        #expect((0..<Self.count).allSatisfy { function.runs(on: ObjectKey("\($0 % 20)/\($0)")) == 1 })
        let counters = try await ledger.counters()
        #expect(counters.allSatisfy { $0.state == .done })
        #expect(counters.reduce(0) { $0 + $1.count } == Int64(Self.count))
        #expect(house.files.files(below: "clean").count == 199)
        #expect(try await ledger.verify() == [])
        await ledger.close()
    }

    @Test("a second overflow during the rescan is not lost: another one follows at once (trap W01)")
    func secondOverflow() async throws {
        let house = House()
        let store = StoreDouble(house["inbox"])
        let feed = FeedDouble()
        let processor = house.boot(
            ProcessingConfiguration(
                buckets: [
                    BucketSetup(store: store, makeFeed: { feed }), BucketSetup(store: house["clean"]),
                ],
                matcher: TriggerMatcher(triggers: [
                    trigger("t", on: "inbox", function: "note", to: "clean:{key}")
                ]),
                functions: [function],
                workers: 2
            )
        )
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        let began = house.clock.uptime

        // The rescan stands still at its end, when it can show nothing more.
        let (opened, gate) = AsyncStream<Void>.makeStream()
        let standing = Atomic(0)
        store.onPage { page in
            guard page.isEmpty, store.listings.count == 2 else { return page }
            standing.add(1, ordering: .sequentiallyConsistent)
            for await _ in opened { break }
            return page
        }
        feed.say(.overflow)
        try await eventually("the rescan is nearly over") { standing.load(ordering: .acquiring) == 1 }
        house.put("inbox", "late-00", "1\n")
        feed.say(.overflow)
        try await eventually("the second overflow is noted") { processor.metrics.overflows["inbox"] == 2 }
        #expect(processor.metrics.scans["inbox"] == 1)
        gate.finish()
        try await eventually("what came late is found") { house.text("clean", "late-00") == "1\n" }
        try await eventually("the second rescan ends") { processor.metrics.scans["inbox"] == 3 }
        #expect(house.clock.uptime == began, "neither rescan waited for anything")
        #expect(store.listings.count == 3)
        processor.stop()
        try await task.value
    }
}
