internal import EventModel
internal import Settings
internal import Testing
internal import TriggerRules

/// Traps Q14 and B27: what triggers itself, directly or through others.
@Suite struct LoopCheckTests {
    /// `name: bucket glob → template`.
    struct Rule: Sendable {
        let name: String
        let bucket: String
        let match: String?
        let output: String
        var rejects: String?
        var when: String?
        var events = "ObjectCreated:*"
        var prefix: String?
        var suffix: String?

        func trigger() throws -> Trigger {
            Trigger(
                name: TriggerName(name),
                bucket: BucketName(bucket),
                events: [EventType(events)],
                keys: KeyPattern(
                    globs: try match.map { [try Glob($0)] } ?? [],
                    prefixes: prefix.map { [ObjectKey($0)] } ?? [],
                    suffixes: suffix.map { [ObjectKey($0)] } ?? []
                ),
                condition: try when.map { try EventCondition.compile($0).get() },
                function: "f",
                output: try OutputTemplate.parse(output),
                rejects: try rejects.map { try OutputTemplate.parse($0) }
            )
        }
    }

    enum Verdict: Sendable, Equatable { case fine, warning([String]), error([String]) }

    struct Topology: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let rules: [Rule]
        var moves: [String: String] = [:]
        let verdict: Verdict
    }

    private static func rule(_ name: String, _ bucket: String, _ match: String?, _ output: String) -> Rule {
        Rule(name: name, bucket: bucket, match: match, output: output)
    }

    private static let direct: [Topology] = [
        Topology(
            testDescription: "1 same key",
            rules: [rule("a", "in", "**", "in:{key}")],
            verdict: .error(["a"])
        ),
        Topology(
            testDescription: "2 a prefix below a pattern that takes everything",
            rules: [rule("a", "in", "**/*.log", "in:out/{key}")],
            verdict: .error(["a"])
        ),
        Topology(
            testDescription: "2b stem with the same ending",
            rules: [rule("a", "in", "**/*.log", "in:{dir}/{stem}.log")],
            verdict: .error(["a"])
        ),
        Topology(
            testDescription: "2c by prefix and suffix",
            rules: [
                Rule(name: "a", bucket: "in", match: nil, output: "in:x/{name}", prefix: "x/", suffix: ".gz")
            ],
            verdict: .error(["a"])
        ),
        Topology(
            testDescription: "3 other ending",
            rules: [rule("a", "in", "**/*.log", "in:{dir}/{stem}.ndjson")],
            verdict: .fine
        ),
        Topology(
            testDescription: "4 other directory",
            rules: [rule("a", "in", "raw/**", "in:clean/{key}")],
            verdict: .fine
        ),
        Topology(
            testDescription: "5 other bucket",
            rules: [rule("a", "in", "**", "out:{key}")],
            verdict: .fine
        ),
        Topology(
            testDescription: "6 only a placeholder could",
            rules: [rule("a", "in", "web/*", "in:{output}/{name}")],
            verdict: .warning(["a"])
        ),
    ]

    private static let chains: [Topology] = [
        Topology(
            testDescription: "7 A to B to A",
            rules: [rule("a", "x", "**", "y:{key}"), rule("b", "y", "**", "x:{key}")],
            verdict: .error(["a", "b"])
        ),
        Topology(
            testDescription: "8 chain of three with a bystander",
            rules: [
                rule("a", "x", "**/*.log", "y:{stem}.txt"), rule("other", "y", "**", "z:o/{key}"),
                rule("b", "y", "*.txt", "z:{stem}.csv"), rule("c", "z", "*.csv", "x:again/{stem}.log"),
            ],
            verdict: .error(["a", "b", "c"])
        ),
        Topology(
            testDescription: "9 chain that ends",
            rules: [
                rule("a", "x", "**/*.log", "y:{key}"), rule("b", "y", "**", "z:{key}"),
                rule("c", "z", "**", "w:{key}"),
            ],
            verdict: .fine
        ),
        Topology(
            testDescription: "10 through after: move",
            rules: [rule("a", "in", "**", "out:{key}")],
            moves: ["in": "in:done/{key}"],
            verdict: .error(["a"])
        ),
        Topology(
            testDescription: "10b move out of the way",
            rules: [rule("a", "in", "new/**", "out:{key}")],
            moves: ["in": "in:done/{key}"],
            verdict: .fine
        ),
        Topology(
            testDescription: "11 rejects come back",
            rules: [
                Rule(
                    name: "a",
                    bucket: "in",
                    match: "**",
                    output: "out:{key}",
                    rejects: "in:rejects/{key}.ndjson"
                )
            ],
            verdict: .warning(["a"])
        ),
        Topology(
            testDescription: "12 a condition may stand between",
            rules: [Rule(name: "a", bucket: "in", match: "**", output: "in:{key}", when: "object.size > 10")],
            verdict: .warning(["a"])
        ),
        Topology(
            testDescription: "13 removals are not outputs",
            rules: [
                Rule(name: "a", bucket: "in", match: "**", output: "in:{key}", events: "ObjectRemoved:*")
            ],
            verdict: .fine
        ),
        Topology(
            testDescription: "14 outputs with temporary names are not taken",
            rules: [rule("a", "in", "**", "in:{key}.tmp")],
            verdict: .fine
        ),
        Topology(
            testDescription: "15 outputs in dot directories are not taken",
            rules: [
                rule("a", "in", "**", "in:.done/{key}"),
                Rule(name: "b", bucket: "in", match: nil, output: "in:.x/{key}"),
            ],
            verdict: .fine
        ),
        Topology(
            testDescription: "16 back through a part of the keys",
            rules: [rule("a", "x", "**", "y:{key}"), rule("b", "y", "*.log", "x:{key}")],
            verdict: .warning(["a", "b"])
        ),
    ]

    @Test("loop topologies", arguments: direct + chains)
    func topologies(topology: Topology) throws {
        let moves = try topology.moves.map { (BucketName($0), try OutputTemplate.parse($1)) }
        let check = LoopCheck(
            triggers: try topology.rules.map { try $0.trigger() },
            moves: Dictionary(uniqueKeysWithValues: moves)
        )
        let texts = check.findings.map(\.message)
        switch topology.verdict {
        case .fine: #expect(check.findings.isEmpty, "\(texts)")
        case .warning(let names), .error(let names):
            let finding = try #require(check.findings.first)
            #expect(check.findings.count == 1, "\(texts)")
            let wanted: Diagnostic.Severity = if case .error = topology.verdict { .error } else { .warning }
            #expect(finding.severity == wanted, "\(texts)")
            #expect(finding.code == .configTriggerLoop)
            for name in names { #expect(finding.message.contains("'\(name)'"), "\(texts)") }
        }
    }

    @Test("the finding names the circle and stands at the template")
    func wording() throws {
        let rules = [Self.rule("a", "x", "**", "y:{key}"), Self.rule("b", "y", "**", "x:{key}")]
        let finding = try #require(LoopCheck(triggers: rules.map { try $0.trigger() }).findings.first)
        #expect(
            finding.message
                == "Triggers 'a' → 'b' → 'a' run in a circle: 'a' writes 'y:{key}', 'b' writes 'x:{key}'."
        )
        #expect(finding.trigger == "a")
        #expect(finding.field == "output")
    }

    @Test("a hundred triggers are checked, and only the two in a circle are named")
    func many() throws {
        var rules = (0..<100).map { Self.rule("t\($0)", "in", "d\($0)/**/*.log", "in:out\($0)/{key}") }
        rules.append(Self.rule("x", "in", "out7/**", "in:d7/{name}"))
        let findings = LoopCheck(triggers: try rules.map { try $0.trigger() }).findings
        #expect(findings.count == 1)
        #expect(findings.first?.message.contains("'t7' → 'x' → 't7'") == true)
    }
}
