internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct AutoParserTests {
    private static let client = #"192.0.2.7 - - [01/Oct/2026:12:00:00 +0000] "GET /a HTTP/1.1" 200 5"#

    /// One sample of each format, as its vendor documents it.
    static let samples: [(String, String)] = [
        ("json", "{\"a\":1}\n{\"b\":[2]}\n"),
        ("docker", #"{"log":"a\n","stream":"stdout","time":"2026-10-01T12:00:00Z"}"# + "\n"),
        ("json", #"{"log":"a\n","level":"info"}"# + "\n"),
        ("cri", "2016-10-06T00:17:09.669794202Z stdout F log content 1\n"),
        (
            "syslog",
            "<34>1 2003-10-11T22:14:15.003Z host su - ID47 - 'su root' failed\n<34>Oct 11 22:14:15 h su: x\n"
        ),
        ("syslog", "Oct 11 22:14:15 host sshd[1]: a=b\nOct 11 22:14:16 host sshd[1]: c\n"),
        ("combined", client + #" "-" "curl/8""# + "\n"), ("common", client + "\n"),
        ("w3c", "#Version: 1.0\n#Fields: time c-ip sc-status\n17:42:15 ::1 200\n"),
        (
            "apache_error",
            "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] AH00124: a, b, c\n"
        ),
        ("nginx_error", "2023/01/01 12:00:00 [notice] 1#1: signal process started\n"),
        (
            "aws_s3_access",
            #"o b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 r id OP - "GET /b HTTP/1.1" 200 - 1 - 7 - "-" "#
                + #""S3" -"#
                + "\n"
        ),
        (
            "aws_alb",
            #"http 2018-07-02T22:23:00Z app/a/5 1.2.3.4:1 - -1 -1 -1 502 - 34 366 "GET http://a:80/ "#
                + #"HTTP/1.1" "c" "#
                + "- - arn\n"
        ),
        ("aws_vpc_flow", "2 1 eni-1 - - - - - - - 1431280876 1431280934 - NODATA\n"),
        ("aws_vpc_flow", "vpc-id srcaddr bytes\nvpc-1 ::1 5\n"),
        ("csv", "id,name,\"the city\"\n1,Ada,\"London, UK\"\n2,Li,Lyon\n"), ("csv", "id;name;x\n1;2;3\n"),
        ("csv", "id\tname\tx\n1\t2\t3\n"), ("logfmt", "level=info msg=\"a b\"\nts=1 level=warn x\n"),
    ]

    @Test("recognises each format, reads it as its own parser does, and says so", arguments: samples)
    func recognises(_ format: String, _ text: String) throws {
        let result = try run("- parse: auto", text)
        #expect(
            result.report.totals.notes.first?.hasPrefix("auto: \(format) (100 % of ") == true,
            "\(result.report.totals.notes)"
        )
        #expect(result.rejects.isEmpty && !result.lines.isEmpty)
        if format == "csv" { return }
        let own = try run("- parse: \(format)", text)
        #expect(result.output == own.output)
    }

    @Test("reads separated values by their header, whatever the delimiter")
    func separated() throws {
        let text =
            "id;name;city\n1;Ada;\"a;b\"\n\n2;Li\nid;name;city\n"
            + String(repeating: "3;Bo;Rome\n", count: 30)
        let result = try run("- parse: auto", text)
        #expect(result.lines[0] == #"{"id":"1","name":"Ada","city":"a;b"}"# && result.lines.count == 31)
        #expect(result.rejectLines.first?.contains("CSV: fewer values than columns") == true)
        #expect(result.report.tally.dropped == 3)
    }

    @Test(
        "keeps lines of unknown formats as raw",
        arguments: ["just text\nmore\n", "a\n", "\n\n", "x=1 y\nb\nc\n"]
    )
    func unknown(_ text: String) throws {
        let result = try run("- parse: auto", text)
        #expect(result.output == (try run("- parse: raw", text)).output)
        #expect(result.report.totals.notes == ["auto: raw (no format reads half of the first lines)"])
    }

    @Test("rejects lines of other formats, or keeps them whole with the reason (trap J09)")
    func mixed() throws {
        let text =
            Array("{\"a\":1}\nplain \"text\"\nlevel=info\n{\"a\":2}\n{\"a\":3}\n".utf8) + [0x7B, 0xFF, 10]
        let rejecting = try run("- parse: auto", text)
        #expect(rejecting.lines == [#"{"a":1}"#, #"{"a":2}"#, #"{"a":3}"#])
        #expect(rejecting.rejectLines.count == 3)
        #expect(rejecting.report.totals.notes == ["auto: json (50 % of 6 lines)"])
        let keeping = try run("- parse: { format: auto, fallback: raw }\n- set: { n: 1 }", text)
        #expect(
            keeping.lines == [
                #"{"a":1,"n":1}"#,
                #"{"message":"plain \"text\"","_parse_error":"JSON: not an object at byte 0","n":1}"#,
                #"{"message":"level=info","_parse_error":"JSON: not an object at byte 0","n":1}"#,
                #"{"a":2,"n":1}"#, #"{"a":3,"n":1}"#,
            ],
            "\(keeping.lines)"
        )
        #expect(keeping.rejectLines.count == 1, "no JSON holds bytes that are no UTF-8")
    }

    @Test("a reject by an earlier stage stays one")
    func earlierReject() throws {
        let result = try run(
            "- drop_if: int(line) > 5\n- parse: { format: auto, fallback: raw }",
            "3\nx\n9\n"
        )
        #expect(result.lines == [#"{"line":"3"}"#])
        #expect(result.rejectLines.count == 1 && result.report.tally.dropped == 1)
    }

    @Test("chooses between the candidates only")
    func candidates() throws {
        let text = "{\"a\":1}\n"
        let steps = "- parse: { format: auto, candidates: [combined, syslog] }"
        #expect(try run(steps, text).lines == [#"{"line":"{\"a\":1}"}"#])
        let one = try run("- parse: { format: auto, candidates: json }", text)
        #expect(one.lines == [#"{"a":1}"#])
    }

    @Test(
        "refuses candidates and fallbacks that are none",
        arguments: ["candidates: [xml]", "candidates: [raw]", "fallback: keep", "candidate: json"]
    )
    func refuses(_ option: String) {
        let findings = compile("- parse: { format: auto, \(option) }").1
        #expect(findings.contains { $0.severity == .error })
    }

    @Test("decides by the beginning, for all blocks and threads alike")
    func blocks() throws {
        var text = "#Fields: n word\n"
        for number in 0..<120_000 { text += "\(number) some-more-text\n" }
        let own = try run("- parse: w3c", text)
        let compiled = try #require(compile("- parse: auto").0)
        for seed in 0..<2 {
            let sinks = MemorySinks()
            let report = try compiled.run(
                source: MemorySource(Array(text.utf8), chunk: 5_000),
                sinks: sinks,
                executor: TestPool(3, seed: UInt64(seed))
            )
            #expect(sinks.result.bytes == own.output)
            #expect(report.totals.notes == ["auto: w3c (100 % of 199 lines)"])
        }
    }
}
