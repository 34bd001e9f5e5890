internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct KeyValueParserTests {
    @Test(
        "reads keys and values with delimiters of choice",
        arguments: [
            ("", "a=1 b=x  c=true d=", #"{"a":1,"b":"x","c":true,"d":""}"#),
            (
                "", #"a="x y" b="say \"hi\"\n" c="\q" d='x"#,
                ##"{"a":"x y","b":"say \"hi\"\n","c":"\\q","d":"'x"}"##
            ),
            ("", "flag a=b=c", #"{"flag":true,"a":"b=c"}"#), ("", "a=1 a=2", #"{"a":1,"a":2}"#),
            (", pair: '&'", "a=1&b=x y&&c=", #"{"a":1,"b":"x y","c":""}"#),
            (", pair: '; ', separator: ': '", "a: 1; b: x;y; c", #"{"a":1,"b":"x;y","c":true}"#),
            (", pair: ',', separator: ' '", "a 1, b  two ,c x", #"{"a":1,"b":"two","c":"x"}"#),
            (", prefix: 'kv.\"'", "a=1", #"{"kv.\"a":1}"#),
            (", types: text", "a=1 b=null", #"{"a":"1","b":"null"}"#),
            (", quotes: \"'|\"", "a='x y' b=|p q| c=\"r", #"{"a":"x y","b":"p q","c":"\"r"}"#),
            ("", #"a"b=1 c\d=2 é=3"#, #"{"a\"b":1,"c\\d":2,"é":3}"#),
            (", trim: '<>'", "<a>=<1> b=<x>", #"{"a":1,"b":"x"}"#),
        ]
    )
    func reads(_ options: String, _ line: String, _ json: String) throws {
        let result = try run("- parse: { format: key_value\(options) }", line + "\n")
        #expect(result.lines == [json], "\(result.rejectLines)")
    }

    @Test(
        "rejects what is none, with the reason",
        arguments: [
            ("plain text", "no pair"), ("=1", "key expected at byte 0"), ("a=1 =2", "key expected at byte 4"),
            (#"a="open"#, "without an end at byte 2"), (#"a="x"y"#, "behind a closing quote at byte 5"),
            (#"a="x\"#, "without an end"),
        ]
    )
    func rejects(_ line: String, _ reason: String) throws {
        let result = try run("- parse: { format: key_value }", "a=1\n\(line)\n\nb=2\n")
        #expect(result.lines == [#"{"a":1}"#, #"{"b":2}"#])
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
    }

    @Test("takes time linear in a record of flags")
    func isLinear() throws {
        let flags = String(repeating: "a ", count: 400_000)
        let result = try run("- parse: { format: key_value }\n- keep: z", flags + "z=1\n")
        #expect(result.lines == [#"{"z":1}"#])
    }

    @Test(
        "refuses options that make no sense",
        arguments: [
            ", pair: ''", ", separator: ''", ", pair: '='", ", pair: \"\\n\"", ", types: int", ", sep: x",
        ]
    )
    func refuses(_ options: String) {
        #expect(compile("- parse: { format: key_value\(options) }").0 == nil)
    }
}
