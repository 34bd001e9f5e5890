internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct AccessLogParserTests {
    /// A combined line in its parts, and the JSON values of the fields behind `client_ip`.
    static let accepted: [(head: String, tail: String, values: [String])] = [
        (
            #"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0""#,
            #"200 2326 "http://a.example/" "Mozilla/4.08""#,
            [
                #""127.0.0.1""#, "null", #""frank""#, #""10/Oct/2000:13:55:36 -0700""#, #""GET""#,
                #""/apache_pb.gif""#, #""HTTP/1.0""#, "200", "2326", #""http://a.example/""#,
                #""Mozilla/4.08""#,
            ]
        ),
        (
            #"::1 - - [x] "-""#, #"408 - "-" "-""#,
            [#""::1""#, "null", "null", #""x""#, "null", "null", "null", "408", "null", "null", "null"]
        ),
        (
            #"h i Jane Doe [t] "POST /a b?c=\"d\" HTTP/2.0""#, #"404 0 "r \"q\" s" "agent \\ x\x22""#,
            [
                #""h""#, #""i""#, #""Jane Doe""#, #""t""#, #""POST""#, #""/a b?c=\\\"d\\\"""#, #""HTTP/2.0""#,
                "404",
                "0", #""r \\\"q\\\" s""#, #""agent \\\\ x\\x22""#,
            ]
        ),
        (
            #"h - - [t] "GET /old""#, #"000 007 "" """#,
            [#""h""#, "null", "null", #""t""#, #""GET""#, #""/old""#, "null", "0", "7", #""""#, #""""#]
        ),
        (
            #"h - - [t] "\x16\x03\x01 x HTTP/1.1""#, #"400 150 "-" "-""#,
            [
                #""h""#, "null", "null", #""t""#, "null", #""\\x16\\x03\\x01 x HTTP/1.1""#, "null", "400",
                "150",
                "null", "null",
            ]
        ),
        (
            #"h - - [t] """#, #"400 0 "-" "-""#,
            [#""h""#, "null", "null", #""t""#, "null", "null", "null", "400", "0", "null", "null"]
        ),
        (
            #"h - - [t] "M-SEARCH * HTTP/1.1""#, "200 1 \"-\" \"tab\tand \u{1}\"",
            [
                #""h""#, "null", "null", #""t""#, #""M-SEARCH""#, #""*""#, #""HTTP/1.1""#, "200", "1", "null",
                #""tab\tand \u0001""#,
            ]
        ),
    ]
    static let line = "\(accepted[0].head) \(accepted[0].tail)"
    static let record = json(accepted[0].values)

    static func json(_ values: [String]) -> String {
        let names = [
            "client_ip", "ident", "user", "timestamp", "method", "path", "protocol", "status", "bytes",
            "referer",
            "user_agent",
        ]
        return "{" + zip(names, values).map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    @Test("reads combined lines as Apache and nginx write them", arguments: accepted)
    func parses(_ head: String, _ tail: String, _ values: [String]) throws {
        let result = try run("- parse: combined", "\(head) \(tail)\n")
        #expect(result.lines == [Self.json(values)])
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
        let good = Self.line
        let result = try run("- parse: combined", "\(good)\n\(line)\n\(good)\n")
        #expect(result.lines == [Self.record, Self.record])
        #expect(result.rejectLines.count == 1)
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
    }

    @Test("rejects invalid UTF-8 and drops blank lines")
    func handlesOddLines() throws {
        let bad = Array(#"h - - [t] "GET /"#.utf8) + [0xE9] + Array(#"" 200 1 "-" "-""#.utf8)
        let good = Array((Self.line + "\n").utf8)
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
        let text = #"h - - [t] "GET / HTTP/1.1" 503 - "-" "ua \" x""# + "\n" + Self.line
        #expect(try run(steps, text).lines == [#"{"status":503,"error":true,"agent":"ua \\\" x"}"#])
    }
}
