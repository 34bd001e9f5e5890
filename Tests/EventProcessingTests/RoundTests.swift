internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// One round: what it does with buckets and stores that fail, and what it says of them.
@Suite struct RoundTests {
    private static let down = SluiceError(
        SluiceError.Code("test.down", .outage),
        "The store does not answer.",
        hint: "Start it."
    )
    private static let copy = FunctionDouble.mapping("copy") { $0 }

    private func configuration(_ house: House, after: [BucketName: AfterPolicy] = [:], maxPending: Int = 1000)
        -> ProcessingConfiguration
    {
        house.configuration(
            [
                trigger("one", on: "inbox", function: "copy", to: "clean:1/{key}"),
                trigger("two", on: "lake", function: "copy", to: "clean:2/{key}"),
            ],
            [Self.copy],
            after: after,
            maxPending: maxPending
        )
    }

    /// Runs a round to its end, however often its clock must be moved for that.
    private func round(_ house: House, _ configuration: ProcessingConfiguration) async throws -> RoundReport {
        let processor = house.boot(configuration)
        let isOver = Gate()
        let task = Task {
            defer { isOver.open() }
            return try await processor.runUntilIdle()
        }
        try await eventually("the round ends") {
            house.clock.advance(by: .milliseconds(250))
            return isOver.isOpened
        }
        // What met the outage more than once waits up to 30 s.
        house.clock.advance(by: .seconds(60))
        return try await task.value
    }

    @Test("a bucket that cannot be listed or swept is named, and costs the others nothing")
    func bucketDown() async throws {
        let house = House()
        house.put("inbox", "x", "1\n")
        house.put("lake", "y", "1\n")
        house["inbox"].setFaultHook { call throws(SluiceError) in
            if call.operation == .list || call.operation == .sweep { throw Self.down }
        }
        let report = try await round(house, configuration(house))
        #expect(report.buckets.keys.sorted() == ["inbox"])
        #expect(house.text("clean", "2/y") == "1\n")
        let failure = try #require(report.failure)
        #expect(failure.code.name == "processing.incomplete")
        #expect(failure.message.contains("bucket 'inbox' could not be used (test.down: The store does not"))
        #expect(failure.hint == "Start it.")
        house["inbox"].setFaultHook(nil)
        let next = try await round(house, configuration(house))
        #expect(next.failure == nil)
        #expect(next.done == 1)
        #expect(house.text("clean", "1/x") == "1\n")
    }

    @Test("a commit whose store does not publish is left to the next round, with no try consumed")
    func publicationDown() async throws {
        let house = House()
        for index in 0..<20 { house.put("inbox", ObjectKey("k\(index)"), "1\n") }
        house["clean"].setFaultHook { call throws(SluiceError) in
            if call.operation == .publish { throw Self.down }
        }
        let report = try await round(house, configuration(house))
        #expect(report.waiting == 20)
        #expect(report.dead == 0)
        #expect(report.outages.keys.sorted() == ["one"])
        #expect(try await house.deliveries().allSatisfy { $0.tries == 0 })
        // A boot that finds decided commits tries them as well, and names the bucket.
        let again = try await round(house, configuration(house))
        #expect(again.buckets.keys.sorted() == ["clean"])
        house["clean"].setFaultHook(nil)
        #expect(try await round(house, configuration(house)).failure == nil)
        #expect(house["clean"].keys.count == 20)
        #expect(try await house.problems() == [])
    }

    @Test("an object that meets an outage alone does not keep the others of its trigger from this round")
    func lonelyOutage() async throws {
        let house = House()
        for index in 0..<20 { house.put("inbox", ObjectKey("k\(index)"), "1\n") }
        house["inbox"].setFaultHook { call throws(SluiceError) in
            if call.operation == .open, call.key == "k0" { throw Self.down }
        }
        let report = try await round(house, configuration(house))
        #expect(report.done == 19)
        #expect(report.waiting == 1)
        #expect(report.failure?.message.contains("1 delivery waits for a later try") == true)
    }

    @Test("a scan that stands still because all that is pending cannot run ends")
    func full() async throws {
        let house = House()
        for index in 0..<200 { house.put("inbox", ObjectKey("k\(index)"), "1\n") }
        house["clean"].setFaultHook { call throws(SluiceError) in
            if call.operation == .stage { throw Self.down }
        }
        let report = try await round(house, configuration(house, maxPending: 100))
        #expect(report.buckets["inbox"]?.code.name == "processing.full")
        house["clean"].setFaultHook(nil)
        #expect(try await round(house, configuration(house, maxPending: 100)).failure == nil)
        #expect(house["clean"].keys.count == 200)
    }

    @Test("after-actions of a bucket that is down are put off after a few tries, and performed later")
    func afterActions() async throws {
        let house = House()
        let tries = Mutex(0)
        for index in 0..<50 { house.put("inbox", ObjectKey("k\(index)"), "1\n") }
        house["inbox"].setFaultHook { call throws(SluiceError) in
            guard call.operation == .delete else { return }
            tries.withLock { $0 += 1 }
            throw Self.down
        }
        let configuration = configuration(house, after: ["inbox": .delete])
        let report = try await round(house, configuration)
        #expect(report.done == 50)
        #expect(report.afterActions == 50)
        #expect(tries.withLock { $0 } <= 16)
        #expect(report.failure?.message.contains("50 after-actions wait for a later try") == true)
        house["inbox"].setFaultHook(nil)
        house.clock.advance(by: .seconds(600))
        #expect(try await round(house, configuration).failure == nil)
        #expect(house["inbox"].keys.isEmpty)
    }

    @Test("a round says what is dead, waits and is paused, in one sentence each")
    func report() {
        var report = RoundReport()
        #expect(report.failure == nil)
        report.dead = 2
        report.waiting = 3
        report.paused = 1
        report.afterActions = 1
        #expect(
            report.failure?.message == "Not everything could be processed: 2 dead letters were made; "
                + "3 deliveries wait for a later try, 1 for a paused trigger; "
                + "1 after-action waits for a later try."
        )
        #expect(report.failure?.hint == "'sluice dead list' says why.")
        report.dead = 0
        #expect(report.failure?.hint == "'sluice trigger resume' lets a trigger go on.")
    }
}
