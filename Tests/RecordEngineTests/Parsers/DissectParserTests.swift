internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct DissectParserTests {
    private func steps(_ pattern: String) -> String { "- parse: { format: dissect, pattern: '\(pattern)' }" }

    @Test(
        "takes what stands between the pattern's text",
        arguments: [
            ("%{a} %{b}", "x y z", #"{"a":"x","b":"y z"}"#),
            ("[%{a}] %{?skip} <%{b}>", "[t] no <b>", #"{"a":"t","b":"b"}"#),
            ("%{a} %{} %{b}", "1 2 3", #"{"a":"1","b":"3"}"#),
            ("%{ts} %{+ts} %{+ts} %{msg}", "Oct 1 12:00 hi you", #"{"ts":"Oct 1 12:00","msg":"hi you"}"#),
            ("%{+n/2} %{+n/1} %{+n/3}", "a b c", #"{"n":"b a c"}"#),
            ("%{a->} %{b}", "INFO     main", #"{"a":"INFO","b":"main"}"#),
            ("%{a->} %{b}", "INFO ", #"{"a":"INFO","b":""}"#),
            ("%{*k}=%{&k};%{*l}=%{&l}", #"a"=1;b=2"#, #"{"a\"":"1","b":"2"}"#),
            ("%{a}--%{b}", "x-y--z--", #"{"a":"x-y","b":"z--"}"#),
            ("%{a},%{b}", ",", #"{"a":"","b":""}"#), ("%{a}é%{b}", "xéy", #"{"a":"x","b":"y"}"#),
            ("100%% %{a}", "100%% é\"", #"{"a":"é\""}"#),
        ]
    )
    func dissects(_ pattern: String, _ line: String, _ json: String) throws {
        let result = try run(steps(pattern), line + "\n")
        #expect(result.lines == [json], "\(result.rejectLines)")
    }

    @Test(
        "rejects records of another shape, with the place",
        arguments: [
            ("%{a} [%{b}]", "x y", 0), ("%{a} [%{b}]", "x [y", 3), ("%{a} [%{b}]", "x [y]z", 5),
            ("<%{a}>", "x>", 0), ("%{a->}  %{b}", "x", 0), ("%{a}, %{b}, %{c}", "1, 2,3", 3),
        ]
    )
    func rejects(_ pattern: String, _ line: String, _ byte: Int) throws {
        let result = try run(steps(pattern), "\n\(line)\n")
        #expect(result.lines.isEmpty && result.report.tally.dropped == 1)
        let reason = "dissect: text of the pattern expected at byte \(byte)\""
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
    }

    @Test(
        "refuses what is no pattern",
        arguments: [
            ("", "at least one"), ("text", "at least one"), ("%{?a} %{}", "at least one"),
            ("%{a}%{b}", "no text behind it"), ("%{a} %{b", "has no '}'"), ("%{+}", "is no key"),
            ("%{+a/x} %{a}", "is no key"), ("%{*a} %{b}", "needs one"), ("%{&a} %{b}", "needs one"),
            ("%{a} %{b->}", "could be repeated"),
        ]
    )
    func refuses(_ pattern: String, _ reason: String) {
        let (pipeline, findings) = compile(steps(pattern))
        #expect(pipeline == nil)
        #expect(findings.contains { $0.message.contains(reason) }, "\(findings)")
    }

    @Test("lets steps work on its fields, those that the record names included")
    func worksWithSteps() throws {
        let result = try run(
            "- parse: { format: dissect, pattern: '%{a} %{*k}=%{&k}' }\n- keep_if: x == '1'\n- drop: a",
            "q x=1\nq y=1\n"
        )
        #expect(result.lines == [#"{"x":"1"}"#])
    }
}
