internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct CaptureParserTests {
    private static let access =
        #"192.0.2.7 - bob [01/Oct/2026:12:00:00 +0000] "GET /a?b=1 HTTP/1.1" 200 512 "-" "curl \"8\"""#

    /// A function with one pattern, quoted for YAML.
    private func steps(_ format: String, _ pattern: String, _ more: String = "") -> String {
        let quoted = pattern.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        return "- parse: { format: \(format), pattern: '\(quoted)'\(more) }"
    }

    @Test(
        "makes fields of named groups",
        arguments: [
            (#"(?<a>\d+) (?<b>.*)"#, "", "x 12 y z", #"{"a":"12","b":"y z"}"#),
            (#"(?<a>x)?(?<b>\d*)"#, "", "5", #"{"a":null,"b":"5"}"#),
            (#"(?:(?<a>\d+)|(?<b>\w+))!"#, "", "no!", #"{"a":null,"b":"no"}"#),
            (#"(?<a>.)(?<b>..)"#, "", "é“x", #"{"a":"é","b":"“x"}"#),
            (#"(?<a>\w+)-(?P<b>\w+)"#, ", on: full", "ab-cd", #"{"a":"ab","b":"cd"}"#),
            (#"(?J)(?:a(?<n>\d)|b(?<n>\d))"#, "", "b7", #"{"n":"7"}"#),
            (#"a\Kb(?<c>.)"#, "", "abc", #"{"c":"c"}"#),
        ]
    )
    func regex(_ pattern: String, _ more: String, _ line: String, _ json: String) throws {
        #expect(try run(steps("regex", pattern, more), line + "\n").lines == [json])
    }

    @Test("rejects what does not match, invalid UTF-8 and long subjects")
    func rejects() throws {
        let full = steps("regex", #"(?<a>\w+)"#, ", on: full")
        let long = String(repeating: "a", count: 16_384)
        let lines = "ok\nnot ok\n\n \(long)\n\(long)\n\(long)a\n"
        let result = try run(full, Array(lines.utf8) + [0x61, 0xFF, 10])
        #expect(result.lines == [#"{"a":"ok"}"#, "{\"a\":\"\(long)\"}"])
        #expect(result.report.tally.dropped == 1)
        let reasons = ["pattern does not match", "subject longer", "subject longer", "invalid UTF-8"]
        #expect(result.rejectLines.count == reasons.count)
        for (line, reason) in zip(result.rejectLines, reasons) { #expect(line.contains(reason)) }
    }

    @Test(
        "reads the patterns that Logstash users know",
        arguments: [
            (
                "%{COMBINEDAPACHELOG}", access,
                #"{"clientip":"192.0.2.7","ident":"-","auth":"bob","timestamp":"01/Oct/2026:12:00:00 +0000","#
                    + #""verb":"GET","request":"/a?b=1","httpversion":"1.1","rawrequest":null,"#
                    + #""response":"200","#
                    + #""bytes":"512","referrer":"-","agent":"curl \\\"8\\\""}"#
            ),
            (
                "%{SYSLOGLINE}", "Oct  1 12:00:00 web-1 sshd[42]: Accepted publickey",
                #"{"timestamp":"Oct  1 12:00:00","timestamp8601":null,"facility":null,"priority":null,"#
                    + #""logsource":"web-1","program":"sshd","pid":"42","message":"Accepted publickey"}"#
            ),
            (
                "%{TIMESTAMP_ISO8601:time} %{LOGLEVEL:level} %{GREEDYDATA:message}",
                "2026-10-01T12:00:00.123+02:00 WARN disk full",
                #"{"time":"2026-10-01T12:00:00.123+02:00","level":"WARN","message":"disk full"}"#
            ),
            (
                "%{IP:a} %{IP:b} %{HOSTPORT:c} %{UUID:d} %{MAC:e}",
                "::ffff:192.0.2.1 2001:db8::7 h-1.example.com:80 "
                    + "123e4567-e89b-12d3-a456-426614174000 00:1b:44:11:3a:b7",
                #"{"a":"::ffff:192.0.2.1","b":"2001:db8::7","c":"h-1.example.com:80","#
                    + #""d":"123e4567-e89b-12d3-a456-426614174000","e":"00:1b:44:11:3a:b7"}"#
            ),
            (
                "%{JAVASTACKTRACEPART}", "    at org.example.Main$Inner.run(Main.java:42)",
                #"{"class":"org.example.Main$Inner","method":"run","file":"Main.java","line":"42"}"#
            ),
            (
                "%{URI:u} %{QS:q} %{PATH:p} %{EMAILADDRESS:m}",
                #"https://bob@example.com:8443/a/b?c=d "x \" y" /var/log/a.log a.b+c@example.org"#,
                #"{"u":"https://bob@example.com:8443/a/b?c=d","q":"\"x \\\" y\"","p":"/var/log/a.log","#
                    + #""m":"a.b+c@example.org"}"#
            ),
            (
                "%{SYSLOG5424LINE}", #"<34>1 2026-10-01T12:00:00Z host app - ID47 [x y="1\"]"][z] hello"#,
                #"{"syslog5424_pri":"34","syslog5424_ver":"1","syslog5424_ts":"2026-10-01T12:00:00Z","#
                    + #""syslog5424_host":"host","syslog5424_app":"app","syslog5424_proc":null,"#
                    + #""syslog5424_msgid":"ID47","syslog5424_sd":"[x y=\"1\\\"]\"][z]","#
                    + #""syslog5424_msg":"hello"}"#
            ),
            (
                "%{HTTPD_ERRORLOG}",
                "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] "
                    + "[client 72.15.99.187:1234] AH00124: loop",
                #"{"timestamp":"Fri Sep 09 10:42:29.902022 2011","loglevel":"error","#
                    + #""clientip":"72.15.99.187","#
                    + #""message":"loop","module":"core","pid":"35708","tid":"4328636416","#
                    + #""clientport":"1234","#
                    + #""errorcode":"AH00124"}"#
            ),
        ]
    )
    func grok(_ pattern: String, _ line: String, _ json: String) throws {
        let result = try run(steps("grok", pattern), line + "\n")
        #expect(result.lines == [json], "\(result.rejectLines)")
    }

    @Test("gives captures types, and rejects what is not of its type")
    func types() throws {
        let pattern = "%{NOTSPACE:a:int} %{NOTSPACE:b:float} %{NOTSPACE:[c][d]:bool} %{DATA:e:string};"
        let text =
            "007 -.50 TRUE x;\n-12 1e3 false ;\n+0 00.5 true y;\n1.5 1 true z;\n1 x true z;\n1 1 yes z;\n"
        let result = try run(steps("grok", pattern), text)
        #expect(
            result.lines == [
                #"{"a":7,"b":-0.50,"c_d":true,"e":"x"}"#, #"{"a":-12,"b":1e3,"c_d":false,"e":""}"#,
                #"{"a":0,"b":0.5,"c_d":true,"e":"y"}"#,
            ]
        )
        #expect(result.rejectLines.count == 3)
        #expect(result.rejectLines[1].contains("capture is not of its type at byte 2"))
    }

    @Test("takes the first of several patterns that matches, and patterns of the configuration")
    func several() throws {
        let steps = """
            - parse:
                format: grok
                patterns: ['%{ORDER:id} paid %{NUMBER:sum:float}', '%{ORDER:id} (?<state>\\w+)']
                definitions: { ORDER: '%{LETTERS}-%{POSINT}', LETTERS: '[A-Z]+' }
            - drop_if: state == 'gone'
            """
        let result = try run(steps, "AB-7 paid 1.50\nC-8 sent\nD-9 gone\nnothing\n")
        #expect(result.lines == [#"{"id":"AB-7","sum":1.50}"#, #"{"id":"C-8","state":"sent"}"#])
        #expect(result.rejectLines.count == 1)
    }

    @Test(
        "refuses what is no pattern, with the reason",
        arguments: [
            ("regex", "(?<a>x", "missing closing parenthesis"), ("regex", "abc", "captures nothing"),
            ("regex", #"(?<a>\C)"#, "is no pattern"), ("grok", "%{NOPE:a}", "no pattern 'NOPE'"),
            ("grok", "%{WORD", "has no '}'"), ("grok", "%{WORD:a:date}", "no type 'date'"),
            ("grok", "%{WORD:a:int:x}", "is not %{NAME}"), ("grok", "%{WORD}", "captures nothing"),
            ("regex", "(?<a>(x+)+y)", "without end"), ("regex", #"(?<a>x+)\1+y"#, "half a second"),
            ("regex", "", "captures nothing"),
        ]
    )
    func refuses(_ format: String, _ pattern: String, _ reason: String) {
        let (pipeline, findings) = compile(steps(format, pattern))
        #expect(pipeline == nil)
        #expect(findings.contains { $0.message.contains(reason) }, "\(findings)")
    }

    @Test("a definition that means itself ends")
    func recursion() {
        let text = "- parse: { format: grok, pattern: '%{A:a}', definitions: { A: 'x%{B}', B: '%{A}y' } }"
        #expect(compile(text).1.contains { $0.message.contains("nested deeper") })
    }
}
