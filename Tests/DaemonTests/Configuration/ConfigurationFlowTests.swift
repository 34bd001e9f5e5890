internal import Daemon
internal import EventModel
internal import Settings
internal import Testing

/// What only the whole configuration shows: loops and collisions over triggers and moves (trap Q14).
@Suite struct ConfigurationFlowTests {
    private func findings(_ triggers: [String], inbox: String = "") -> [String] {
        let lines = triggers.map { "  \($0)" }.joined(separator: "\n")
        let text = """
            buckets:
              inbox: { path: ./inbox\(inbox) }
              clean: { path: ./clean }
            functions:
              web: { steps: [ { parse: json } ] }
            triggers:
            \(lines)
            """
        return ConfigurationFixture.load(text).diagnostics.filter { $0.code.name != "config.unused" }
            .map { "\($0.severity) \($0.code)@\($0.location.line)" }
    }

    @Test("a trigger whose output certainly triggers it is refused at that output")
    func ownLoop() {
        let own = "a: { bucket: inbox, match: \"**\", function: web, output: \"inbox:again/{key}\" }"
        #expect(findings([own]) == ["error config.trigger-loop@7"])
    }

    @Test("a circle of two triggers is refused")
    func circle() {
        let there = "a: { bucket: inbox, match: \"**\", function: web, output: \"clean:{key}\" }"
        let back = "b: { bucket: clean, match: \"**\", function: web, output: \"inbox:{key}\" }"
        #expect(findings([there, back]) == ["error config.trigger-loop@7"])
    }

    @Test("a move that brings an object back counts as an output")
    func move() {
        let there = "a: { bucket: inbox, match: \"**\", function: web, output: \"clean:{key}\" }"
        let found = findings([there], inbox: ", after: { move: \"inbox:done/{key}\" }")
        #expect(found == ["error config.trigger-loop@7"])
    }

    @Test("keys that would meet in one output are warned of, and the configuration still works")
    func collision() {
        let flat = "a: { bucket: inbox, match: \"**/*.log\", function: web, output: \"clean:{stem}.ndjson\" }"
        #expect(findings([flat]) == ["warning config.output-collision@7"])
    }

    @Test("two triggers that write one key for one object are refused")
    func same() {
        let one = "a: { bucket: inbox, match: \"**\", function: web, output: \"clean:{key}\" }"
        let two = "b: { bucket: inbox, match: \"**\", function: web, output: \"clean:{key}\" }"
        #expect(findings([one, two]) == ["error config.output-collision@8"])
    }

    @Test("a chain that ends is fine")
    func chain() {
        let there = "a: { bucket: inbox, match: \"**\", function: web, output: \"clean:one/{key}\" }"
        let on = "b: { bucket: clean, match: \"one/**\", function: web, output: \"clean:two/{key}\" }"
        #expect(findings([there, on]).isEmpty)
    }
}
