internal import EventModel
internal import Settings
internal import Testing
internal import TriggerRules

@Suite struct TriggerDecodingTests {
    /// Builds a node as the YAML reader would, one field per line from line 2 on, values at column 10.
    private func node(_ fields: [(String, ConfigNode.Value)]) -> ConfigNode {
        let entries = fields.enumerated().map { index, field in
            ConfigNode.Entry(
                name: field.0,
                location: SourceLocation(line: index + 2, column: 3),
                value: ConfigNode(
                    value: located(field.1, line: index + 2),
                    location: SourceLocation(line: index + 2, column: 10),
                    path: "triggers.t.\(field.0)"
                )
            )
        }
        return ConfigNode(
            value: .mapping(entries),
            location: SourceLocation(line: 1, column: 1),
            path: "triggers.t"
        )
    }

    private func located(_ value: ConfigNode.Value, line: Int) -> ConfigNode.Value { value }

    private func text(_ text: String) -> ConfigNode.Value { .scalar(text, isQuoted: false) }

    private func list(_ texts: [String]) -> ConfigNode.Value {
        .sequence(
            texts.enumerated().map {
                ConfigNode(
                    value: .scalar($1, isQuoted: true),
                    location: SourceLocation(line: 50, column: 10 * ($0 + 1)),
                    path: "item[\($0)]"
                )
            }
        )
    }

    private func decode(_ fields: [(String, ConfigNode.Value)]) -> (Trigger?, [Diagnostic]) {
        var diagnostics = Diagnostics()
        let trigger = Trigger.decode(
            name: "t",
            node: node(fields),
            buckets: ["inbox", "clean"],
            functions: ["web", "app"],
            partitionKeys: ["web": ["day"]],
            diagnostics: &diagnostics
        )
        return (trigger, diagnostics.findings)
    }

    private var smallest: [(String, ConfigNode.Value)] {
        [("bucket", text("inbox")), ("function", text("web")), ("output", text("clean:{key}"))]
    }

    @Test("the smallest trigger has the defaults")
    func defaults() throws {
        let (decoded, findings) = decode(smallest)
        let trigger = try #require(decoded)
        #expect(findings.isEmpty)
        #expect(trigger.bucket == "inbox")
        #expect(trigger.function == "web")
        #expect(trigger.events == [EventType("ObjectCreated:*")])
        #expect(trigger.existing == .process)
        #expect(
            trigger.retry
                == RetryPolicy(attempts: 5, minimumBackoff: .seconds(1), maximumBackoff: .seconds(300))
        )
        #expect(trigger.concurrency == nil)
        #expect(!trigger.overwrite)
        #expect(trigger.timeout == .seconds(3600))
        #expect(trigger.rejects == nil)
        #expect(trigger.keys.refusal(of: "a.tmp") != nil)
    }

    @Test("every field is read")
    func allFields() throws {
        let retry = ConfigNode.Value.mapping([
            ConfigNode.Entry(
                name: "attempts",
                location: SourceLocation(line: 20, column: 1),
                value: ConfigNode(
                    value: text("3"),
                    location: SourceLocation(line: 20, column: 2),
                    path: "triggers.t.retry.attempts"
                )
            ),
            ConfigNode.Entry(
                name: "backoff",
                location: SourceLocation(line: 21, column: 1),
                value: ConfigNode(
                    value: text("250ms..2h"),
                    location: SourceLocation(line: 21, column: 2),
                    path: "triggers.t.retry.backoff"
                )
            ),
        ])
        let (decoded, findings) = decode([
            ("bucket", text("inbox")), ("function", text("web")), ("events", list(["s3:ObjectCreated:Put"])),
            ("match", list(["nginx/**/*.log.gz", "*.log"])), ("when", text("object.size < 5368709120")),
            ("existing", text("skip")), ("output", text("clean:{day}/{key}")),
            ("rejects", text("clean:rejects/{key}")),
            ("retry", retry), ("concurrency", text("4")), ("overwrite", text("true")),
            ("timeout", text("60s")),
            ("ignore", list([])),
        ])
        let trigger = try #require(decoded, "\(findings)")
        #expect(findings.isEmpty)
        #expect(trigger.events == [EventType("ObjectCreated:Put")])
        #expect(trigger.keys.refusal(of: "nginx/a/b.log.gz") == nil)
        #expect(trigger.keys.refusal(of: "x.log") == nil)
        #expect(trigger.keys.refusal(of: "x.txt") != nil)
        #expect(trigger.condition != nil)
        #expect(trigger.existing == .skip)
        #expect(trigger.rejects?.text == "rejects/{key}")
        #expect(
            trigger.retry
                == RetryPolicy(
                    attempts: 3,
                    minimumBackoff: .milliseconds(250),
                    maximumBackoff: .seconds(7200)
                )
        )
        #expect(trigger.concurrency == 4)
        #expect(trigger.overwrite)
        #expect(trigger.timeout == .seconds(60))
    }

    @Test(
        "each mistake is reported with its code, place and hint",
        arguments: [
            ("bucket", "inbax", "config.unknown-reference", 10, "inbox"),
            ("function", "wep", "config.unknown-reference", 10, "web"),
            ("output", "claen:{key}", "config.unknown-reference", 10, "clean"),
            ("output", "clean:x/{steam}", "config.invalid-pattern", 18, "{stem}"),
            ("rejects", "clean:/x", "config.invalid-pattern", 16, ""),
            ("match", "a**", "config.invalid-pattern", 10, "**/"),
            ("match", "x[", "config.invalid-pattern", 11, ""),
            ("when", "object.sise < 5", "expression.unknown-name", 10, "object.size"),
            ("when", "1 < 2 && 'a'", "expression.type", 19, ""),
            ("when", "object.size <", "expression.syntax", 23, ""),
            ("when", "object.size", "expression.type", 10, "Compare"),
            ("existing", "skipp", "config.invalid-value", 10, "skip"),
            ("events", "ObjectCreate:*", "config.invalid-value", 10, "ObjectCreated:*"),
            ("concurrency", "0", "config.invalid-value", 10, ""),
            ("overwrite", "yes", "config.invalid-value", 10, ""),
            ("timeout", "0s", "config.invalid-value", 10, ""),
            ("timeout", "60", "config.invalid-value", 10, "5m"),
            ("retry", "5", "config.invalid-value", 10, ""),
            ("conccurrency", "4", "config.unknown-key", 3, "concurrency"),
        ]
    )
    func mistakes(field: String, value: String, code: String, column: Int, hint: String) throws {
        let fields = smallest.filter { $0.0 != field } + [(field, text(value))]
        let (trigger, findings) = decode(fields)
        #expect(trigger == nil)
        let finding = try #require(findings.first)
        #expect(findings.count == 1, "\(findings)")
        #expect(finding.code.name == code)
        #expect(finding.location == SourceLocation(line: fields.count + 1, column: column))
        #expect(hint.isEmpty || finding.hint?.contains(hint) == true, "\(finding.hint ?? "no hint")")
    }

    @Test("all mistakes of a trigger are reported at once")
    func manyMistakes() {
        let (trigger, findings) = decode([
            ("bucket", text("nowhere")), ("match", text("[")), ("prefix", text("a")), ("when", text("1 +")),
            ("output", text("clean:{nope}")), ("retries", text("3")),
        ])
        #expect(trigger == nil)
        #expect(
            findings.map(\.code.name).sorted() == [
                "config.invalid-pattern", "config.invalid-pattern", "config.invalid-value",
                "config.missing-key",
                "config.unknown-key", "config.unknown-reference", "expression.syntax",
            ]
        )
    }

    @Test("backoff is a range of durations", arguments: ["1s", "5m..1s", "0s..1s", "1..5", "1s...5m", ""])
    func backoff(value: String) {
        let retry = ConfigNode.Value.mapping([
            ConfigNode.Entry(
                name: "backoff",
                location: SourceLocation(line: 9, column: 1),
                value: ConfigNode(
                    value: text(value),
                    location: SourceLocation(line: 9, column: 2),
                    path: "retry.backoff"
                )
            )
        ])
        let (trigger, findings) = decode(smallest + [("retry", retry)])
        #expect(trigger == nil)
        #expect(findings.map(\.location) == [SourceLocation(line: 9, column: 2)])
    }

    @Test("findings about all triggers stand at the field of their trigger")
    func ruleFindings() throws {
        let trigger = try #require(
            decode([
                ("bucket", text("inbox")), ("function", text("web")), ("output", text("inbox:{key}")),
            ]).0
        )
        let one = node([
            ("bucket", text("inbox")), ("function", text("web")), ("output", text("inbox:{key}")),
        ])
        let all = ConfigNode(
            value: .mapping([.init(name: "t", location: SourceLocation(line: 1, column: 1), value: one)]),
            location: SourceLocation(line: 1, column: 1),
            path: "triggers"
        )
        var diagnostics = Diagnostics()
        RuleFinding.report(LoopCheck(triggers: [trigger]).findings, triggers: all, &diagnostics)
        #expect(diagnostics.findings.map(\.location) == [SourceLocation(line: 4, column: 10)])
        #expect(diagnostics.hasErrors)
    }
}
