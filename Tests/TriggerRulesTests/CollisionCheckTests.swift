internal import EventModel
internal import Settings
internal import Testing
internal import TriggerRules

@Suite struct CollisionCheckTests {
    private typealias Rule = LoopCheckTests.Rule

    @Test(
        "objects of one trigger that share an output key",
        arguments: [
            ("**/*.log", "out:{stem}.json", "different directories"),
            ("**/*.log", "out:{dir}/{stem}.json", nil),
            ("*.log", "out:{stem}.json", nil), ("**/*.log", "out:{key}.json", nil),
            ("a/*.log", "out:{stem}.json", nil),
            ("{a,b}/*.log", "out:{stem}.json", "different directories"),
            ("*/x.log", "out:{name}", "different directories"),
            ("*.log", "out:all.json", "All objects"), ("one.log", "out:all.json", nil),
            ("*.zip", "out:{member}", "All objects"),
            ("*.log", "out:{dir}/x", "All objects"),
        ] as [(String, String, String?)]
    )
    func oneTrigger(match: String, output: String, expected: String?) throws {
        let findings = CollisionCheck(
            triggers: [try Rule(name: "a", bucket: "in", match: match, output: output).trigger()]).findings
        #expect(findings.count == (expected == nil ? 0 : 1))
        if let expected {
            #expect(findings.first?.severity == .warning)
            #expect(findings.first?.message.contains(expected) == true)
        }
    }

    @Test(
        "two triggers with one template",
        arguments: [
            ("in", "**/*.log", "in", "a/**", nil, Diagnostic.Severity.error),
            ("in", "a/**", "in", "b/**", nil, nil),
            ("in", "a/**", "in", "a/**", "object.size > 1", .warning),
            ("in", "a/**", "other", "a/**", nil, .warning),
        ] as [(String, String, String, String, String?, Diagnostic.Severity?)]
    )
    func twoTriggers(
        bucket: String,
        match: String,
        bucket2: String,
        match2: String,
        when: String?,
        expected: Diagnostic.Severity?
    ) throws {
        let findings = CollisionCheck(triggers: [
            try Rule(name: "a", bucket: bucket, match: match, output: "out:{key}").trigger(),
            try Rule(name: "b", bucket: bucket2, match: match2, output: "out:{key}", when: when).trigger(),
        ]).findings
        #expect(findings.map(\.severity) == (expected.map { [$0] } ?? []))
        #expect(findings.allSatisfy { $0.message.contains("'a' and 'b'") && $0.trigger == "b" })
    }

    @Test("output and rejects of one trigger may not be the same key")
    func ownRejects() throws {
        let rule = Rule(name: "a", bucket: "in", match: "**", output: "out:{key}", rejects: "out:{key}")
        let findings = CollisionCheck(triggers: [try rule.trigger()]).findings
        #expect(findings.map(\.severity) == [.error])
        #expect(findings.first?.field == "rejects")
    }
}
