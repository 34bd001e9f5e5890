internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Testing
internal import TriggerRules

/// The main job in memory: watch → ledger → function → commit → next trigger.
@Suite struct EndToEndTests {
    private let house = House()
    private let upper = FunctionDouble.mapping("upper") { bytes in
        bytes.map { (97...122).contains($0) ? $0 - 32 : $0 }
    }
    private let copy = FunctionDouble.mapping("copy") { $0 }

    @Test("an object becomes its output, and the output triggers the second stage with one hop more")
    func chain() async throws {
        house.put("inbox", "a.log", "one\ntwo\n")
        let configuration = house.configuration(
            [
                trigger("first", on: "inbox", function: "upper", to: "clean:{key}"),
                trigger("second", on: "clean", function: "copy", to: "lake:{key}.copy"),
            ],
            [upper, copy]
        )
        let processor = try await house.process(configuration)
        #expect(house.text("clean", "a.log") == "ONE\nTWO\n")
        #expect(house.text("lake", "a.log.copy") == "ONE\nTWO\n")
        let deliveries = try await house.deliveries()
        #expect(deliveries.map(\.state) == [.done, .done])
        #expect(deliveries.map(\.hop) == [0, 1])
        #expect(deliveries.map(\.deliveryClass) == [.catchUp, .live])
        #expect(deliveries.last?.cause == deliveries.first?.id)
        #expect(processor.metrics.records["first"]?.output == 2)
        #expect(try await house.problems() == [])
    }

    @Test("processing again finds nothing to do")
    func idempotent() async throws {
        house.put("inbox", "a.log", "one\n")
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "upper", to: "clean:{key}")],
            [upper]
        )
        try await house.process(configuration)
        try await house.process(configuration)
        #expect(upper.totalRuns == 1)
        #expect(try await house.deliveries().count == 1)
    }

    @Test("an object rolled back to an earlier content is a third version, and its output follows")
    func rollback() async throws {
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "upper", to: "clean:{key}")],
            [upper]
        )
        for text in ["a\n", "b\n", "a\n"] {
            house.put("inbox", "x", text)
            try await house.process(configuration)
            #expect(house.text("clean", "x") == text.uppercased())
        }
        #expect(upper.runs(on: "x") == 3)
        #expect(try await house.deliveries().map(\.state) == [.done, .done, .done])
    }

    @Test("a new version with the same content is skipped, and causes nothing")
    func sameContent() async throws {
        let configuration = house.configuration(
            [
                trigger("t", on: "inbox", function: "upper", to: "clean:{key}"),
                trigger("u", on: "clean", function: "copy", to: "lake:{key}"),
            ],
            [upper, copy]
        )
        house.put("inbox", "x", "a\n")
        try await house.process(configuration)
        house.put("inbox", "x", "a\n")
        try await house.process(configuration)
        let deliveries = try await house.deliveries(of: "t")
        #expect(deliveries.map(\.state) == [.done, .skipped])
        #expect(deliveries.last?.reason == "same-content")
        #expect(copy.totalRuns == 1)
        #expect(try await house.problems() == [])
    }

    @Test("another version with an equal output causes no second delivery")
    func equalOutput() async throws {
        let constant = FunctionDouble.mapping("constant") { _ in Array("same".utf8) }
        let configuration = house.configuration(
            [
                trigger("t", on: "inbox", function: "constant", to: "clean:{key}"),
                trigger("u", on: "clean", function: "copy", to: "lake:{key}"),
            ],
            [constant, copy]
        )
        for text in ["a\n", "b\n"] {
            house.put("inbox", "x", text)
            try await house.process(configuration)
        }
        #expect(try await house.deliveries(of: "t").map(\.state) == [.done, .done])
        #expect(try await house.deliveries(of: "u").count == 1)
    }

    @Test("outputs that the newer version no longer makes are removed")
    func fewerOutputs() async throws {
        let split = FunctionDouble.splitting("split")
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "split", to: "clean:{key}/{member}")],
            [split]
        )
        house.put("inbox", "x", "a\nb\nc\n")
        try await house.process(configuration)
        #expect(house["clean"].keys == ["x/0", "x/1", "x/2"])
        house.put("inbox", "x", "d\n")
        try await house.process(configuration)
        #expect(house["clean"].keys == ["x/0"])
        #expect(house.text("clean", "x/0") == "d")
        #expect(try await house.problems() == [])
    }
}
