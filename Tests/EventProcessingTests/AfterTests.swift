internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// What becomes of a source once all is done with it (DESIGN 5, step 7; trap Q08).
@Suite struct AfterTests {
    private let house = House()
    private let copy = FunctionDouble.mapping("copy") { $0 }
    private static let broken = SluiceError(SluiceError.Code("test.broken", .object), "The object is broken.")

    @Test("with two triggers on one object, it is deleted only once both are done")
    func twoTriggers() async throws {
        let failing = FunctionDouble.failing("failing") { _ in Self.broken }
        let triggers = [
            trigger("one", on: "inbox", function: "copy", to: "clean:{key}"),
            trigger("two", on: "inbox", function: "failing", to: "lake:{key}"),
        ]
        house.put("inbox", "x", "1\n")
        let processor = try await house.process(
            house.configuration(triggers, [copy, failing], after: ["inbox": .delete])
        )
        #expect(house.text("inbox", "x") == "1\n")
        let dead = try #require(try await house.deliveries(of: "two").first)
        #expect(dead.state == .dead)
        _ = try await processor.retry([dead.id])
        let mended = FunctionDouble.mapping("failing") { $0 }
        try await house.process(house.configuration(triggers, [copy, mended], after: ["inbox": .delete]))
        #expect(house["inbox"].keys.isEmpty)
        #expect(house.text("clean", "x") == "1\n")
        #expect(house.text("lake", "x") == "1\n")
        #expect(try await house.problems() == [])
    }

    @Test("a version that replaced the one that was done is not deleted for it")
    func replaced() async throws {
        let house = house
        house.put("inbox", "x", "1\n")
        house["clean"].setFaultHook { call throws(SluiceError) in
            if call.operation == .publish, call.moment == .after, house.text("inbox", "x") == "1\n" {
                house.put("inbox", "x", "2\n")
            }
        }
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy],
            after: ["inbox": .delete]
        )
        try await house.process(configuration)
        try await house.process(configuration)
        #expect(house.text("clean", "x") == "2\n")
        #expect(house["inbox"].keys.isEmpty)
    }

    @Test("move copies, then removes; something else under the target stays and is tried again")
    func move() async throws {
        house.put("lake", "x", "somebody's")
        house.put("inbox", "x", "1\n")
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy],
            after: ["inbox": .move(template("lake:{key}"))]
        )
        try await house.process(configuration)
        #expect(house.text("lake", "x") == "somebody's")
        #expect(house.text("inbox", "x") == "1\n")
        house["lake"].remove("x")
        house.clock.advance(by: .seconds(600))
        try await house.process(configuration)
        #expect(house.text("lake", "x") == "1\n")
        #expect(house["inbox"].keys.isEmpty)
        #expect(try await house.problems() == [])
    }

    @Test("tag adds to the tags of that very version, and is tried again after a failure")
    func tag() async throws {
        house["inbox"].put("x", Array("1\n".utf8), as: ObjectAttributes(tags: ["team": "a", "done": "no"]))
        house["inbox"].setFaultHook { call throws(SluiceError) in
            if call.operation == .tag, call.moment == .before { throw SluiceError(.storageIO, "Not now.") }
        }
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy],
            after: ["inbox": .tag(["done": "yes"])]
        )
        try await house.process(configuration)
        #expect(house["inbox"].attributes(of: "x")?.tags == ["team": "a", "done": "no"])
        house["inbox"].setFaultHook(nil)
        house.clock.advance(by: .seconds(600))
        try await house.process(configuration)
        #expect(house["inbox"].attributes(of: "x")?.tags == ["team": "a", "done": "yes"])
        #expect(house.text("inbox", "x") == "1\n")
        #expect(try await house.deliveries().map(\.state) == [.done])
        #expect(try await house.problems() == [])
    }

    @Test("a version that replaced the one that was done gets no tags for it")
    func tagReplaced() async throws {
        let house = house
        house.put("inbox", "x", "1\n")
        house["inbox"].setFaultHook { call throws(SluiceError) in
            if call.operation == .tag, call.moment == .before, house.text("inbox", "x") == "1\n" {
                house.put("inbox", "x", "2\n")
            }
        }
        try await house.process(
            house.configuration(
                [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
                [copy],
                after: ["inbox": .tag(["done": "yes"])]
            )
        )
        #expect(house["inbox"].attributes(of: "x")?.tags == [:])
    }

    @Test("move takes content type and encoding, metadata and tags along")
    func moveAttributes() async throws {
        let kept = ObjectAttributes(
            contentType: "text/x",
            headers: ["content-encoding": "gzip"],
            metadata: ["a": "b"],
            tags: ["c": "d"]
        )
        house["inbox"].put("x", Array("1\n".utf8), as: kept)
        try await house.process(
            house.configuration(
                [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
                [copy],
                after: ["inbox": .move(template("lake:{key}"))]
            )
        )
        #expect(house["lake"].attributes(of: "x") == kept)
    }

    @Test("one tag too many is a problem that is shown, and is tried again once a day only")
    func tooManyTags() async throws {
        let tries = Mutex(0)
        house.put("inbox", "x", "1\n")
        house["inbox"].setFaultHook { call throws(SluiceError) in
            if call.operation == .tag, call.moment == .before {
                tries.withLock { $0 += 1 }
                throw SluiceError(.storageTooManyTags, "“x” would have 11 tags.")
            }
        }
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy],
            after: ["inbox": .tag(["done": "yes"])]
        )
        let processor = try await house.process(configuration)
        #expect(try await processor.status().problems.contains { $0.contains("11 tags") })
        house.clock.advance(by: .seconds(3600))
        try await house.process(configuration)
        #expect(tries.withLock { $0 } == 1)
        house["inbox"].setFaultHook(nil)
        house.clock.advance(by: .seconds(86_400))
        let last = try await house.process(configuration)
        #expect(house["inbox"].attributes(of: "x")?.tags == ["done": "yes"])
        #expect(try await !last.status().problems.contains { $0.contains("11 tags") })
    }
}
