internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct TextEncoderTests {
    @Test(
        "csv writes values as RFC 4180 says (trap J11)",
        arguments: [
            (#"{"a":1,"b":"x"}"#, "1,x"), (#"{"b":"x,y","a":"q\"r"}"#, #""q""r","x,y""#),
            (#"{"a":"l1\nl2","b":"\r"}"#, "\"l1\nl2\",\"\r\""), (#"{"a":null}"#, ","), (#"{"c":1}"#, ","),
            (#"{"a":true,"b":false}"#, "true,false"),
            (#"{"a":[1,"x"],"b":{"k":1}}"#, #""[1,""x""]","{""k"":1}""#),
            (#"{"a":1,"a":2,"b":1.50}"#, "2,1.50"), (#"{"a":"é","b":""}"#, "é,"),
            (#"{"a":"=1+1","b":-5}"#, "=1+1,-5"),
        ]
    )
    func csv(_ line: String, _ row: String) throws {
        let result = try run("- parse: json\n- encode: { format: csv, columns: [a, b] }", line + "\n")
        #expect(result.text == "a,b\n\(row)\n")
        #expect(result.report.tally.output == 1)
    }

    @Test("csv writes known fields in their order, and other delimiters")
    func csvColumns() throws {
        let known = """
            - parse: { format: csv, columns: [z, a, m] }
            - set: { new: size(a) }
            - rename: { a: 'x,y' }
            - drop: m
            - encode: csv
            """
        #expect(try run(known, "1,22,3\n").text == "z,\"x,y\",new\n1,22,2\n")
        let kept = "- parse: json\n- keep: [b, a]\n- encode: { format: tsv, header: false }"
        #expect(try run(kept, #"{"a":"1,2","b":"t\tu","c":3}"# + "\n").text == "\"t\tu\"\t1,2\n")
        let semicolon =
            "- parse: json\n- encode: { format: csv, delimiter: ';', header: false, columns: [a] }"
        #expect(
            try run(semicolon, "{\"a\":\"x;y\"}\n{\"a\":null}\n{\"a\":\",\"}\n").text == "\"x;y\"\n\"\"\n,\n"
        )
    }

    @Test("csv makes formulas harmless where that is asked for")
    func formulas() throws {
        let steps =
            "- parse: json\n- encode: { format: csv, columns: [a], header: false, guard_formulas: true }"
        let values = [
            #""=A1""#, #""+1""#, #""-1""#, #""@x""#, #""\t""#, #""\r""#, "-5", #""a=1""#, #""=\"""#,
        ]
        let text = values.map { "{\"a\":\($0)}\n" }.joined()
        #expect(try run(steps, text).text == "'=A1\n'+1\n'-1\n'@x\n'\t\n\"'\r\"\n-5\na=1\n\"'=\"\"\"\n")
    }

    @Test("Python reads what csv writes")
    func oracle() throws {
        var random = SeededRandom(43)
        let pieces = ["", "a", ",", #"\""#, #"\n"#, #"\r\n"#, "é", " ", #"\t"#, "'", #"\\"#, "0"]
        let lines = (0..<2_000).map { _ in
            let values = ["a", "b", "c"].map { name in
                let inside = (0..<Int(random.next() % 4)).map { _ in
                    pieces[Int(random.next() % UInt64(pieces.count))]
                }
                return "\"\(name)\":\"\(inside.joined())\""
            }
            return "{\(values.joined(separator: ","))}"
        }
        let result = try run(
            "- parse: json\n- encode: { format: csv, columns: [a, b, c] }",
            lines.joined(separator: "\n")
        )
        #expect(result.report.tally.output == 2_000)
        let script = """
            import csv, json, sys
            for row in csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8')):
                print(json.dumps(row, ensure_ascii=False, separators=(',', ':')))
            """
        let python = try Python.run(script, files: [result.output])
        #expect(python.status == 0)
        #expect(python.output == Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    @Test("json writes one list, in any number of blocks")
    func list() throws {
        let steps = "- parse: json\n- keep_if: a > 0\n- encode: json"
        #expect(
            try run(steps, "{\"a\": 1}\n{\"a\":0}\n{\"a\":2,\"b\":\"x\"}\n").text
                == "[{\"a\": 1}\n,{\"a\":2,\"b\":\"x\"}\n]\n"
        )
        #expect(try run(steps, "{\"a\":0}\n").text == "[]\n")
        let many = (1...40_000).map { "{\"a\":\($0),\"text\":\"some more bytes\"}" }
        let result = try run(steps, many.joined(separator: "\n"))
        #expect(result.text == "[" + many.joined(separator: "\n,") + "\n]\n")
    }

    @Test(
        "logfmt writes what its parser reads back",
        arguments: [
            (#"{"a":1.50,"b":"x","c":true,"d":null}"#, "a=1.50 b=x c=true d=null"),
            (#"{"a":"x y","b":"q\"r","c":"","d":"1","e":"true"}"#, #"a="x y" b="q\"r" c= d="1" e="true""#),
            (#"{"a":"l\n","b":"\u0001","c":"x=y","d":"\\"}"#, #"a="l\n" b="\u0001" c="x=y" d="\\""#),
            (#"{"a":[1,"x"],"b":{}}"#, #"a="[1,\"x\"]" b={}"#),
            (#"{"the key":1,"k=":2,"":3,"é":4}"#, "the_key=1 k_=2 _=3 é=4"),
        ]
    )
    func logfmt(_ line: String, _ text: String) throws {
        let result = try run("- parse: json\n- encode: logfmt", line + "\n")
        #expect(result.lines == [text])
        let back = try run("- parse: logfmt\n- encode: logfmt", result.text)
        #expect(back.text == result.text, "\(back.rejectLines)")
    }

    @Test("logfmt writes changed and removed fields")
    func logfmtSteps() throws {
        let steps =
            "- parse: json\n- set: { b: a * 2, c: 'x' }\n- drop: a\n- rename: { d: e }\n- encode: logfmt"
        #expect(
            try run(steps, "{\"a\":2,\"x\":\"v w\",\"d\":[1]}\n").lines == [#"x="v w" e=[1] b=4 c="v w""#]
        )
    }

    @Test("raw writes a template, and rejects what would be two lines")
    func template() throws {
        let steps = "- parse: json\n- encode: { format: raw, template: '{t} [{{{l}}}] {m}{m} {n}' }"
        let text = #"{"t":1,"l":true,"m":"\"é\"","n":[1]}"# + "\n{}\n" + #"{"m":"a\nb"}"# + "\n"
        let result = try run(steps, text)
        #expect(result.lines == [#"1 [{true}] "é""é" [1]"#, " [{}]  "])
        #expect(result.rejectLines.first?.contains("encode: raw: text holds a line feed") == true)
    }

    @Test(
        "refuses options that make no sense",
        arguments: [
            "csv", "{ format: csv, columns: [] }", "{ format: csv, columns: [a, a] }",
            "{ format: csv, columns: [a], delimiter: '\"' }", "{ format: raw, template: '{a' }",
            "{ format: csv, columns: [a], quote: x }", "{ format: logfmt, a: 1 }",
        ]
    )
    func refuses(_ encode: String) {
        #expect(compile("- parse: json\n- encode: \(encode)").0 == nil)
    }
}
