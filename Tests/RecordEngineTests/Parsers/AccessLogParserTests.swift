import EventModel
import RecordEngine
import Testing

@Suite struct AccessLogParserTests {
    static let accepted: [(String, String)] = [
        (
            #"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://a.example/" "Mozilla/4.08""#,
            #"{"client_ip":"127.0.0.1","ident":null,"user":"frank","timestamp":"10/Oct/2000:13:55:36 -0700","method":"GET","path":"/apache_pb.gif","protocol":"HTTP/1.0","status":200,"bytes":2326,"referer":"http://a.example/","user_agent":"Mozilla/4.08"}"#
        ),
        (
            #"::1 - - [x] "-" 408 - "-" "-""#,
            #"{"client_ip":"::1","ident":null,"user":null,"timestamp":"x","method":null,"path":null,"protocol":null,"status":408,"bytes":null,"referer":null,"user_agent":null}"#
        ),
        (
            #"h i Jane Doe [t] "POST /a b?c=\"d\" HTTP/2.0" 404 0 "r \"q\" s" "agent \\ x\x22""#,
            #"{"client_ip":"h","ident":"i","user":"Jane Doe","timestamp":"t","method":"POST","path":"/a b?c=\\\"d\\\"","protocol":"HTTP/2.0","status":404,"bytes":0,"referer":"r \\\"q\\\" s","user_agent":"agent \\\\ x\\x22"}"#
        ),
        (
            #"h - - [t] "GET /old" 000 007 "" """#,
            #"{"client_ip":"h","ident":null,"user":null,"timestamp":"t","method":"GET","path":"/old","protocol":null,"status":0,"bytes":7,"referer":"","user_agent":""}"#
        ),
        (
            #"h - - [t] "\x16\x03\x01 x HTTP/1.1" 400 150 "-" "-""#,
            #"{"client_ip":"h","ident":null,"user":null,"timestamp":"t","method":null,"path":"\\x16\\x03\\x01 x HTTP/1.1","protocol":null,"status":400,"bytes":150,"referer":null,"user_agent":null}"#
        ),
        (
            #"h - - [t] "" 400 0 "-" "-""#,
            #"{"client_ip":"h","ident":null,"user":null,"timestamp":"t","method":null,"path":null,"protocol":null,"status":400,"bytes":0,"referer":null,"user_agent":null}"#
        ),
        (
            "h - - [t] \"M-SEARCH * HTTP/1.1\" 200 1 \"-\" \"tab\tand \u{1}\"",
            #"{"client_ip":"h","ident":null,"user":null,"timestamp":"t","method":"M-SEARCH","path":"*","protocol":"HTTP/1.1","status":200,"bytes":1,"referer":null,"user_agent":"tab\tand \u0001"}"#
        ),
    ]

    @Test("reads combined lines as Apache and nginx write them", arguments: accepted)
    func parses(_ line: String, _ json: String) throws {
        let result = try run("- parse: combined", line + "\n")
        #expect(result.lines == [json])
        #expect(result.rejects.isEmpty)
    }

    @Test("reads the common format and refuses more than that")
    func parsesCommon() throws {
        let line = #"h - - [t] "GET / HTTP/1.1" 200 5"#
        let result = try run("- parse: common", "\(line)\n\(line) \"-\" \"-\"\n")
        #expect(result.lines.count == 1)
        #expect(result.lines[0].hasSuffix(#""status":200,"bytes":5}"#))
        #expect(result.rejectLines.first?.contains("text after the last field") == true)
    }

    static let rejected: [(String, String)] = [
        ("word", "client address"), ("h -", "ident and user"), ("h - -", "ident and user"),
        (#"h - - x "GET /" 200 1"#, "ident"),
        (#"h - - [t "GET / HTTP/1.1" 200 1 "-" "-""#, "timestamp"),
        (#"h - - [] "GET /" 200 1 "-" "-""#, "timestamp"),
        (#"h - - [t] GET / 200 1 "-" "-""#, "quoted request"), (#"h - - [t] "GET / 200 1"#, "quoted request"),
        (#"h - - [t] "GET /" 20 1 "-" "-""#, "status"), (#"h - - [t] "GET /" 2000 1 "-" "-""#, "status"),
        (#"h - - [t] "GET /" x 1 "-" "-""#, "status"),
        (#"h - - [t] "GET /" 200 x "-" "-""#, "number of bytes"),
        (#"h - - [t] "GET /" 200 -1 "-" "-""#, "referer"), (#"h - - [t] "GET /" 200 1"#, "referer"),
        (#"h - - [t] "GET /" 200 1 "-""#, "user agent"),
        (#"h - - [t] "GET /" 200 1 "-" "open"#, "user agent"),
        (#"h - - [t] "GET /" 200 1 "-" "x\""#, "user agent"),
        (#"h - - [t] "GET /" 200 1 "-" "-" more"#, "after the last"),
        (#"h - - [t] "GET /" 200  1 "-" "-""#, "number of bytes"),
        (#" h - - [t] "GET /" 200 1 "-" "-""#, "client"),
        (#"h - - [t] "GET /\"#, "quoted request"), (#"{"a":1}"#, "client address"),
    ]

    @Test("rejects lines of another shape, with the reason", arguments: rejected)
    func rejects(_ line: String, _ reason: String) throws {
        let good = Self.accepted[0].0
        let result = try run("- parse: combined", "\(good)\n\(line)\n\(good)\n")
        #expect(result.lines == [Self.accepted[0].1, Self.accepted[0].1])
        #expect(result.rejectLines.count == 1)
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
    }

    @Test("rejects invalid UTF-8 and drops blank lines")
    func handlesOddLines() throws {
        let bad = Array(#"h - - [t] "GET /"#.utf8) + [0xE9] + Array(#"" 200 1 "-" "-""#.utf8)
        let good = Array((Self.accepted[0].0 + "\n").utf8)
        let result = try run("- parse: combined", good + bad + Array("\n\n  \n".utf8) + good)
        #expect(result.lines.count == 2)
        #expect(result.report.tally.dropped == 2)
        #expect(result.rejectLines.first?.contains("invalid UTF-8") == true)
        #expect(result.rejectLines.first?.contains(#"GET /\udce9"#) == true)
    }

    @Test("gives expressions numbers, texts and nulls")
    func feedsExpressions() throws {
        let steps = """
            - parse: combined
            - keep_if: status >= 400 && bytes == null && method == "GET"
            - set: { error: status >= 500, agent: user_agent }
            - keep: [status, error, agent]
            """
        let text = #"h - - [t] "GET / HTTP/1.1" 503 - "-" "ua \" x""# + "\n" + Self.accepted[0].0
        #expect(try run(steps, text).lines == [#"{"status":503,"error":true,"agent":"ua \\\" x"}"#])
    }
}
