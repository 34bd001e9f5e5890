internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct ConvertStepTests {
    /// What a JSON value becomes; nil where its record is rejected.
    private func converted(_ json: String, _ type: String, _ more: String = "") throws -> String? {
        let result = try run(
            "- parse: json\n- convert: { v: \(type)\(more) }",
            "{\"v\":\(json)}\n{\"v\":null}"
        )
        #expect(result.lines.last == #"{"v":null}"#)
        if result.lines.count == 1 {
            #expect(result.rejectLines.first?.contains("convert: value that cannot be converted") == true)
            return nil
        }
        return String(result.lines[0].dropFirst(5).dropLast())
    }

    @Test(
        "int",
        arguments: [
            (#""12""#, "12"), (#""0012""#, "12"), (#"" 12 ""#, "12"), (#""-7""#, "-7"), (#""+7""#, "7"),
            (#""0x1f""#, "31"),
            (#""0XFF""#, "255"), (#""-0x10""#, "-16"), (#""0xffffffffffffffff""#, "18446744073709551615"),
            (#""-0""#, "0"),
            (#""000""#, "0"), (#""123456789012345678901234567890""#, "123456789012345678901234567890"),
            (#""-00123456789012345678901234567890""#, "-123456789012345678901234567890"),
            (#""200.0""#, "200"),
            (#""1e3""#, "1000"), (#""1.50e2""#, "150"), (#""120e-1""#, "12"), (#""0.0""#, "0"),
            (#""0e99999""#, "0"), (#""\u0031\u0032""#, "12"),
            ("12", "12"), ("1.0", "1"), ("-1e2", "-100"), ("-0", "0"), ("true", "1"), ("false", "0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"), (#""\t5\n""#, "5"),
        ]
    )
    func int(_ json: String, _ expected: String) throws { #expect(try converted(json, "int") == expected) }

    @Test(
        "float keeps the digits",
        arguments: [
            (#""1.10""#, "1.10"), (#""-0.5""#, "-0.5"), (#"".5""#, "0.5"), (#""5.""#, "5"),
            (#""+1.5e3""#, "1.5e3"), (#""007.5""#, "7.5"),
            (#""1E-7""#, "1E-7"), (#"" 2 ""#, "2"), ("1.10", "1.10"), ("3", "3"), ("true", "1"),
            (#""-0""#, "-0"),
            (#""0.1000000000000000055511151231257827""#, "0.1000000000000000055511151231257827"),
        ]
    )
    func float(_ json: String, _ expected: String) throws {
        #expect(try converted(json, "float") == expected)
    }

    @Test(
        "bool",
        arguments: [
            (#""true""#, "true"), (#""FALSE""#, "false"), (#""yes""#, "true"), (#""No""#, "false"),
            (#""on""#, "true"), (#""off""#, "false"),
            (#""1""#, "true"), (#""0""#, "false"), (#""t""#, "true"), (#""N""#, "false"), (#"" y ""#, "true"),
            ("1", "true"), ("0", "false"), ("true", "true"),
        ]
    )
    func bool(_ json: String, _ expected: String) throws { #expect(try converted(json, "bool") == expected) }

    @Test(
        "string",
        arguments: [
            ("12", #""12""#), ("1.10", #""1.10""#), ("true", #""true""#), ("false", #""false""#),
            (#""a\u00e9""#, #""a\u00e9""#),
            (#"[1, "x"]"#, #""[1, \"x\"]""#), (#"{"a":"\n"}"#, #""{\"a\":\"\\n\"}""#),
        ]
    )
    func string(_ json: String, _ expected: String) throws {
        #expect(try converted(json, "string") == expected)
    }

    @Test(
        "json is the value that a text holds, on one line",
        arguments: [
            (#""{\"a\": [1.10, \"x\"]}""#, #"{"a": [1.10, "x"]}"#), (#""12""#, "12"), (#""true""#, "true"),
            (#""null""#, "null"),
            (#""\"q\\n\"""#, #""q\n""#), (#""\"plain\"""#, #""plain""#), (#""[1,\n 2]\r\n""#, "[1,  2]"),
            ("[1]", "[1]"), ("1.0", "1.0"), ("true", "true"),
            (#""{\"a\":\"\\\"\",\n\"b\":1}""#, #"{"a":"\"", "b":1}"#),
        ]
    )
    func json(_ json: String, _ expected: String) throws {
        let made = try converted(json, "json")
        #expect(made?.trimmed == expected)
    }

    @Test(
        "bytes",
        arguments: [
            (#""12KiB""#, "12288"), (#""3 MB""#, "3000000"), (#""1.5k""#, "1536"), (#""1.5 KB""#, "1500"),
            (#""10""#, "10"), (#""10B""#, "10"),
            (#""2 GiB""#, "2147483648"), (#""1T""#, "1099511627776"), (#""7 bytes""#, "7"),
            (#""1.3KiB""#, "1331"), (#""0.0004 KB""#, "0"),
            (#""0.5B""#, "1"), (#""16EiB""#, "18446744073709551616"), (#""5mb""#, "5000000"),
            ("1024", "1024"), (#"" 1 kB ""#, "1000"),
        ]
    )
    func bytes(_ json: String, _ expected: String) throws {
        #expect(try converted(json, "bytes") == expected)
    }

    @Test(
        "durations",
        arguments: [
            ("duration_ms", #""250ms""#, "250"), ("duration_s", #""1m30s""#, "90"),
            ("duration_s", #""250ms""#, "0.25"), ("duration_ms", #""1.5h""#, "5400000"),
            ("duration_s", #""PT5M""#, "300"), ("duration_s", #""P1DT2H30.5S""#, "93630.5"),
            ("duration_s", #""P2W""#, "1209600"), ("duration_ns", #""1.5us""#, "1500"),
            ("duration_us", #""12 µs""#, "12"), ("duration_us", #""12 μs""#, "12"),
            ("duration_ms", #""1h 2m 3.5s""#, "3723500"), ("duration_s", #""-2d""#, "-172800"),
            ("duration_ms", #""42""#, "42"), ("duration_ms", #""0.5""#, "0.5"),
            ("duration_s", #""1 hour""#, "3600"), ("duration_s", #""2 minutes""#, "120"),
            ("duration_s", #""0s""#, "0"), ("duration_s", #""-0s""#, "0"),
            ("duration_ns", #""0.5ns""#, "0.5"), ("duration_ms", "12.5", "12.5"),
            ("duration_s", #""0.000000001ns""#, "0.000000000000000001"),
        ]
    )
    func durations(_ type: String, _ json: String, _ expected: String) throws {
        #expect(try converted(json, type) == expected)
    }

    @Test("durations of many parts are refused where their sum is too large", arguments: ["", "P"])
    func manyParts(_ prefix: String) throws {
        let text = prefix + String(repeating: "15000000000000d", count: 300)
        #expect(try converted("\"\(text)\"", "duration_ms") == nil)
        #expect(try converted("\"\(prefix)1d1d1d\"", "duration_s") == "259200")
    }

    @Test(
        "what cannot be converted rejects its record, becomes null or stays",
        arguments: [
            (
                "int",
                [
                    #""""#, #""x""#, #""1.5""#, #""1 2""#, #""0x""#, #""0xg""#, #""0x1ffffffffffffffff""#,
                    #""--1""#, #""1e""#, #""1e999""#, #""1e-1""#, #"".""#, #""-""#, "1.5", "[1]", "{}",
                ]
            ),
            (
                "float",
                [
                    #""""#, #""x""#, #"".""#, #""1e""#, #""1.2.3""#, #""NaN""#, #""inf""#, #""0x10""#,
                    #""1,5""#, #""e5""#, "[1]",
                ]
            ),
            ("bool", [#""""#, #""2""#, #""maybe""#, #""tru""#, #""yess""#, "2", "1.0", "[true]", #""@""#]),
            (
                "json",
                [
                    #""""#, #""{""#, #""[1,]""#, #""nul""#, #""1 2""#, #""1,\"b\":2""#, #""1}""#, #""}""#,
                    #""01""#, #""\"a\nb\"""#, #""\"a""#, #"" ""#,
                ]
            ),
            (
                "bytes",
                [
                    #""""#, #""KiB""#, #""1 XB""#, #""-1KB""#, #""1.2.3KB""#, #""1KBx""#, #""1 KB 2""#,
                    #""1234567890123456789""#, "true", #""1.""#,
                ]
            ),
            (
                "duration_s",
                [
                    #""""#, #""s""#, #""1x""#, #""1m 30""#, #""30 1m""#, #""P""#, #""PT""#, #""P1Y""#,
                    #""P1M""#, #""PT1D""#, #""1..5s""#, #""999999999999999999w""#, "true", "[]", #""1s-""#,
                    #""5 s s""#,
                ]
            ),
        ]
    )
    func refuses(_ type: String, _ values: [String]) throws {
        for value in values {
            #expect(try converted(value, type) == nil, "\(value)")
            #expect(try converted(value, type, ", on_error: null") == "null", "\(value)")
            #expect(try converted(value, type, ", on_error: keep") == value, "\(value)")
        }
    }

    @Test("every field of a name is converted, others keep their bytes (trap J02)")
    func allFields() throws {
        let steps = "- parse: json\n- convert: { a: int, b: string }"
        let line = #"{"a":"01","x":"01","b":1.10,"a" : "02","c":1.10}"#
        #expect(try run(steps, line).text == #"{"a":1,"x":"01","b":"1.10","a":2,"c":1.10}"# + "\n")
    }

    @Test("what an earlier step made is converted, and later steps see the new type")
    func chain() throws {
        let steps = """
            - parse: raw
            - text: { n: "{line}0", m: "0x{line}" }
            - convert: { n: int, m: int }
            - set: { sum: n + m }
            - drop: line
            """
        #expect(
            try run(steps, "7\n10\n").lines == [#"{"n":70,"m":7,"sum":77}"#, #"{"n":100,"m":16,"sum":116}"#]
        )
    }

    @Test(
        "mistakes are found before a run",
        arguments: [
            ("{ a: integer }", "must be 'int'"), ("{ a: [int] }", "must be 'int'"),
            ("{ on_error: null }", "names no field"),
            ("{ a: int, on_error: drop }", "must be 'reject'"), ("a", "must be a mapping"),
            ("{}", "must be a mapping"),
        ]
    )
    func mistakes(_ value: String, _ message: String) {
        let (pipeline, findings) = compile("- parse: json\n- convert: \(value)")
        #expect(pipeline == nil)
        #expect(findings.contains { $0.message.contains(message) }, "\(findings)")
    }
}

extension String {
    /// Without spaces on both sides.
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
