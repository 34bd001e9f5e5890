internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct SyslogParserTests {
    @Test(
        "reads the examples of RFC 5424, section 6.5",
        arguments: [
            (
                "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{FEFF}'su root' "
                    + "failed on /dev/pts/8",
                #"{"pri":34,"facility":"auth","severity":"crit","timestamp":"2003-10-11T22:14:15.003Z","#
                    + #""hostname":"mymachine.example.com","app_name":"su","proc_id":null,"msg_id":"ID47","#
                    + #""structured_data":null,"message":"'su root' failed on /dev/pts/8"}"#
            ),
            (
                "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make "
                    + "the do-nuts.",
                #"{"pri":165,"facility":"local4","severity":"notice","#
                    + #""timestamp":"2003-08-24T05:14:15.000003-07:00","#
                    + #""hostname":"192.0.2.1","app_name":"myproc","proc_id":"8710","msg_id":null,"#
                    + #""structured_data":null,"message":"%% It's time to make the do-nuts."}"#
            ),
            (
                #"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "#
                    + #"[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] An "#
                    + #"application event"#,
                #"{"pri":165,"facility":"local4","severity":"notice","timestamp":"2003-10-11T22:14:15.003Z","#
                    + #""hostname":"mymachine.example.com","app_name":"evntslog","proc_id":null,"#
                    + #""msg_id":"ID47","#
                    + #""structured_data":{"exampleSDID@32473":{"iut":"3","eventSource":"Application","#
                    + #""eventID":"1011"}},"message":"An application event"}"#
            ),
            (
                #"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "#
                    + #"[exampleSDID@32473 iut="3"][examplePriority@32473 class="high"]"#,
                #"{"pri":165,"facility":"local4","severity":"notice","timestamp":"2003-10-11T22:14:15.003Z","#
                    + #""hostname":"mymachine.example.com","app_name":"evntslog","proc_id":null,"#
                    + #""msg_id":"ID47","#
                    + #""structured_data":{"exampleSDID@32473":{"iut":"3"},"examplePriority@32473":"#
                    + #"{"class":"high"}},"message":null}"#
            ),
        ]
    )
    func modern(_ line: String, _ json: String) throws { try Self.check(line, json) }

    @Test(
        "reads the escapes of structured data (section 6.3.3), and makes JSON of them",
        arguments: [
            (#"[a k="say \"hi\" \\ \]"]"#, #"{"a":{"k":"say \"hi\" \\ ]"}}"#),
            (#"[a k="C:\dir"]"#, #"{"a":{"k":"C:\\dir"}}"#), (#"[a]"#, #"{"a":{}}"#),
            (#"[a k="" k="2"][b]"#, #"{"a":{"k":"","k":"2"},"b":{}}"#),
            ("[a k=\"tab\there \u{1}\"]", #"{"a":{"k":"tab\there \u0001"}}"#),
            (#"[a\b k="x]y"]"#, #"{"a\\b":{"k":"x]y"}}"#), (#"[a k="ü\n"]"#, #"{"a":{"k":"ü\\n"}}"#),
            (
                #"[a k="a long value that is copied sixteen bytes at a time\" and goes on behind a quote"]"#,
                #"{"a":{"k":"a long value that is copied sixteen bytes at a time\" and goes on behind a "#
                    + #"quote"}}"#
            ),
        ]
    )
    func structuredData(_ data: String, _ json: String) throws {
        let result = try run(
            "- parse: syslog\n- keep: [structured_data, message]",
            "<0>1 - - - - - \(data) m\n"
        )
        #expect(result.lines == [#"{"structured_data":\#(json),"message":"m"}"#], "\(result.rejectLines)")
    }

    @Test(
        "reads RFC 3164 and what daemons write in its likeness",
        arguments: [
            (
                "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
                #"{"pri":34,"facility":"auth","severity":"crit","timestamp":"Oct 11 22:14:15","#
                    + #""hostname":"mymachine","#
                    + #""app_name":"su","message":"'su root' failed for lonvick on /dev/pts/8"}"#
            ),
            (
                "Oct  1 02:04:05 host sshd[4321]: Accepted publickey for a from 192.0.2.7 port 22",
                #"{"timestamp":"Oct  1 02:04:05","hostname":"host","app_name":"sshd","proc_id":"4321","#
                    + #""message":"Accepted publickey for a from 192.0.2.7 port 22"}"#
            ),
            (
                "Oct 11 22:14:15 host last message repeated 2 times",
                #"{"timestamp":"Oct 11 22:14:15","hostname":"host","message":"last message repeated 2 "#
                    + #"times"}"#
            ),
            (
                "2026-10-01T12:00:00.123456+02:00 host kernel: [12.5] eth0: link up",
                #"{"timestamp":"2026-10-01T12:00:00.123456+02:00","hostname":"host","app_name":"kernel","#
                    + #""message":"[12.5] eth0: link up"}"#
            ),
            (
                "<189>Oct 11 2023 22:14:15.250: %SYS-5-CONFIG_I: Configured from console",
                #"{"pri":189,"facility":"local7","severity":"notice","timestamp":"Oct 11 2023 22:14:15.250","#
                    + #""app_name":"%SYS-5-CONFIG_I","message":"Configured from console"}"#
            ),
            (
                "Oct 11 22:14:15 cron[7]: (root) CMD (true)",
                #"{"timestamp":"Oct 11 22:14:15","app_name":"cron","proc_id":"7","message":"(root) CMD "#
                    + #"(true)"}"#
            ),
            (
                "Oct 11 22:14:15 host postfix/smtpd[9]:connect",
                #"{"timestamp":"Oct 11 22:14:15","hostname":"host","app_name":"postfix/smtpd","proc_id":"9","#
                    + #""message":"connect"}"#
            ),
            (
                "Oct 11 22:14:15 host com.apple.xpc[1] (com.apple.a): done",
                #"{"timestamp":"Oct 11 22:14:15","hostname":"host","app_name":"com.apple.xpc","proc_id":"1","#
                    + #""message":"(com.apple.a): done"}"#
            ),
            (
                "Oct 11 22:14:15 host http://a.example/ failed[",
                #"{"timestamp":"Oct 11 22:14:15","hostname":"host","message":"http://a.example/ failed["}"#
            ),
            (
                "Oct 11 22:14:15 host a[b c]: d",
                #"{"timestamp":"Oct 11 22:14:15","hostname":"host","message":"a[b c]: d"}"#
            ),
            ("Oct 11 22:14:15", #"{"timestamp":"Oct 11 22:14:15","message":""}"#),
            (
                "<0>Use the BFG!",
                #"{"pri":0,"facility":"kern","severity":"emerg","message":"Use the BFG!"}"#
            ),
            ("<191>", #"{"pri":191,"facility":"local7","severity":"debug","message":""}"#),
        ]
    )
    func traditional(_ line: String, _ json: String) throws { try Self.check(line, json) }

    @Test(
        "rejects what is no syslog, with the reason and its place",
        arguments: [
            ("just text", "timestamp expected at byte 0"),
            ("<192>1 - - - - - -", "priority of 0 to 191 in <> expected at byte 0"),
            ("<034>Oct 11 22:14:15 h a: b", "priority of 0 to 191 in <> expected at byte 0"),
            ("<>Oct 11 22:14:15 h a: b", "priority of 0 to 191 in <> expected at byte 0"),
            ("<1", "priority of 0 to 191 in <> expected at byte 0"),
            ("<1>1 yesterday h a - - - m", "timestamp expected at byte 5"),
            ("<1>1 - h a -", "header of RFC 5424 expected at byte 12"),
            ("<1>1 - h a - - ", "malformed structured data at byte 15"),
            ("<1>1 - h a - - m", "malformed structured data at byte 15"),
            (#"<1>1 - h a - - [a k="open"#, "malformed structured data at byte 25"),
            (#"<1>1 - h a - - [a k=1]"#, "malformed structured data at byte 19"),
            (#"<1>1 - h a - - [a k="1""#, "malformed structured data at byte 23"),
            (#"<1>1 - h a - - []"#, "malformed structured data at byte 16"),
            (#"<1>1 - h a - - [a]m"#, "malformed structured data at byte 18"),
            (#"<1>1 - h a - - [a k="\"#, "malformed structured data at byte"),
            ("Oct 11 22:14 h a: b", "timestamp expected at byte 0"),
            ("Okt 11 22:14:15 h a: b", "timestamp expected at byte 0"),
            ("Oct 11 22:14:15Z h a: b", "timestamp expected at byte 15"),
        ]
    )
    func rejects(_ line: String, _ reason: String) throws {
        let result = try run("- parse: syslog", "<1>a\n\(line)\n\n<2>b\n")
        #expect(result.lines.count == 2 && result.report.tally.dropped == 1)
        #expect(result.rejectLines.count == 1)
        #expect(
            result.rejectLines.first?.contains("parse: syslog: \(reason)") == true,
            "\(result.rejectLines)"
        )
    }

    @Test("rejects bytes that are no UTF-8, line by line (trap J03)")
    func encoding() throws {
        let result = try run("- parse: syslog", Array("<1>a\n<1>b".utf8) + [0xFF, 10] + Array("<1>c\n".utf8))
        #expect(result.lines.count == 2)
        #expect(result.rejectLines.first?.contains("invalid UTF-8") == true)
    }

    @Test("knows all facilities and severities of RFC 5424, section 6.2.1")
    func priorities() throws {
        let text = (0..<192).map { "<\($0)>m\n" }.joined()
        let result = try run("- parse: syslog\n- keep: [facility, severity]", text)
        #expect(result.lines.count == 192 && Set(result.lines).count == 192)
        #expect(result.lines[8 * 16 + 6] == #"{"facility":"local0","severity":"info"}"#)
        #expect(result.lines[8 * 9 + 3] == #"{"facility":"cron","severity":"err"}"#)
    }

    @Test("lets steps work on its fields")
    func worksWithSteps() throws {
        let steps = """
            - parse: syslog
            - keep_if: severity == "crit" && structured_data == null
            - rename: { app_name: app }
            - drop: [pri, facility, severity, timestamp]
            """
        let result = try run(
            steps,
            "<34>1 - h su - - - m\n<35>1 - h su - - - m\n<34>Oct  1 00:00:00 h su: m\n"
        )
        #expect(
            result.lines == [
                #"{"hostname":"h","app":"su","proc_id":null,"msg_id":null,"structured_data":null,"#
                    + #""message":"m"}"#,
                #"{"hostname":"h","app":"su","message":"m"}"#,
            ]
        )
    }

    private static func check(_ line: String, _ json: String) throws {
        let result = try run("- parse: syslog", line + "\n")
        #expect(result.lines == [json])
        #expect(result.rejects.isEmpty, "\(result.rejectLines)")
    }
}
