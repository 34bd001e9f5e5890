internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct CSVParserTests {
    private let three = "- parse: { format: csv, columns: [a, b, c] }"

    @Test(
        "reads bare and quoted values as text",
        arguments: [
            ("1,x,true", #"{"a":"1","b":"x","c":"true"}"#), (",,", #"{"a":"","b":"","c":""}"#),
            (#""a,b","c ""d"" e","""#, #"{"a":"a,b","b":"c \"d\" e","c":""}"#),
            (#"007, x ,1.10"#, #"{"a":"007","b":" x ","c":"1.10"}"#),
            (#"a"b,c"d",e"#, #"{"a":"a\"b","b":"c\"d\"","c":"e"}"#),
            (#""""","""""","x""#, #"{"a":"\"","b":"\"\"","c":"x"}"#),
            ("a\u{0},\t,é", #"{"a":"a\u0000","b":"\t","c":"é"}"#),
        ]
    )
    func reads(_ line: String, _ json: String) throws {
        let result = try run(three, line + "\r\n")
        #expect(result.lines == [json])
        #expect(result.rejects.isEmpty)
    }

    @Test(
        "rejects malformed rows, with the reason (trap J11)",
        arguments: [
            (#"a,"b"x,c"#, "CSV: text behind a closing quote at byte 5"),
            ("a,b", "CSV: fewer values than columns (2)"),
            ("a,b,c,d,e", "CSV: more values than columns (5)"),
            (String(repeating: ",", count: 200_000), "CSV: more than 100000 columns"),
        ]
    )
    func rejects(_ line: String, _ reason: String) throws {
        let result = try run(three, "1,2,3\n\(line)\n\n4,5,6\n")
        #expect(result.lines == [#"{"a":"1","b":"2","c":"3"}"#, #"{"a":"4","b":"5","c":"6"}"#])
        #expect(result.rejectLines.first?.contains("\"\(reason)\"") == true, "\(result.rejectLines)")
        #expect(result.report.tally.dropped == 1)
    }

    @Test("a quote without an end rejects what it holds, at most max_record of it (trap J11)")
    func openQuote() throws {
        let text = "1,2,3\n\"open,b,c\n4,5,6\n7,8,9\n"
        let whole = try run(three, text)
        #expect(whole.lines == [#"{"a":"1","b":"2","c":"3"}"#] && whole.rejectLines.count == 1)
        let bounded = try run(three, text, limits: "max_record: 10")
        #expect(bounded.lines == [#"{"a":"1","b":"2","c":"3"}"#, #"{"a":"7","b":"8","c":"9"}"#])
        #expect(bounded.rejectLines.count == 1)
    }

    @Test("reads bare values by the grammar of JSON where that is asked for")
    func types() throws {
        let steps = "- parse: { format: csv, columns: [a, b, c, d, e, f, g], types: auto }"
        let text = #"1,-2.50e3,true,null,,"7",007"# + "\n" + #"01,+1,NaN,nul,"",.5,1."# + "\n"
        #expect(
            try run(steps, text).lines == [
                #"{"a":1,"b":-2.50e3,"c":true,"d":null,"e":null,"f":"7","g":"007"}"#,
                #"{"a":"01","b":"+1","c":"NaN","d":"nul","e":"","f":".5","g":"1."}"#,
            ]
        )
    }

    @Test("names the columns by the header, each name once")
    func header() throws {
        let steps = "- parse: csv\n- drop: b\n- keep_if: a_2 != 'x'"
        let result = try runBlock(steps, header: "a,b,\"a\",,a_2,\"q\"\"q\"", "1,2,3,4,5,6\n1,2,x,4,5,6\n")
        #expect(result.lines.count == 2)
        #expect(
            result.lines.first == #"{"a":"1","a_3":"3","column_4":"4","a_2":"5","q\"q":"6"}"#,
            "\(result.lines)"
        )
    }

    @Test(
        "rejects every row where the header cannot be read",
        arguments: [
            ("", "CSV: there is no header line"), (#"a,"b"#, "CSV: malformed header line"),
            (String(repeating: ",", count: 200_000), "CSV: malformed header line"),
        ]
    )
    func badHeader(_ header: String, _ reason: String) throws {
        let result = try runBlock("- parse: csv", header: header, "1,2\n")
        #expect(result.lines.isEmpty)
        #expect(result.rejects.first?.contains(reason) == true, "\(result.rejects)")
    }

    @Test("keeps or fills rows with another number of values")
    func ragged() throws {
        let fill = try run("- parse: { format: csv, columns: [a, b, c], ragged: fill }", "1\n1,2,3,4\n")
        #expect(fill.lines == [#"{"a":"1","b":null,"c":null}"#])
        #expect(fill.rejectLines.count == 1)
        let keep = try run(
            "- parse: { format: csv, columns: [a, b], ragged: keep }\n- drop: column_4",
            "1\n1,2,3,4,5\n"
        )
        #expect(keep.lines == [#"{"a":"1"}"#, #"{"a":"1","b":"2","column_3":"3","column_5":"5"}"#])
    }

    @Test("reads other delimiters and quotes")
    func dialects() throws {
        let tabs = "- parse: { format: tsv, columns: [a, b] }"
        #expect(
            try run(tabs, "x y\t\"q\tr\"\n\t\n").lines == [#"{"a":"x y","b":"q\tr"}"#, #"{"a":"","b":""}"#]
        )
        let bare = "- parse: { format: csv, delimiter: ';', quote: '', columns: [a, b] }"
        #expect(try run(bare, "\"x;y\"\n").lines == [#"{"a":"\"x","b":"y\""}"#])
        let single = "- parse: { format: csv, delimiter: '|', quote: \"'\", columns: [a, b] }"
        #expect(try run(single, "'it''s|'|\"\n").lines == [#"{"a":"it's|","b":"\""}"#])
    }

    @Test(
        "refuses options that make no sense",
        arguments: [
            "- parse: { format: csv, header: false }", "- parse: { format: csv, columns: [a], header: true }",
            "- parse: { format: csv, delimiter: ab, columns: [a] }",
            "- parse: { format: csv, columns: [a, a] }", "- parse: { format: csv, columns: [] }",
            "- parse: { format: csv, delimiter: \"\\n\", columns: [a] }",
            "- parse: { format: csv, delimiter: '', columns: [a] }",
            "- parse: { format: csv, delimiter: '\"', columns: [a] }",
            "- parse: { format: csv, columns: [a], colums: 1 }",
        ]
    )
    func refuses(_ steps: String) {
        #expect(compile(steps).0 == nil)
    }

    @Test("agrees with Python's csv on generated rows")
    func oracle() throws {
        var random = SeededRandom(41)
        let pieces = ["", "a", "1.5", ",", "\"\"", "é", " ", "\t", "x,y", "\"\",", "'", "\\", "long value"]
        var text = ""
        for _ in 0..<3_000 {
            let values = (0..<4).map { _ in
                let inside = (0..<Int(random.next() % 4)).map { _ in
                    pieces[Int(random.next() % UInt64(pieces.count))]
                }
                return "\"\(inside.joined())\""
            }
            text += values.joined(separator: ",") + "\n"
        }
        let script = """
            import csv, json, sys
            for row in csv.reader(open(sys.argv[1], newline='', encoding='utf-8')):
                print(json.dumps(dict(zip('abcd', row)), ensure_ascii=False, separators=(',', ':')))
            """
        let python = try Python.run(script, files: [Array(text.utf8)])
        #expect(python.status == 0)
        let ours = try run("- parse: { format: csv, columns: [a, b, c, d] }", text)
        #expect(ours.output == python.output)
        #expect(ours.rejects.isEmpty && ours.lines.count == 3_000)
    }
}

extension CSVParserTests {
    @Test(
        "takes the header from the object, skips a byte order mark and joins rows over lines",
        arguments: [1, 7, 4_096]
    )
    func wholeObject(_ chunk: Int) throws {
        let text = "\u{FEFF}id,\"the\nnote\",id\r\n1,\"a\r\nb\",x\r\n\r\n2,\"\"\"\",y"
        let result = try run("- parse: csv\n- drop: id_2", Array(text.utf8), chunk: chunk)
        #expect(
            result.lines == [#"{"id":"1","the\nnote":"a\r\nb"}"#, #"{"id":"2","the\nnote":"\""}"#],
            "\(result.rejectLines)"
        )
    }

    @Test("an object of a header alone has no records")
    func headerOnly() throws {
        for text in ["", "a,b", "a,b\n"] {
            let result = try run("- parse: csv", text)
            #expect(result.output.isEmpty && result.rejects.isEmpty)
        }
    }

    @Test("what csv writes, csv reads")
    func roundTrip() throws {
        let steps = "- parse: csv\n- encode: { format: csv, columns: [a, 'b,c'] }"
        let text = "a,\"b,c\"\n1,\"x\ny\"\n\"\"\"\",\n,\r\n"
        let once = try run(steps, text)
        #expect(once.text == "a,\"b,c\"\n1,\"x\ny\"\n\"\"\"\",\n,\n")
        #expect(try run(steps, once.text).text == once.text)
        #expect(once.report.tally.output == 3)
    }
}
