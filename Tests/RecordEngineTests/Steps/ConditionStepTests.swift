internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct ConditionStepTests {
    static let line = """
        {"path":"/healthz","status":503,"ok":true,"none":null,"big":18446744073709551615,"huge":1e30,"l":[],\
        "esc":"\\u002fh\\"","neg":-5,"min":-9223372036854775808,"over":-9223372036854775809,"dup":1,"dup":2}
        """

    @Test(
        "keep_if keeps and drop_if drops the records for which a condition holds",
        arguments: [
            (#"path == "/healthz""#, true), (#"path != "/healthz""#, false), ("status >= 500", true),
            ("status < 500", false),
            ("ok", true), ("!ok", false), ("none == null", true), ("missing == null", true),
            ("missing > 1", false),
            ("missing", false), ("big == 18446744073709551615u", true), ("huge > 1e29", true),
            ("neg == -5", true),
            ("min == -9223372036854775808", true), ("over < 0.0", true), ("has(l)", true),
            ("has(missing)", false),
            (#"esc == "/h\"""#, true), (#"esc.startsWith("/")"#, true), ("dup == 2", true),
            (#"path in ["/a", "/healthz"]"#, true),
            (#"path.matches("^/health")"#, true), (#"record["path"] == "/healthz""#, true),
            (#"status == "503""#, false),
            ("status == 503.0", true), (#"size(path) == 8"#, true),
        ]
    )
    func decides(_ condition: String, _ holds: Bool) throws {
        let kept = try run("- parse: json\n- keep_if: '\(condition)'", Self.line)
        #expect(kept.report.tally.output == (holds ? 1 : 0))
        #expect(kept.report.tally.dropped == (holds ? 0 : 1))
        let dropped = try run("- parse: json\n- drop_if: '\(condition)'", Self.line)
        #expect(dropped.report.tally.output == (holds ? 0 : 1))
        #expect(dropped.text == (holds ? "" : Self.line + "\n"))
    }

    @Test("a condition that cannot be evaluated rejects the record")
    func rejects() throws {
        let result = try run("- parse: json\n- keep_if: status + path == 1", Self.line)
        #expect(
            result.rejectLines.first?.contains("keep_if: value of the wrong type") == true,
            "\(result.rejectLines)"
        )
        let number = try run("- parse: json\n- drop_if: status", Self.line)
        #expect(number.rejectLines.first?.contains("drop_if: condition is neither true nor false") == true)
    }

    @Test("conditions before parse see the raw line, and what they drop is never parsed")
    func worksOnLines() throws {
        let steps = """
            - drop_if: line.startsWith("#")
            - keep_if: line.contains("keep")
            - parse: json
            """
        let text = "# no JSON \"\n{\"keep\":1}\n{\"b\":\nkeep\n{\"x\":\"keep\"}\n\"\n"
        let result = try run(steps, text)
        #expect(result.lines == [#"{"keep":1}"#, #"{"x":"keep"}"#])
        #expect(result.report.stages.map(\.name) == ["drop_if", "keep_if", "parse: json", "encode: ndjson"])
        #expect(result.report.stages.map(\.input) == [6, 5, 3, 2])
        #expect(result.report.stages.map(\.dropped) == [1, 2, 0, 0])
        #expect(result.report.stages.map(\.rejected) == [0, 0, 1, 0])
        #expect(result.rejectLines.first?.hasPrefix(#"{"line":4,"#) == true)
    }

    @Test("parses alike whether few or all lines reach the parser")
    func parsesSparseBatches() throws {
        let good = (0..<500).map { #"{"n":\#($0),"s":"\\\"x"}"# }
        for step in [2, 3, 50] {
            let lines = good.enumerated().map { $0.offset % step == 0 ? $0.element : "# \" \\ {" }
            let result = try run(
                "- drop_if: line.startsWith(\"#\")\n- parse: json\n- drop: n",
                lines.joined(separator: "\n")
            )
            let expected = stride(from: 0, to: 500, by: step).map { _ in #"{"s":"\\\"x"}"# }
            #expect(result.lines == expected)
        }
    }
}
