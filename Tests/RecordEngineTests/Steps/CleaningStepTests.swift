internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct CleaningStepTests {
    /// What one line becomes behind one step; the reason where it is rejected.
    private func outcome(_ step: String, _ line: String) throws -> String {
        let result = try run("- parse: json\n- \(step)", line)
        #expect(result.report.tally.isBalanced)
        return result.lines.first ?? result.rejectLines.first ?? "dropped"
    }

    @Test(
        "trim takes blanks or given characters from the ends of text, and leaves all other bytes",
        arguments: [
            ("trim: [a]", #"{"a":"  x y\t\n","b":" x "}"#, #"{"a":"x y","b":" x "}"#),
            ("trim: '*'", #"{"a":"\u0020x","b":" x ","n": 1 }"#, #"{"a":"x","b":"x","n": 1}"#),
            ("trim: [a]", #"{"a":"x\"","b":1}"#, #"{"a":"x\"","b":1}"#),
            ("trim: [a]", #"{"a":"   "}"#, #"{"a":""}"#), ("trim: [a]", #"{"a":" \" "}"#, #"{"a":"\""}"#),
            ("trim: { fields: [a], chars: '\"[]' }", #"{"a":"[\"x\"]"}"#, #"{"a":"x"}"#),
            ("trim: { fields: [a], side: left }", #"{"a":" x "}"#, #"{"a":"x "}"#),
            ("trim: { side: right }", #"{"a":" x "}"#, #"{"a":" x"}"#),
            ("trim: [a]", #"{"a":7}"#, #"{"a":7}"#),
        ]
    )
    func trims(_ step: String, _ line: String, _ expected: String) throws {
        #expect(try outcome(step, line) == expected)
    }

    @Test(
        "case changes letters of any script in text only",
        arguments: [
            ("case: { lower: [a] }", #"{"a":"ERROR","b":"X"}"#, #"{"a":"error","b":"X"}"#),
            ("case: { upper: [a], lower: [b] }", #"{"a":"get","b":"X"}"#, #"{"a":"GET","b":"x"}"#),
            ("case: { upper: [a] }", #"{"a":"straße \u00e9"}"#, #"{"a":"STRASSE É"}"#),
            ("case: { lower: '*' }", #"{"a":"ÀB","n":1E5}"#, #"{"a":"àb","n":1E5}"#),
            ("case: { lower: [a] }", #"{"a":"\u0061x"}"#, #"{"a":"\u0061x"}"#),
            ("case: { upper: [a] }", #"{"a":"ΐΐΐΐ"}"#, #"{"a":"\#("ΐΐΐΐ".uppercased())"}"#),
        ]
    )
    func changesCase(_ step: String, _ line: String, _ expected: String) throws {
        #expect(try outcome(step, line) == expected)
    }

    @Test(
        "replace replaces every match, with groups, in decoded text (trap J13)",
        arguments: [
            (#"replace: { fields: [p], pattern: '\?.*$', with: '' }"#, #"{"p":"/a?x=1"}"#, #"{"p":"/a"}"#),
            (
                #"replace: { fields: [p], pattern: '(\w+)@(\w+)', with: '\2 at \1' }"#, #"{"p":"a@b c@d"}"#,
                #"{"p":"b at a d at c"}"#
            ),
            (
                #"replace: { pattern: 'secret', with: '***' }"#, #"{"p":"se\u0063ret","q":"no"}"#,
                #"{"p":"***","q":"no"}"#
            ),
            (#"replace: { pattern: 'x*', with: '-' }"#, #"{"p":"éa"}"#, #"{"p":"-é-a-"}"#),
            (#"replace: { pattern: 'a', with: 'b', first: true }"#, #"{"p":"aa"}"#, #"{"p":"ba"}"#),
            (#"replace: { pattern: 'a', with: '\\\0' }"#, #"{"p":"a"}"#, #"{"p":"\\a"}"#),
            (#"replace: { pattern: '(a)|(b)', with: '[\2]' }"#, #"{"p":"ab"}"#, #"{"p":"[][b]"}"#),
        ]
    )
    func replaces(_ step: String, _ line: String, _ expected: String) throws {
        #expect(try outcome(step, line) == expected)
    }

    @Test("replace makes long texts where many matches grow")
    func grows() throws {
        let text = String(repeating: "a", count: 5_000)
        let line = "{\"p\":\"\(text)\"}"
        let expected = "{\"p\":\"\(String(repeating: "0123456789", count: 5_000))\"}"
        #expect(try outcome("replace: { pattern: a, with: '0123456789' }", line) == expected)
    }

    @Test(
        "a pattern or replacement that cannot be is a mistake of the configuration",
        arguments: [
            "replace: { pattern: '(' }", "replace: { pattern: a, with: '\\1' }",
            "replace: { pattern: a, with: '\\x' }",
            "replace: { with: a }", "trim: { chars: 'é' }", "case: {}", "compact: []", "compact: [none]",
            "default: { a: [1] }", "flatten: { lists: drop }", "flatten: { depth: 0 }",
        ]
    )
    func refuses(_ step: String) {
        let (pipeline, findings) = compile("- parse: json\n- \(step)")
        #expect(pipeline == nil && findings.contains { $0.severity == .error }, "\(findings)")
    }

    @Test(
        "default fills what is absent or null, with the type as written",
        arguments: [
            ("default: { env: prod }", #"{"a":1}"#, #"{"a":1,"env":"prod"}"#),
            ("default: { env: prod }", #"{"env":null}"#, #"{"env":"prod"}"#),
            ("default: { env: prod }", #"{"env":""}"#, #"{"env":""}"#),
            ("default: { n: 0, t: true, q: '0' }", "{}", #"{"n":0,"t":true,"q":"0"}"#),
            ("default: { n: 1.10 }", #"{"n":null,"n":null}"#, #"{"n":1.10,"n":1.10}"#),
        ]
    )
    func fillsDefaults(_ step: String, _ line: String, _ expected: String) throws {
        #expect(try outcome(step, line) == expected)
    }

    @Test(
        "compact removes what is null or empty",
        arguments: [
            (
                "compact: [null, empty]", #"{"a":null,"b":"","c":[],"d":{ },"e":0,"f":false,"g":" "}"#,
                #"{"e":0,"f":false,"g":" "}"#
            ),
            ("compact: null", #"{"a":null,"b":""}"#, #"{"b":""}"#),
            ("compact: [empty]", #"{"a":null,"b":""}"#, #"{"a":null}"#),
            ("compact: [\"null\"]", #"{"a":[null]}"#, #"{"a":[null]}"#),
        ]
    )
    func compacts(_ step: String, _ line: String, _ expected: String) throws {
        #expect(try outcome(step, line) == expected)
    }

    @Test(
        "flatten gives members fields of their own and keeps the bytes of values",
        arguments: [
            (
                "flatten: '.'", #"{"a":{"b":1.10,"c":{"d":"x\"y"}},"e":2}"#,
                #"{"a.b":1.10,"a.c.d":"x\"y","e":2}"#
            ),
            (
                "flatten: _", #"{"k" : 1, "a" : { "b" : null , "c" : [1, 2] } , "z" : true}"#,
                #"{"k" : 1,"a_b":null,"a_c":[1, 2],"z" : true}"#
            ),
            (
                "flatten: { lists: index }", #"{"a":[1,{"b":2},[3]],"e":[]}"#,
                #"{"a.0":1,"a.1.b":2,"a.2.0":3,"e":[]}"#
            ),
            ("flatten: { depth: 1 }", #"{"a":{"b":{"c":1}}}"#, #"{"a.b":{"c":1}}"#),
            ("flatten: { fields: [a] }", #"{"a":{"x":1},"b":{"x":1}}"#, #"{"a.x":1,"b":{"x":1}}"#),
            ("flatten: '.'", #"{"a":{},"b":{"c":{}}}"#, #"{"a":{},"b.c":{}}"#),
            ("flatten: '.'", #"{"\u0061":{"\u0062":1}}"#, #"{"\u0061.\u0062":1}"#),
            ("flatten: '\"'", #"{"a":{"b":1}}"#, #"{"a\"b":1}"#),
        ]
    )
    func flattens(_ step: String, _ line: String, _ expected: String) throws {
        #expect(try outcome(step, line) == expected)
    }

    @Test("steps behind flatten see the new names, and fields can be added and removed")
    func chainsBehindFlatten() throws {
        let steps = """
            - parse: json
            - set: { o: a }
            - flatten: { lists: index }
            - drop: [a.b, x]
            - set: { sum: 'record["a.c"] + 1', second: 'record["o.b"]' }
            - keep_if: sum == 4
            """
        let line = #"{"x":0,"a":{"b":2,"c":3},"l":[{"m":"é"}]}"#
        let result = try run(steps, line)
        let expected = #"{"a.c":3,"l.0.m":"é","o.b":2,"o.c":3,"sum":4,"second":2}"#
        #expect(result.lines == [expected], "\(result.lines) \(result.rejectLines)")
    }

    @Test("flatten makes room for as many fields as a batch of records has values (trap J04)")
    func flattensManyFields() throws {
        let members = (0..<3_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let line = "{\"a\":{\(members)}}"
        let lines = Array(repeating: line, count: 30).joined(separator: "\n")
        let result = try run("- parse: json\n- flatten: '.'\n- set: { n: 1 }", lines)
        let expected = "{" + (0..<3_000).map { "\"a.k\($0)\":\($0)" }.joined(separator: ",") + ",\"n\":1}"
        #expect(result.lines.count == 30 && result.lines.allSatisfy { $0 == expected })
        let deep =
            "{\"a\":" + String(repeating: "{\"b\":", count: 900) + "1" + String(repeating: "}", count: 901)
        let name = "a" + String(repeating: ".b", count: 900)
        #expect(try outcome("flatten: '.'", deep) == "{\"\(name)\":1}")
    }

    @Test("fields that flatten makes do not lie where those of empty records are added")
    func flattensBesideEmptyRecords() throws {
        let result = try run("- parse: json\n- flatten: '.'\n- set: { x: 5 }", "{\"a\":{\"b\":1}}\n{}\n{}\n")
        #expect(result.lines == [#"{"a.b":1,"x":5}"#, #"{"x":5}"#, #"{"x":5}"#])
    }

    @Test("flatten rejects a record whose names would take more memory than there is, and no other")
    func flattensLongNames() throws {
        let name = String(repeating: "n", count: 300_000)
        let members = (0..<30_000).map { "\"k\($0)\":1" }.joined(separator: ",")
        let text = "{\"\(name)\":{\(members)}}\n{\"a\":{\"b\":1}}\n"
        let result = try run("- parse: json\n- flatten: '.'", text)
        #expect(result.lines == [#"{"a.b":1}"#])
        #expect(result.report.tally.rejected == 1)
    }
}
