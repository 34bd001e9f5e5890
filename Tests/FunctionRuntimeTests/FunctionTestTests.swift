internal import EventModel
internal import FunctionRuntime
internal import RecordEngine
internal import Settings
internal import Testing

/// The `tests:` of functions: how they are read, and what they compare.
@Suite struct FunctionTestTests {
    private func decode(
        _ tests: String,
        steps: String = "[ { parse: json } ]"
    ) -> (FunctionDefinition?, [String]) {
        var diagnostics = Diagnostics()
        let text = "steps: \(steps)\ntests:\n\(tests)"
        guard let node = YAML.parse(Array(text.utf8), &diagnostics) else { return (nil, ["no tree"]) }
        let definition = FunctionDefinition.decode(name: "f", node: node, &diagnostics)
        return (definition, diagnostics.sorted.map { "\($0.code)@\($0.location)" })
    }

    private func run(_ test: String, steps: String = "[ { parse: json } ]") throws -> FunctionTestRun {
        let (definition, findings) = decode("  - \(test)", steps: steps)
        let function = try #require(definition, "\(findings)")
        let decoded = try #require(function.tests.first)
        guard case .text(let bytes) = decoded.input else { throw SluiceError(.cancelled, "No text.") }
        return FunctionTestRun(decoded, try #require(function.pipeline), bytes: bytes)
    }

    @Test(
        "mistakes are told at their places",
        arguments: [
            ("  - { name: a, input: x }", "config.missing-key@3:5"),
            ("  - { name: a, expect: x }", "config.missing-key@3:5"),
            ("  - { name: a, input: x, file: y, expect: x }", "config.missing-key@3:5"),
            ("  - { input: x, expect: x }", "config.missing-key@3:5"),
            ("  - { name: a, input: x, expct: x, dropped: 0 }", "config.unknown-key@3:26"),
            ("  - { name: a, input: x, dropped: -1 }", "config.invalid-value@3:35"),
            ("  - { name: a, input: x, rejects: many }", "config.invalid-value@3:35"),
            ("  - { name: a, input: x, outputs: [x] }", "config.invalid-value@3:35"),
            ("  - { name: a, input: x, time: soon, dropped: 0 }", "config.invalid-value@3:32"),
            (
                "  - { name: a, input: x, dropped: 0 }\n  - { name: a, input: y, dropped: 0 }",
                "config.invalid-value@4:5"
            ),
        ]
    )
    func mistakes(text: String, finding: String) { #expect(decode(text).1 == [finding]) }

    @Test("tests are no part of the fingerprint")
    func fingerprint() throws {
        let one = try #require(decode("  - { name: a, input: x, rejects: 1 }").0)
        let other = try #require(decode("  - { name: b, input: y, rejects: 1 }").0)
        #expect(one.fingerprint == other.fingerprint)
    }

    @Test("blanks in JSON do not matter; numbers, order and text do")
    func comparison() throws {
        func passes(_ expected: String, _ input: String) throws -> Bool {
            try run("{ name: a, input: '\(input)', expect: '\(expected)' }").passes
        }
        #expect(try passes(#"{ "a": 1, "b": "x  y" }"#, #"{"a":1,"b":"x  y"}"#))
        #expect(try !passes(#"{"a":1,"b":"x y"}"#, #"{"a":1,"b":"x  y"}"#))
        #expect(try !passes(#"{"a":1.0}"#, #"{"a":1}"#))
        #expect(try !passes(#"{"b":2,"a":1}"#, #"{"a":1,"b":2}"#))
        #expect(try !passes("", #"{"a":1}"#))
    }

    @Test("the difference shows what was expected, what came, and a few lines around")
    func difference() throws {
        let lines = (0..<20).map { #"{"n":\#($0)}"# }
        var expected = lines
        expected[10] = #"{"n":99}"#
        let difference = LineDifference(
            expected: Array(expected.joined(separator: "\n").utf8),
            actual: Array(lines.joined(separator: "\n").utf8)
        )
        #expect(
            difference.lines == [
                .skipped(8), .same(lines[8]), .same(lines[9]), .expected(#"{"n":99}"#), .actual(lines[10]),
                .same(lines[11]), .same(lines[12]), .skipped(7),
            ]
        )
        #expect(LineDifference(expected: Array("a\n".utf8), actual: Array("a".utf8)).isEmpty)
    }

    @Test("rejects are counted, or each is told by a part of its line; drops are counted")
    func counts() throws {
        let steps = #"[ { parse: json }, { drop_if: "n == 1" } ]"#
        let input = #"input: "{\"n\":1}\nbad\n{\"n\":2}\n""#
        #expect(try run("{ name: a, \(input), rejects: 1, dropped: 1 }", steps: steps).passes)
        #expect(try run("{ name: a, \(input), rejects: [bad] }", steps: steps).passes)
        #expect(try !run("{ name: a, \(input), rejects: [good] }", steps: steps).passes)
        #expect(try !run("{ name: a, \(input), rejects: [] }", steps: steps).passes)
        #expect(try !run("{ name: a, \(input), rejects: 0 }", steps: steps).passes)
        #expect(try !run("{ name: a, \(input), dropped: 0 }", steps: steps).passes)
    }

    @Test("outputs are told by their names; one that is not made fails, and so does one too many")
    func outputs() throws {
        let steps = #"[ { parse: json }, { route: { big: n > 5, else: small } }, { compress: gzip } ]"#
        let input = #"input: "{\"n\":1}\n{\"n\":9}\n""#
        let both = #"outputs: { big: '{"n":9}', small: '{"n":1}' }"#
        #expect(try run("{ name: a, \(input), \(both) }", steps: steps).passes)
        let one = try run(#"{ name: a, \#(input), outputs: { big: '{"n":9}' } }"#, steps: steps)
        #expect(one.differences == [.unexpected("small")])
        let other = #"outputs: { big: '{"n":9}', small: '{"n":1}', more: x }"#
        #expect(try run("{ name: a, \(input), \(other) }", steps: steps).differences == [.missing("more")])
    }

    @Test("text is taken as it is, whatever the function unpacks")
    func asItIs() throws {
        let steps = "[ { decompress: gzip }, { unarchive: tar }, { parse: json }, { compress: gzip } ]"
        #expect(try run(#"{ name: a, input: '{"a":1}', expect: '{"a":1}' }"#, steps: steps).passes)
    }
}
