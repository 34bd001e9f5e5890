internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct TimestampStepTests {
    @Test(
        "the short form reads what it knows and writes RFC 3339 in UTC",
        arguments: [
            (#"{"time":"2026-11-21T03:07:00+01:00"}"#, #"{"time":"2026-11-21T02:07:00Z"}"#),
            (
                #"{"a":1,"time":"10/Oct/2000:13:55:36 -0700","b":2}"#,
                #"{"a":1,"time":"2000-10-10T20:55:36Z","b":2}"#
            ),
            (#"{"time":1700000000.5}"#, #"{"time":"2023-11-14T22:13:20.5Z"}"#),
            (#"{"time":1700000000123}"#, #"{"time":"2023-11-14T22:13:20.123Z"}"#),
            (#"{"time":"2026\u002d11-21\tT"}"#, ""),
            (#"{"time":"2026\u002d11-21"}"#, #"{"time":"2026-11-21T00:00:00Z"}"#),
            (#"{"time":null}"#, #"{"time":null}"#), (#"{"x": 1}"#, #"{"x": 1}"#),
            (
                #"{"time":1700000000,"time":"2026-01-01"}"#,
                #"{"time":"2023-11-14T22:13:20Z","time":"2026-01-01T00:00:00Z"}"#
            ),
            (#"{"time":true}"#, ""), (#"{"time":[1]}"#, ""), (#"{"time":""}"#, ""), (#"{"time":12}"#, ""),
        ]
    )
    func short(_ line: String, _ expected: String) throws {
        let result = try run("- parse: json\n- timestamp: time", line)
        #expect(result.text == (expected.isEmpty ? "" : expected + "\n"))
        #expect(result.rejectLines.count == (expected.isEmpty ? 1 : 0))
    }

    @Test(
        "options say how times are read and written",
        arguments: [
            ("from: '%d.%m.%Y %H:%M', zone: Europe/Berlin", "01.07.2026 12:00", #""2026-07-01T10:00:00Z""#),
            ("from: ['%d.%m.%Y', clf]", "10/Oct/2000:13:55:36 +0000", #""2000-10-10T13:55:36Z""#),
            ("to: epoch_ms", "2026-07-01T12:00:00.5Z", "1782907200500"),
            ("to: '%s'", "2026-07-01", "1782864000"),
            ("to: '%Y/%m/%d', out_zone: Asia/Tokyo", "2026-06-30T15:00:00Z", #""2026/07/01""#),
            ("out_zone: America/New_York", "2026-07-01T12:00:00.120Z", #""2026-07-01T08:00:00.120-04:00""#),
            ("zone: +02:00, out_zone: -0330", "2026-07-01 12:00", #""2026-07-01T06:30:00-03:30""#),
            ("on_error: null", "soon", "null"), ("on_error: keep", "soon", #""soon""#),
            ("to: '\"%F\\'", "2026-07-01", #""\"2026-07-01\\""#),
        ]
    )
    func options(_ options: String, _ text: String, _ expected: String) throws {
        let steps = "- parse: json\n- timestamp: { field: time, \(options) }"
        #expect(try run(steps, "{\"time\":\"\(text)\"}").text == "{\"time\":\(expected)}\n")
    }

    @Test("into leaves the field and makes another")
    func into() throws {
        let steps =
            "- parse: json\n- timestamp: { field: t, into: day, to: '%F' }\n- drop_if: day == \"2026-01-02\""
        let lines =
            #"{"t":1700000000}"# + "\n" + #"{"t":"2026-01-02"}"# + "\n" + #"{"t":null}"# + "\n" + #"{"u":1}"#
        let result = try run(steps, lines)
        #expect(
            result.lines == [#"{"t":1700000000,"day":"2023-11-14"}"#, #"{"t":null,"day":null}"#, #"{"u":1}"#]
        )
    }

    @Test("a time that clocks showed twice or never is marked where the user asks (trap J10)")
    func ambiguous() throws {
        let lines = ["2026-03-29 02:30:00", "2026-10-25 02:30:00", "2026-10-25 03:30:00"].map {
            "{\"t\":\"\($0)\"}\n"
        }
        let step = "- parse: json\n- timestamp: { field: t, zone: Europe/Berlin"
        let plain = try run("\(step) }", lines.joined())
        let times = ["2026-03-29T01:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"]
        #expect(plain.lines == times.map { "{\"t\":\"\($0)\"}" })
        let flagged = try run("\(step), ambiguous: flag }", lines.joined())
        let marks = [#","t_ambiguous":true"#, #","t_ambiguous":true"#, ""]
        #expect(flagged.lines == zip(times, marks).map { "{\"t\":\"\($0)\"\($1)}" })
    }

    @Test("the same text again becomes the same time, between others and in the hours that clocks show twice")
    func repeats() throws {
        let texts = (0..<600).map {
            ["\"2026-10-25 02:30:0\($0 / 7 % 3)\"", "1700000000", "\"1700000000\""][$0 / 5 % 3]
        }
        let lines = texts.map { "{\"t\":\($0)}\n" }
        let steps = "- parse: json\n- timestamp: { field: t, zone: Europe/Berlin, ambiguous: flag }"
        let single = try lines.map { try run(steps, $0).text }
        #expect(try run(steps, lines.joined()).text == single.joined())
        #expect(Set(single).count == 4)
    }

    @Test(
        "rejected records say why",
        arguments: [
            ("soon", "timestamp: no time in any of the layouts"),
            ("Feb 30 10:00:00", "timestamp: time without a year"),
            ("9999-12-31T23:59:60Z", "timestamp: time outside of the years"),
        ]
    )
    func reasons(_ text: String, _ reason: String) throws {
        let result = try run("- parse: json\n- timestamp: t", "{\"t\":\"\(text)\"}")
        #expect(result.output.isEmpty)
        #expect(result.rejectLines.first?.contains("\"reason\":\"\(reason)") == true, "\(result.rejectLines)")
        #expect(result.report.stages.map(\.rejected) == [0, 1, 0])
    }

    @Test("a year that is missing is that of the object's own time, whatever day the run is on (trap J10)")
    func objectTime() throws {
        let (pipeline, findings) = compile("- parse: raw\n- timestamp: { field: line, from: rfc3164 }")
        let processor = try #require(pipeline?.makeBlockProcessor(), "\(findings)")
        let text = ByteBuffer()
        unsafe text.append(Array("Dec 31 23:59:59\nJan  1 00:00:01\n".utf8).span.bytes)
        var block = Block(text: text, firstRecord: 1, recordCount: 2)
        // 2026-01-01T00:00:00Z
        block.unit = UnitContext(objectTime: Timestamp(milliseconds: 1_767_225_600_000))
        let output = BlockOutput()
        try processor.process(block, into: output, scratch: processor.makeScratch())
        let lines = unsafe String(decoding: output.encoded.bytes, as: UTF8.self)
        #expect(lines == "{\"line\":\"2025-12-31T23:59:59Z\"}\n{\"line\":\"2026-01-01T00:00:01Z\"}\n")
    }

    @Test(
        "mistakes are found before a run",
        arguments: [
            ("{ from: auto }", "needs 'field'", nil),
            ("{ field: t, frm: auto }", "is not known here", "Did you mean 'from'?"),
            (
                "{ field: t, zone: Europe/Berlim }", "no time zone 'Europe/Berlim'",
                "Did you mean 'Europe/Berlin'?"
            ),
            (
                "{ field: t, zone: ../passwd }", "no time zone '../passwd'",
                "Write a name of the IANA database"
            ),
            ("{ field: t, out_zone: Mars }", "no time zone 'Mars'", nil),
            ("{ field: t, from: '%H:%M' }", "names no day", "needs %m or %b"),
            ("{ field: t, from: [] }", "is empty", nil),
            ("{ field: t, to: auto }", "'auto' is for reading", "Write rfc3339"),
            ("{ field: t, to: rfc339 }", "no part of a time", "Did you mean 'rfc3339'?"),
            ("{ field: t, on_error: drop }", "must be", nil),
            ("{ field: t, ambiguous: both }", "must be", nil),
            ("[t]", "must be a mapping", nil),
        ] as [(String, String, String?)]
    )
    func mistakes(_ value: String, _ message: String, _ hint: String?) {
        let (pipeline, findings) = compile("- parse: json\n- timestamp: \(value)")
        #expect(pipeline == nil)
        #expect(findings.contains { $0.message.contains(message) }, "\(findings)")
        if let hint { #expect(findings.contains { $0.hint?.contains(hint) == true }, "\(findings)") }
    }

    @Test("a machine without a database of zones says so")
    func noDatabase() throws {
        var diagnostics = Diagnostics()
        let node = try #require(
            YAML.parse(
                Array("- parse: json\n- timestamp: { field: t, zone: Europe/Berlin }".utf8),
                &diagnostics
            )
        )
        let pipeline = Pipeline.compile(steps: node, resources: .none, diagnostics: &diagnostics)
        #expect(pipeline == nil)
        #expect(diagnostics.findings.map(\.code) == [.configUnknownZone])
        #expect(diagnostics.findings.first?.hint?.contains("tzdata") == true)
    }

    @Test("a field that no step makes is pointed at, and what is made is known")
    func knownFields() {
        let (_, missing) = compile("- parse: common\n- timestamp: time")
        #expect(missing.map(\.code) == [.configUnknownField])
        let steps =
            "- parse: common\n- timestamp: { field: timestamp, into: t, ambiguous: flag }\n"
            + "- drop: [t, timestamp_ambiguous]"
        #expect(compile(steps).1.isEmpty)
    }
}
