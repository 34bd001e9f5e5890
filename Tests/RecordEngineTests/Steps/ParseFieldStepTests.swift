internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct ParseFieldStepTests {
    @Test(
        "adds the fields that a parser finds in one field",
        arguments: [
            ("format: json", #"{"t":1,"m":"{\"a\": 1.50, \"b\": [1, 2]}"}"#, #"{"t":1,"a":1.50,"b":[1, 2]}"#),
            ("format: json, keep: true", #"{"m":"{\"a\":1}"}"#, #"{"m":"{\"a\":1}","a":1}"#),
            ("format: json, into: 'x.\"'", #"{"m":"{\"a\\n\":1}"}"#, #"{"x.\"a\n":1}"#),
            ("format: json", #"{"a":0,"m":"{\"a\":1,\"c\":2}","b":3}"#, #"{"a":1,"b":3,"c":2}"#),
            ("format: json", #"{"m":"{\"m\":\"in\"}"}"#, #"{"m":"in"}"#),
            ("format: json, keep: true", #"{"m":"{\"m\":\"in\"}"}"#, #"{"m":"in"}"#),
            ("format: json", #"{"m":{"a":{"b":1}}}"#, #"{"a":{"b":1}}"#),
            (
                "format: json", #"{"m":"{\n \"a\": {\r\n  \"b\": \"x\\ny\"\n }\n}"}"#,
                #"{"a":{    "b": "x\ny"  }}"#
            ),
            ("format: json", #"{"m":"  "}"#, #"{"m":"  "}"#),
            ("format: json", #"{"m":null}"#, #"{"m":null}"#),
            ("format: json", #"{"n":1}"#, #"{"n":1}"#),
            ("format: logfmt", #"{"m":"a=1 b=\"x y\" é=2"}"#, #"{"a":1,"b":"x y","é":2}"#),
            ("format: key_value, pair: '&'", #"{"m":"a=1&b=x%20y"}"#, #"{"a":1,"b":"x%20y"}"#),
            ("format: csv, columns: [x, y]", #"{"m":"1,\"a \"\"b\"\"\""}"#, #"{"x":"1","y":"a \"b\""}"#),
            (
                "format: grok, pattern: '%{INT:n:int} %{GREEDYDATA:rest}', into: p_", #"{"m":"007 bond"}"#,
                #"{"p_n":7,"p_rest":"bond"}"#
            ),
            (
                "format: docker", #"{"m":"{\"log\":\"hi\\n\",\"other\":1,\"time\":\"t\",\"more\":2}"}"#,
                #"{"message":"hi","other":1,"timestamp":"t","more":2}"#
            ),
            ("format: dissect, pattern: '%{a} %{b}'", #"{"m":"x \"y\""}"#, #"{"a":"x","b":"\"y\""}"#),
            ("format: regex, pattern: '(?<n>\\d+)'", #"{"m":12345}"#, #"{"n":"12345"}"#),
        ]
    )
    func adds(_ options: String, _ line: String, _ json: String) throws {
        let result = try run("- parse: json\n- parse_field: { field: m, \(options) }", line + "\n")
        #expect(result.lines == [json], "\(result.rejectLines)")
    }

    @Test("rejects or keeps records whose field is malformed")
    func errors() throws {
        let text = "{\"m\":\"{\\\"a\\\":1}\"}\n{\"m\":\"{nope\"}\n"
        let step = "- parse: json\n- parse_field: { field: m, format: json"
        let rejecting = try run(step + " }", text)
        #expect(rejecting.lines == [#"{"a":1}"#])
        #expect(
            rejecting.rejectLines.first?.contains("parse_field: JSON: field name expected at byte 1") == true
        )
        let keeping = try run(step + ", on_error: keep }", text)
        #expect(keeping.lines == [#"{"a":1}"#, #"{"m":"{nope"}"#])
        #expect(keeping.rejects.isEmpty)
    }

    @Test("lets later steps work on the new fields, over many batches")
    func worksWithSteps() throws {
        let steps = """
            - parse: { format: dissect, pattern: '%{host} %{body}' }
            - parse_field: { field: body, format: json }
            - keep_if: level == "warn" && n % 2 == 0
            - set: { twice: n * 2 }
            - drop: text
            - rename: { level: severity }
            """
        let filler = String(repeating: "x", count: 300)
        let text = (0..<3_000).map { number in
            let level = number % 3 == 0 ? "warn" : "info"
            return "h1 {\"level\":\"\(level)\",\"n\":\(number),\"text\":\"\(filler)\",\"own\":[\(number)]}\n"
        }
        let expected = (0..<3_000).filter { $0 % 6 == 0 }.map { number in
            "{\"host\":\"h1\",\"severity\":\"warn\",\"n\":\(number),"
                + "\"own\":[\(number)],\"twice\":\(number * 2)}"
        }
        #expect(try run(steps, text.joined()).lines == expected)
    }

    @Test("a value larger than a batch is parsed, too")
    func large() throws {
        let inside = String(repeating: "y", count: 200_000)
        let line = "{\"m\":\"a=\(inside) b=1\",\"n\":1}\n"
        let result = try run("- parse: json\n- parse_field: { field: m, format: logfmt }", line + line)
        #expect(result.lines == Array(repeating: "{\"n\":1,\"a\":\"\(inside)\",\"b\":1}", count: 2))
    }

    @Test("a step on a field with a made name keeps the name")
    func madeNames() throws {
        let steps =
            "- parse: json\n- parse_field: { field: m, format: json, into: p_ }\n- set: { p_a: p_a + 1 }"
        #expect(try run(steps, #"{"m":"{\"a\":1,\"b\":2}"}"# + "\n").lines == [#"{"p_a":2,"p_b":2}"#])
    }

    @Test(
        "refuses what makes no sense",
        arguments: [
            "{ format: json }", "{ field: m }", "{ field: m, format: auto }", "{ field: m, format: csv }",
            "{ field: m, format: w3c }", "{ field: m, format: jsn }", "{ field: m, format: json, kep: true }",
            "{ field: m, format: grok }", "json",
        ]
    )
    func refuses(_ options: String) {
        #expect(compile("- parse: json\n- parse_field: \(options)").0 == nil)
    }
}
