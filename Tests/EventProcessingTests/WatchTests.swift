internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Hints, scans and the baseline of `existing: skip`.
@Suite struct WatchTests {
    private let house = House()
    private let feed = FeedDouble()
    private let copy = FunctionDouble.mapping("copy") { $0 }

    private func configuration(
        existing: ExistingPolicy,
        maxPending: Int = 1_000_000
    ) -> ProcessingConfiguration {
        let feed = feed
        let setups = house.stores.values.map { store in
            BucketSetup(store: store, makeFeed: { store.bucket == "inbox" ? feed : nil })
        }
        return ProcessingConfiguration(
            buckets: setups,
            matcher: TriggerMatcher(triggers: [
                trigger("t", on: "inbox", function: "copy", to: "clean:{key}", existing: existing)
            ]),
            functions: [copy],
            workers: 2,
            maxPending: maxPending
        )
    }

    private func status(_ processor: EventProcessor) async throws -> BucketStatus? {
        try await processor.status().buckets.first { $0.name == "inbox" }
    }

    @Test(
        "existing: skip leaves what was there, says how many, and takes what is put while the first scan runs"
    )
    func existingRace() async throws {
        house.put("inbox", "old", "1\n")
        house.put("inbox", "race", "2\n")
        house.clock.advance(by: .seconds(120))
        let processor = house.boot(configuration(existing: .skip))
        let task = Task { try await processor.run() }
        try await eventually("the first listing is over") { try await status(processor)?.lastScan != nil }
        // The listing took it for an old one; its hint comes late, while the baseline is still open.
        feed.say(.changed("race"))
        try await eventually("the late hint makes a delivery") { house.text("clean", "race") != nil }
        try await eventually("the baseline ends") {
            house.clock.advance(by: .milliseconds(500))
            return try await house.ledger.triggers().first?.baselineComplete == true
        }
        house.put("inbox", "new", "3\n")
        feed.say(.changed("new"))
        feed.say(.changed("old"))
        try await eventually("what came later is processed") { house.text("clean", "new") != nil }
        processor.stop()
        try await task.value
        #expect(house.text("clean", "old") == nil)
        let entries = await processor.feed(after: 0, limit: 1000)
        #expect(entries.contains { $0.kind == "existing" && $0.detail.hasPrefix("2 objects") })
        let why = try await processor.why("inbox", "old")
        #expect(why.targets.first?.skippedReason == "existing")
    }

    @Test("an overflow causes a scan, and a second one during that scan another (trap W01)")
    func overflow() async throws {
        let processor = house.boot(configuration(existing: .process))
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        house.put("inbox", "lost", "1\n")
        feed.say(.overflow)
        try await eventually("the lost one is found") { house.text("clean", "lost") != nil }
        try await eventually("the rescan ends") { (processor.metrics.scans["inbox"] ?? 0) >= 2 }
        #expect(processor.metrics.overflows["inbox"] == 1)
        #expect(try await status(processor)?.overflows == 1)
        processor.stop()
        try await task.value
    }

    @Test("what cannot be watched is said, and found by scans (trap W11)")
    func degraded() async throws {
        let processor = house.boot(configuration(existing: .process))
        let task = Task { try await processor.run() }
        feed.say(.degraded(reason: "no watches are left"))
        try await eventually("the status says so") {
            let status = try await processor.status()
            return status.health == "degraded"
                && status.problems.contains { $0.contains("no watches are left") }
        }
        processor.stop()
        try await task.value
    }

    @Test("a file that is being written is looked at again until nobody writes it")
    func waiting() async throws {
        house.put("inbox", "x", "1\n")
        house["inbox"].setWriterState(.writing, of: "x")
        let processor = house.boot(configuration(existing: .process))
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        #expect(try await house.deliveries().isEmpty)
        house["inbox"].setWriterState(.none, of: "x")
        try await eventually("it is processed") {
            house.clock.advance(by: .milliseconds(500))
            return house.text("clean", "x") != nil
        }
        processor.stop()
        try await task.value
    }

    @Test("where nobody tells whether a file is written, it must rest for the settle time (trap W07)")
    func settling() async throws {
        house.put("inbox", "x", "1\n")
        house["inbox"].setWriterState(.unknown, of: "x")
        let processor = house.boot(configuration(existing: .process))
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        let began = house.clock.uptime
        try await eventually("it is processed") {
            house.clock.advance(by: .milliseconds(100))
            return house.text("clean", "x") != nil
        }
        #expect(house.clock.uptime - began >= .milliseconds(1900))
        processor.stop()
        try await task.value
    }

    @Test("scans stand still while too much is pending, and nothing is dropped (trap Q18)")
    func maxPending() async throws {
        for index in 0..<600 { house.put("inbox", ObjectKey("k\(index)"), "1\n") }
        let processor = house.boot(configuration(existing: .process, maxPending: 100))
        let task = Task { try await processor.run() }
        try await eventually("all is done") {
            house.clock.advance(by: .milliseconds(250))
            return house["clean"].keys.count == 600
        }
        processor.stop()
        try await task.value
    }
}
