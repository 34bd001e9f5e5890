internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct JSONParserTests {
    /// Bytes that no step touches must come out as they went in (traps J01, J02, J03, bar B31).
    static let faithful = [
        #"{}"#, #" { } "#, #"{"a":1}"#, #"{ "a" : 1 , "b" : [ 1 , 2 ] }"#,
        #"{"n":9007199254740993,"m":18446744073709551616,"d":1.10,"e":1E5,"z":-0}"#,
        #"{"h":1e400,"t":1e-400,"x":0.0}"#,
        #"{"i":123456789012345678901234567890,"f":-1.5e+10,"g":0e0}"#,
        #"{"a":1,"a":2,"\u0061":3}"#, #"{"b":1,"a":2}"#, #"{"":0,"":1}"#,
        #"{"s":"\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00"}"#, #"{"lone":"\ud800","low":"\udc00x"}"#,
        #"{"nul":"\u0000"}"#,
        #"{"u":"é 日本 😀","😀":1}"#, "{\"del\":\"\u{7F}\",\"line\":\"\u{2028}\"}",
        #"{"t":true,"f":false,"n":null}"#, #"{"o":{"p":{"q":[[],{},[{}]]}},"l":[1,"two",null,true,-3.5]}"#,
        "{\"tab\"\t:\t1}", #"{"a":"\\"}"#, #"{"a":"\\\"","b":"\\\\"}"#, #"{"a\"b":1,"c\\":2}"#,
        #"{"k":"{}[]:,"}"#, #"{"colon:":"a,b"}"#,
    ]

    @Test("writes lines that no step touches byte for byte", arguments: faithful)
    func keepsBytes(_ line: String) throws {
        let result = try run("- parse: json", line + "\n")
        #expect(result.text == line + "\n")
        #expect(result.rejects.isEmpty)
    }

    @Test("writes all of them in one block byte for byte, whatever the line endings (trap J05)")
    func keepsBytesTogether() throws {
        let expected = Self.faithful.map { $0 + "\n" }.joined()
        #expect(try run("- parse: json", expected).text == expected)
        #expect(try run("- parse: json", Self.faithful.joined(separator: "\r\n")).text == expected)
        #expect(try run("- parse: json", Self.faithful.joined(separator: "\n")).text == expected)
    }

    /// Lines that are no JSON object, and the reason that is given.
    static let invalid: [(String, String)] = [
        ("nul", "not an object"), (#"{"a":nul}"#, "malformed literal"), (#"{"a":01.}"#, "malformed number"),
        (#"{"a":"\q"}"#, "unknown escape"), (#"{"a":[1,,2]}"#, "value expected"),
        (#"{"a":01}"#, "malformed number"),
        (#"{"a":1.}"#, "malformed number"), (#"{"a":.5}"#, "value expected"),
        (#"{"a":+1}"#, "value expected"),
        (#"{"a":-}"#, "malformed number"), (#"{"a":1e}"#, "malformed number"),
        (#"{"a":1e+}"#, "malformed number"),
        (#"{"a":0x1}"#, "malformed number"), (#"{"a":1 2}"#, "comma or closing"),
        (#"{"a":1"b"}"#, "malformed number"),
        (#"{"a":"b"c}"#, "comma or closing"), (#"{"a":"b""c"}"#, "comma or closing"),
        (#"{"a":tru}"#, "literal"),
        (#"{"a":truex}"#, "malformed literal"), (#"{"a":True}"#, "value expected"),
        (#"{"a":NaN}"#, "value expected"),
        (#"{"a":Infinity}"#, "value expected"), (#"{"a":-Infinity}"#, "malformed number"),
        (#"{"a":1,}"#, "name expected"),
        (#"{,}"#, "name expected"), (#"{"a"}"#, "colon expected"), (#"{"a":}"#, "value expected"),
        (#"{"a" 1}"#, "colon expected"), (#"{a:1}"#, "name expected"), (#"{'a':1}"#, "name expected"),
        (#"{"a":1"#, "without an end"), (#"{"a":"#, "without an end"), (#"{"a"#, "without an end"),
        ("{", "without an end"), ("}", "not an object"), (#"{"a":[1,2}"#, "comma or closing"),
        (#"{"a":[1,2"#, "without an end"), (#"{"a":{"b":1]}"#, "comma or closing"),
        (#"{"a":[}"#, "value expected"),
        (#"{"a":1}{"b":2}"#, "text after"), (#"{"a":1} x"#, "text after"), (#"{"a":1},"#, "text after"),
        ("[1,2]", "not an object"), ("42", "not an object"), (#""text""#, "not an object"),
        ("true", "not an object"),
        (#"{"a":1} // why"#, "text after"), (#"/**/{"a":1}"#, "not an object"),
        (#"{"a":"\u12G4"}"#, "unknown escape"),
        (#"{"a":"\u12"}"#, "unknown escape"), (#"{"a":"\u"}"#, "unknown escape"),
        (#"{"\x":1}"#, "unknown escape"),
        (#"{"a":"\"}"#, "without an end"), ("{\"a\":\"x\ty\"}", "control character"),
        (#"{"a":\"b"}"#, "without an end"),
        ("{\"a\":\u{0}}", "value expected"), ("{\"a\":\"\u{0}\"}", "control character"),
        ("{\"a\":\u{0C}1}", "value"),
        ("{\"a\":1}\u{FEFF}", "text after"), (#"{"a":[[[[]]]}"#, "comma or closing"),
        (#"{"a":{"b"}}"#, "colon expected"),
        (#"{"a":[1 2]}"#, "comma or closing"), (#"{"a":["b" "c"]}"#, "comma or closing"),
        (#"{1:2}"#, "name expected"),
        (#"{"a":--1}"#, "malformed number"), (#"{"a":1.2.3}"#, "malformed number"),
        (#"{"a":00}"#, "malformed number"),
        (#"{"a":-01}"#, "malformed number"), (#"{"a":[nul]}"#, "malformed literal"),
        (#"{"a":["\q"]}"#, "unknown escape"),
        (#"{"a":{"b":01.}}"#, "malformed number"), (#"{"a":fals"#, "malformed literal"),
        ("Hello, world", "not an object"),
        ("level=info msg=x", "not an object"), (#"{"a":1,"b"}"#, "colon expected"),
        (#"{"a":"b",:1}"#, "name expected"),
    ]

    @Test("rejects what is no JSON object, with the reason (traps J04, J05)", arguments: invalid)
    func rejects(_ line: String, _ reason: String) throws {
        let result = try run("- parse: json", line + "\n")
        #expect(result.output.isEmpty)
        #expect(result.report.tally.rejected == 1)
        let reject = try #require(result.rejectLines.first)
        #expect(reject.contains(reason), "\(reject)")
        #expect(reject.hasPrefix(#"{"line":1,"reason":"#))
    }

    @Test("lets no bad line spoil its neighbours", arguments: invalid)
    func isolates(_ line: String, _ reason: String) throws {
        let good = #"{"k":"v","l":[1,{"m":"n"}]}"#
        let result = try run("- parse: json", "\(good)\n\(line)\n\(good)\n\(line)\n\(line)\n\(good)")
        #expect(result.lines == [good, good, good])
        #expect(result.report.tally.rejected == 3)
        #expect(result.rejectLines.map { $0.prefix(10) } == [#"{"line":2,"#, #"{"line":4,"#, #"{"line":5,"#])
    }

    @Test("rejects invalid UTF-8, in names and values (trap J03)")
    func rejectsInvalidUTF8() throws {
        let sequences: [[UInt8]] = [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
            [0xF8, 0x88],
        ]
        for bytes in sequences {
            for (before, after) in [(#"{"a":""#, #""}"#), (#"{""#, #"":1}"#), (#"{"a":1}"#, "")] {
                let line = Array(before.utf8) + bytes + Array(after.utf8)
                let result = try run(
                    "- parse: json",
                    Array("{\"ok\":1}\n".utf8) + line + Array("\n{\"ok\":2}\n".utf8)
                )
                #expect(result.lines == [#"{"ok":1}"#, #"{"ok":2}"#])
                #expect(result.rejectLines.count == 1 && result.rejectLines[0].contains("invalid UTF-8"))
            }
        }
    }

    @Test("drops blank lines and counts them at the parser (trap J05)")
    func dropsBlankLines() throws {
        let result = try run("- parse: json", "\n{\"a\":1}\n\n   \n\t\r\n{\"a\":2}\n\r\n")
        #expect(result.lines == [#"{"a":1}"#, #"{"a":2}"#])
        #expect(result.report.tally.input == 7)
        #expect(result.report.tally.dropped == 5)
        #expect(result.report.stages[0].name == "parse: json")
        #expect(result.report.stages[0].dropped == 5)
        #expect(try run("- parse: json", "\n\n\n").report.tally.dropped == 3)
        #expect(try run("- parse: json", "").report.tally.input == 0)
    }

    @Test(
        "takes nesting up to max_depth and rejects one more, whatever the depth (trap J04)",
        arguments: [
            ("[", "]", 10), ("{\"a\":", "}", 10), ("[", "]", 1_000), ("{\"a\":", "}", 1_000),
        ]
    )
    func limitsDepth(_ open: String, _ close: String, _ depth: Int) throws {
        func line(_ levels: Int) -> String {
            let inner = open == "[" ? "" : "1"
            return "{\"a\":" + String(repeating: open, count: levels - 1) + inner
                + String(repeating: close, count: levels - 1) + "}"
        }
        let limits = depth == 1_000 ? nil : "max_depth: \(depth)"
        #expect(try run("- parse: json", line(depth), limits: limits).report.tally.output == 1)
        let deeper = try run("- parse: json", line(depth + 1), limits: limits)
        #expect(deeper.rejectLines.first?.contains("nested deeper than max_depth") == true)
    }

    @Test("survives 10,000 and 1,000,000 open brackets (trap J04)", arguments: [10_000, 1_000_000])
    func survivesDeepNesting(_ count: Int) throws {
        for open in ["[", "{\"a\":"] {
            let line = "{\"a\":" + String(repeating: open, count: count / open.count)
            let result = try run("- parse: json", line + "\n{\"ok\":1}\n")
            #expect(result.lines == [#"{"ok":1}"#])
            #expect(result.rejectLines.count == 1)
        }
    }

    @Test("takes records longer than a batch, and of many fields")
    func takesLargeRecords() throws {
        let many = "{" + (0..<40_000).map { "\"\($0)\":\($0)" }.joined(separator: ",") + "}"
        let tiny = "{" + Array(repeating: "\"\":0", count: 100_000).joined(separator: ",") + "}"
        let long = "{\"text\":\"" + String(repeating: "0123456789\\n", count: 80_000) + "\"}"
        let text = [many, "{}", tiny, long, "{\"a\":1}"].map { $0 + "\n" }.joined()
        #expect(try run("- parse: json", text).text == text)
        let changed = try run("- parse: json\n- drop: \"39999\"\n- set: { new: 1 }", many)
        #expect(changed.text == many.replacing(",\"39999\":39999}", with: ",\"new\":1}") + "\n")
    }

    @Test("rejects a record longer than max_record and goes on with the next (trap J06)")
    func limitsRecords() throws {
        let long = "{\"a\":\"" + String(repeating: "x", count: 300) + "\"}"
        let result = try run(
            "- parse: json",
            "{\"a\":1}\n\(long)\n{\"a\":2}\nnul\n\(long)",
            limits: "max_record: 100"
        )
        #expect(result.lines == [#"{"a":1}"#, #"{"a":2}"#])
        #expect(result.report.tally.rejected == 3)
        #expect(result.rejectLines.map { $0.prefix(10) } == [#"{"line":2,"#, #"{"line":4,"#, #"{"line":5,"#])
        #expect(result.rejectLines[0].contains("longer than max_record (100)"))
        #expect(result.rejectLines[0].hasSuffix(#","truncated":true}"#))
    }

    @Test("ends records at line feeds only (trap J07)")
    func endsRecordsAtLineFeeds() throws {
        let line = "{\"a\":\"x\u{2028}y\u{85}z\"}"
        #expect(try run("- parse: json", line + "\n" + line + "\n").lines == [line, line])
        let lone = try run("- parse: json", "{\"a\":1}\r{\"b\":2}\n")
        #expect(lone.report.tally.input == 1)
        #expect(lone.rejectLines.first?.contains("text after the record") == true)
    }

    @Test("parses each record of a mixed object for itself (trap J09)")
    func parsesMixedObjects() throws {
        let text = "{\"a\":1}\nplain text\nlevel=info msg=\"x\"\n{\"b\":2}\n<xml/>\n"
        let result = try run("- parse: json", text)
        #expect(result.lines == [#"{"a":1}"#, #"{"b":2}"#])
        #expect(result.rejectLines.map { String($0.suffix(14)) }.count == 3)
        #expect(result.rejectLines[1].hasSuffix(#""record":"level=info msg=\"x\""}"#))
    }
}
