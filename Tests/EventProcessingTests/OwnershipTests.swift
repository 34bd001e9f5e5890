internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Testing
internal import TriggerRules

/// One owner per output key; nothing of others is replaced (promise 3).
@Suite struct OwnershipTests {
    private let house = House()
    private let copy = FunctionDouble.mapping("copy") { $0 }

    @Test("two sources that map to one output: the second is dead and names both")
    func collision() async throws {
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:all")],
            [copy],
            workers: 1
        )
        house.put("inbox", "a", "A\n")
        try await house.process(configuration)
        house.put("inbox", "b", "B\n")
        try await house.process(configuration)
        #expect(house.text("clean", "all") == "A\n")
        let dead = try #require(try await house.deliveries().first { $0.state == .dead })
        #expect(dead.failure?.code == "output.collision")
        #expect(dead.failure?.message.contains("inbox:a") == true)
        #expect(dead.failure?.message.contains("inbox:b") == true)
        #expect(try await house.problems() == [])
    }

    @Test("a foreign object with other content is left alone")
    func foreign() async throws {
        house.put("clean", "x", "somebody's")
        house.put("inbox", "x", "ours\n")
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy]
        )
        try await house.process(configuration)
        #expect(house.text("clean", "x") == "somebody's")
        let delivery = try #require(try await house.deliveries().first)
        #expect(delivery.state == .dead)
        #expect(delivery.failure?.code == "output.collision")
        #expect(delivery.failure?.message.contains("clean:x") == true)
        #expect(delivery.failure?.message.contains("inbox:x") == true)
        #expect(try await house.problems() == [])
    }

    @Test("a foreign object with equal content is adopted, so that a lost ledger heals itself")
    func adoption() async throws {
        house.put("inbox", "x", "ours\n")
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy]
        )
        try await house.process(configuration)
        let published = try await house["clean"].head("x")?.version
        let reborn = House(after: house)
        try await reborn.process(configuration)
        #expect(try await reborn.deliveries().map(\.state) == [.done])
        #expect(try await reborn["clean"].head("x")?.version == published)
        #expect(try await reborn.ledger.output(in: "clean", key: "x")?.owner.key == "x")
        #expect(try await reborn.problems() == [])
    }

    @Test("with overwrite, a foreign object is replaced")
    func overwrite() async throws {
        house.put("clean", "x", "somebody's")
        house.put("inbox", "x", "ours\n")
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}", overwrite: true)],
            [copy]
        )
        try await house.process(configuration)
        #expect(house.text("clean", "x") == "ours\n")
        #expect(try await house.deliveries().map(\.state) == [.done])
    }

    @Test("an object that somebody put over an outdated output stays")
    func foreignOverOutdated() async throws {
        let split = FunctionDouble.splitting("split")
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "split", to: "clean:{key}/{member}")],
            [split]
        )
        house.put("inbox", "x", "a\nb\n")
        try await house.process(configuration)
        house.put("clean", "x/1", "somebody's")
        house.put("inbox", "x", "c\n")
        try await house.process(configuration)
        #expect(house.text("clean", "x/0") == "c")
        #expect(house.text("clean", "x/1") == "somebody's")
    }

    @Test("two outputs of one object that map to one key make it dead, and nothing is left behind")
    func duplicateKey() async throws {
        let split = FunctionDouble.splitting("split")
        house.put("inbox", "x", "a\nb\n")
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "split", to: "clean:{key}")],
            [split]
        )
        try await house.process(configuration)
        let delivery = try #require(try await house.deliveries().first)
        #expect(delivery.state == .dead)
        #expect(delivery.failure?.code == "output.duplicate-key")
        #expect(house["clean"].keys.isEmpty)
        #expect(try await house.problems() == [])
    }

    @Test("a loop through placeholders stops after sixteen hops (trap Q14)")
    func hopLimit() async throws {
        // Each run makes another key and other bytes.
        let grow = FunctionDouble.mapping("grow") { $0 + Array("+\n".utf8) }
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "grow", to: "inbox:{key}x")],
            [grow]
        )
        house.put("inbox", "k", "1\n")
        let processor = try await house.process(configuration)
        let deliveries = try await house.deliveries()
        #expect(deliveries.map(\.hop) == Array(0...16))
        #expect(grow.totalRuns == 17)
        #expect(house["inbox"].keys.count == 18)
        let entries = await processor.feed(after: 0, limit: 1000)
        #expect(entries.contains { $0.detail == "hop-limit" })
        try await house.process(configuration)
        #expect(grow.totalRuns == 17)
    }
}
