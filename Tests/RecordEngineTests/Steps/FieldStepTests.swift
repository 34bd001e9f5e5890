internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct FieldStepTests {
    @Test(
        "drop removes every field of a name, also escaped ones, and keeps all other bytes (trap J02)",
        arguments: [
            (#"{"a":1,"b":2,"c":3}"#, #"{"a":1,"c":3}"#), (#"{"b":2,"a":1}"#, #"{"a":1}"#),
            (#"{"a":1,"b":2}"#, #"{"a":1}"#),
            (#"{"b":1,"b":2}"#, "{}"),
            (#"{"b":1,"a":1.10,"\u0062":2,"c" : [1, 2] , "d":"x"}"#, #"{"a":1.10,"c" : [1, 2] , "d":"x"}"#),
            (#"{"bb":1,"B":2,"b ":3}"#, #"{"bb":1,"B":2,"b ":3}"#),
            (#"{ "x" : {"b":1} }"#, #"{ "x" : {"b":1} }"#),
            ("{}", "{}"), (#"{"a":1, "b":{"deep":[1]}, "c":3}"#, #"{"a":1,"c":3}"#),
        ]
    )
    func drops(_ line: String, _ expected: String) throws {
        #expect(try run("- parse: json\n- drop: [b]", line).text == expected + "\n")
    }

    @Test(
        "keep removes all other fields and leaves order and bytes",
        arguments: [
            (#"{"x":0,"a":1,"y":0,"b":2.0,"a":3}"#, #"{"a":1,"b":2.0,"a":3}"#), (#"{"x":0}"#, "{}"),
            (#"{ "b" : 1, "a" : 2 }"#, #"{ "b" : 1, "a" : 2 }"#), (#"{"\u0061":1,"x":2}"#, #"{"\u0061":1}"#),
        ]
    )
    func keeps(_ line: String, _ expected: String) throws {
        #expect(try run("- parse: json\n- keep: [a, b]", line).text == expected + "\n")
    }

    @Test(
        "rename changes names only, all at once, and replaces fields of the new name",
        arguments: [
            (#"{"a":1.10,"x":2}"#, #"{"b":1.10,"x":2}"#), (#"{"b":0,"a":1}"#, #"{"b":1}"#),
            (#"{"b":0}"#, #"{"b":0}"#),
            (#"{"p":1,"q":2}"#, #"{"q":1,"p":2}"#), (#"{"a":1,"a":2,"b":3}"#, #"{"b":1,"b":2}"#),
            (#"{"\u0061":"\u00e9"}"#, #"{"b":"\u00e9"}"#), (#"{"quote":1}"#, #"{"q\"\\":1}"#),
            (#"{"p":1}"#, #"{"q":1}"#),
            (#"{"p":1,"q":2,"q":3}"#, #"{"q":1,"p":2,"p":3}"#),
        ]
    )
    func renames(_ line: String, _ expected: String) throws {
        let steps = #"- parse: json"# + "\n" + #"- rename: { a: b, p: q, q: p, quote: 'q"\' }"#
        #expect(try run(steps, line).text == expected + "\n")
    }

    @Test("steps see what earlier steps made")
    func chains() throws {
        let steps = """
            - parse: json
            - rename: { a: b }
            - drop: a
            - set: { c: b + 1 }
            - rename: { c: d }
            - set: { e: d * 2, f: e + 1 }
            - drop: [b]
            - keep_if: f == 9
            """
        #expect(try run(steps, #"{"a":3}"# + "\n" + #"{"a":4}"#).text == #"{"d":4,"e":8,"f":9}"# + "\n")
    }

    @Test(
        "set replaces every field of a name, or adds one at the end",
        arguments: [
            (#"{"x":1}"#, #"{"x":1,"n":2}"#), (#"{"n":0,"x":1,"n":"y"}"#, #"{"n":2,"x":1,"n":2}"#),
            ("{ }", #"{"n":2}"#),
            (#"{"n" : 0}"#, #"{"n":2}"#), (#"{"\u006e":0}"#, #"{"\u006e":2}"#),
        ]
    )
    func sets(_ line: String, _ expected: String) throws {
        #expect(try run("- parse: json\n- set: { n: 1 + 1 }", line).text == expected + "\n")
    }

    @Test(
        "set writes every type, and takes numbers, lists and objects over as they are",
        arguments: [
            ("1", "1"), ("-9223372036854775808", "-9223372036854775808"),
            ("18446744073709551615u", "18446744073709551615"),
            ("0", "0"), ("1.5", "1.5"), ("2.0 * 2.0", "4.0"), ("1.0 / 3.0", "0.3333333333333333"),
            ("1e300 * 10.0", "1e+301"),
            ("true", "true"), ("1 > 2", "false"), ("null", "null"), ("missing", "null"),
            (#""a\"b\n\\""#, #""a\"b\n\\""#),
            ("text", #""é\"\n😀""#), ("list", "[1, 2.50]"), ("string(7)", #""7""#),
            (#"text + "!""#, #""é\"\n😀!""#),
            ("int", "5"), ("-int", "-5"), ("has(list)", "true"), ("size(text)", "4"), ("lone", #""�""#),
            ("empty", #""""#),
        ]
    )
    func setsTypes(_ expression: String, _ json: String) throws {
        let line = #"{"text":"\u00e9\"\n\ud83d\ude00","list":[1, 2.50],"int":5,"lone":"\udc00","empty":""}"#
        let steps = "- parse: json\n- set:\n    n: '\(expression)'\n- keep: n"
        #expect(try run(steps, line).text == "{\"n\":\(json)}\n")
    }

    @Test(
        "a value that cannot be computed rejects the record, naming the step",
        arguments: [
            ("1 / zero", "division by zero"), ("1.0 / fzero", "no finite number"), ("text + 1", "wrong type"),
            ("9223372036854775807 + one", "integer overflow"), ("int(text)", "cannot be converted"),
        ]
    )
    func rejectsFaults(_ expression: String, _ reason: String) throws {
        let steps = "- parse: json\n- set: { a: one }\n- set: { n: '\(expression)' }"
        let line = #"{"zero":0,"fzero":0.0,"text":"x","one":1}"#
        let result = try run(steps, line)
        #expect(result.output.isEmpty)
        #expect(result.rejectLines.first?.contains("\"reason\":\"set: ") == true)
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
        #expect(result.report.stages.map(\.rejected) == [0, 0, 1, 0])
    }

    @Test(
        "text fills templates with values as people read them",
        arguments: [
            ("prod", #""prod""#), ("{s}@{n}", #""a\"é@1.10""#), ("{{{s}}}", #""{a\"é}""#),
            ("{missing}", #""""#), ("{z}{t}{f}", #""truefalse""#),
            ("{l} {o}", #""[1, 2] {\"k\":\"v\"}""#), ("{made}/{flag}", #""2/true""#), ("é{s}", #""éa\"é""#),
            ("", #""""#),
        ]
    )
    func fillsTemplates(_ template: String, _ json: String) throws {
        let steps =
            "- parse: json\n- set: { made: 1 + 1, flag: n > 1.0 }\n- text:\n    r: '\(template)'\n- keep: r"
        let line = #"{"s":"a\"\u00e9","n":1.10,"z":null,"t":true,"f":false,"l":[1, 2],"o":{"k":"v"}}"#
        #expect(try run(steps, line).text == "{\"r\":\(json)}\n")
    }

    @Test("text makes many fields from long values without mixing them up")
    func fillsLongTemplates() throws {
        let long = String(repeating: "x\\n\\\"", count: 2_000)
        let steps =
            "- parse: json\n- text: { a: \"{v}{v}\", b: \"{a}|{v}\", c: \"<{b}>\" }\n- keep: [a, b, c]"
        let text = (0..<50).map { "{\"v\":\"\($0)\(long)\"}\n" }.joined()
        let result = try run(steps, text)
        #expect(result.lines.count == 50)
        for (index, line) in result.lines.enumerated() {
            let v = "\(index)\(long)"
            #expect(line == "{\"a\":\"\(v)\(v)\",\"b\":\"\(v)\(v)|\(v)\",\"c\":\"<\(v)\(v)|\(v)>\"}")
        }
    }
}
