internal import EventModel
internal import Settings
internal import Testing
internal import TriggerRules

@Suite struct PlaceholderCheckTests {
    private func findings(
        _ output: String,
        rejects: String? = nil,
        gives placeholders: Set<String>
    ) throws -> [RuleFinding] {
        let rule = LoopCheckTests.Rule(
            name: "t",
            bucket: "in",
            match: "**",
            output: output,
            rejects: rejects
        )
        return PlaceholderCheck(triggers: [try rule.trigger()], placeholders: ["f": placeholders]).findings
    }

    @Test(
        "a template must say what distinguishes a function's outputs",
        arguments: ["member", "output", "partition", "part"]
    )
    func missing(name: String) throws {
        let finding = try #require(try findings("out:{key}", gives: [name]).first)
        #expect(finding.severity == .error && finding.code == .configOutputCollision)
        #expect(finding.field == "output" && finding.message.contains("{\(name)}"))
        #expect(finding.hint.contains("{\(name)}"))
        #expect(try findings("out:{key}/{\(name)}", gives: [name]).isEmpty)
    }

    @Test(
        "a template may not ask for what the function does not give",
        arguments: ["member", "output", "partition", "part"]
    )
    func unfilled(name: String) throws {
        let finding = try #require(try findings("out:{key}/{\(name)}", gives: []).first)
        #expect(finding.severity == .error && finding.code == .configInvalidPattern)
        #expect(finding.message.contains("{\(name)}") && finding.hint.contains("step"))
    }

    @Test("rejects are one output of an object")
    func rejects() throws {
        let found = try findings("out:{key}/{member}", rejects: "out:r/{key}/{member}", gives: ["member"])
        #expect(found.map(\.field) == ["rejects"])
        #expect(try findings("out:{key}/{member}", rejects: "out:r/{key}", gives: ["member"]).isEmpty)
    }

    @Test("an object that is no archive is its own member, without the ending of a codec")
    func ownMember() throws {
        let template = try OutputTemplate.parse("out:{dir}/{member}")
        #expect(try template.render(source: "x/a.log.gz") == "x/a.log")
        #expect(try template.render(source: "x/a.log") == "x/a.log")
        #expect(try template.render(source: "x/p.tar", placeholders: ["member": "d/a"]) == "x/d/a")
        #expect(template.functionPlaceholders == ["member"])
    }
}
