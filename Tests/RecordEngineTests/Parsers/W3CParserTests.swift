internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct W3CParserTests {
    /// learn.microsoft.com/windows/win32/http/w3c-logging.
    private static let iis = """
        #Software: Internet Information Services 6.0
        #Version: 1.0
        #Date: 2001-05-02 17:42:15
        #Fields: time c-ip cs-method cs-uri-stem sc-status cs-version
        17:42:15 172.16.255.255 GET /default.htm 200 HTTP/1.0
        17:42:16 172.16.255.255 GET - 304 HTTP/1.0

        """

    @Test("reads what IIS writes")
    func readsIIS() throws {
        let result = try run("- parse: w3c", Self.iis)
        #expect(
            result.lines == [
                #"{"time":"17:42:15","c_ip":"172.16.255.255","cs_method":"GET","cs_uri_stem":"/default.htm","#
                    + #""sc_status":200,"cs_version":"HTTP/1.0"}"#,
                #"{"time":"17:42:16","c_ip":"172.16.255.255","cs_method":"GET","cs_uri_stem":null,"#
                    + #""sc_status":304,"cs_version":"HTTP/1.0"}"#,
            ]
        )
        #expect(result.rejects.isEmpty && result.report.tally.dropped == 4)
    }

    /// docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html.
    @Test("reads what CloudFront writes: tabs, and percent signs as they stand")
    func readsCloudFront() throws {
        let text =
            "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) "
            + "cs-uri-stem sc-status "
            + "cs(Referer) "
            + "cs(User-Agent)\n2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111.cloudfront.net\t"
            + "/index.html\t200\t-\tMozilla/5.0%20(Windows%20NT)\n2019-12-04\t21:02:31\tLAX1\t0.5\t\tGET"
            + "\ta b\t\"\t1\t-\tx\r\n"
        let result = try run("- parse: w3c", text)
        #expect(
            result.lines == [
                #"{"date":"2019-12-04","time":"21:02:31","x_edge_location":"LAX1","sc_bytes":392,"#
                    + #""c_ip":"192.0.2.100","cs_method":"GET","cs_host":"d111.cloudfront.net","#
                    + #""cs_uri_stem":"/index.html","sc_status":200,"cs_referer":null,"#
                    + #""cs_user_agent":"Mozilla/5.0%20(Windows%20NT)"}"#,
                #"{"date":"2019-12-04","time":"21:02:31","x_edge_location":"LAX1","sc_bytes":0.5,"c_ip":"","#
                    + #""cs_method":"GET","cs_host":"a b","cs_uri_stem":"\"","sc_status":1,"#
                    + #""cs_referer":null,"#
                    + #""cs_user_agent":"x"}"#,
            ],
            "\(result.rejectLines)"
        )
    }

    @Test("changes the columns where a later directive says so, unknown names included")
    func restarts() throws {
        let text =
            "#Fields: a X-Own(b) a\n1 2 3\n1 2\n#Date: x\n#Fields: Own-2\n007\n1 2\n#Fields: a X-Own(b) "
            + "a\n4 5 6\n"
        let result = try run("- parse: w3c", text)
        #expect(
            result.lines == [
                #"{"a":1,"x_own_b":2,"a":3}"#, #"{"own_2":"007"}"#, #"{"a":4,"x_own_b":5,"a":6}"#,
            ]
        )
        #expect(result.rejectLines.count == 2)
        #expect(result.rejectLines[0].contains("not as many columns as were named at byte 3"))
        #expect(result.rejectLines[1].contains("not as many columns as were named at byte 2"))
    }

    @Test("takes quoted values whole (WD-logfile-960323)")
    func quoted() throws {
        let text = "#Fields: a b c\n\"x y\"  \"say \"\"hi\"\"\" \"\"\n\"open x y\n"
        let result = try run("- parse: w3c", text)
        #expect(
            result.lines == [#"{"a":"x y","b":"say \"\"hi\"\"","c":""}"#, #"{"a":"\"open","b":"x","c":"y"}"#]
        )
    }

    @Test("rejects records in front of any directive, unless the configuration names their columns")
    func noDirective() throws {
        let text = "1 2\n#Fields: c\n3\n"
        let result = try run("- parse: w3c", text)
        #expect(result.lines == [#"{"c":3}"#])
        #expect(result.rejectLines.first?.contains("parse: w3c: no #Fields line in front of it\"") == true)
        let named = try run("- parse: { format: w3c, columns: [c-ip, \"cs(Cookie)\"] }", text)
        #expect(named.lines == [#"{"c_ip":1,"cs_cookie":2}"#, #"{"c":3}"#])
    }

    @Test("knows the directive in every block, on every number of threads, whatever steps take out")
    func carries() throws {
        var text = "#Fields: n word\n"
        var expected: [String] = []
        for number in 0..<150_000 {
            if number == 70_000 { text += "#Software: again\n#Fields: word n\n" }
            text += number < 70_000 ? "\(number) some-text\n" : "some-text \(number)\n"
            let pair = [#""n":\#(number)"#, #""word":"some-text""#]
            expected.append("{" + (number < 70_000 ? pair : pair.reversed()).joined(separator: ",") + "}")
        }
        #expect(text.utf8.count > 2 << 20)
        let steps = "- drop_if: line.startsWith(\"#\")\n- parse: w3c"
        let result = try run(steps, text)
        #expect(result.lines == expected && result.rejects.isEmpty)
        let pool = TestPool(3, seed: 5)
        let compiled = try #require(compile("- parse: w3c").0)
        let sinks = MemorySinks()
        _ = try compiled.run(
            source: MemorySource(Array(text.utf8), chunk: 4_096),
            sinks: sinks,
            executor: pool
        )
        #expect(sinks.result.bytes == result.output)
    }

    @Test("lets steps work on its fields, known to the parser or not")
    func worksWithSteps() throws {
        let steps = """
            - parse: w3c
            - keep_if: sc_status == 200 && x_own == "a"
            - rename: { c_ip: client }
            - drop: x_other
            """
        let result = try run(
            steps,
            "#Fields: c-ip sc-status x-own x-other\n::1 200 a b\n::1 500 a b\n::1 200 b b\n"
        )
        #expect(result.lines == [#"{"client":"::1","sc_status":200,"x_own":"a"}"#])
    }

    @Test("knows the columns where a search for text answers the condition before it")
    func worksBehindSearch() throws {
        let text = "#Fields: a b\n1 x\n2 needle\n#Fields: c d\n3 x\n4 needle\n"
        for parse in ["w3c", "{ format: auto, candidates: w3c }"] {
            let steps = "- keep_if: line.contains(\"needle\")\n- parse: \(parse)"
            let result = try run(steps, text)
            #expect(result.lines == [#"{"a":2,"b":"needle"}"#, #"{"c":4,"d":"needle"}"#])
            #expect(result.report.tally.dropped == 4)
        }
    }

    @Test("refuses columns that are none", arguments: ["[]", "3: 4", "{ a: b }"])
    func badColumns(_ value: String) {
        let (pipeline, findings) = compile("- parse: { format: w3c, columns: \(value) }")
        #expect(!findings.isEmpty)
        #expect(pipeline == nil || findings.contains { $0.severity == .error })
    }
}
