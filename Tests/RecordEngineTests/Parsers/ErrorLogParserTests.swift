internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct ErrorLogParserTests {
    /// Lines of httpd.apache.org/docs/2.4/logs.html, docs/2.2/logs.html, and of servers with sources and
    /// system errors in their `ErrorLogFormat`.
    @Test(
        "apache_error: reads 2.2 and 2.4",
        arguments: [
            (
                "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client "
                    + "72.15.99.187] "
                    + "File does not exist: /usr/local/apache2/htdocs/favicon.ico",
                #"{"timestamp":"Fri Sep 09 10:42:29.902022 2011","module":"core","level":"error","#
                    + #""pid":35708,"#
                    + #""tid":4328636416,"client_ip":"72.15.99.187","client_port":null,"#
                    + #""message":"File does not exist: /usr/local/apache2/htdocs/favicon.ico"}"#
            ),
            (
                "[Wed Oct 11 14:32:52 2000] [error] [client 127.0.0.1] client denied by server "
                    + "configuration: "
                    + "/export/home/live/ap/htdocs/test",
                #"{"timestamp":"Wed Oct 11 14:32:52 2000","level":"error","client_ip":"127.0.0.1","message":"#
                    + #""client denied by server configuration: /export/home/live/ap/htdocs/test"}"#
            ),
            (
                "[Thu Jan 01 00:00:00.5 2026] [proxy:warn] [pid 7] [client ::1:58619] AH01144: No handler, "
                    + "sorry, referer: http://a.example/?a,b",
                #"{"timestamp":"Thu Jan 01 00:00:00.5 2026","module":"proxy","level":"warn","pid":7,"#
                    + #""client_ip":"::1","client_port":58619,"code":"AH01144","message":"No handler, "#
                    + #"sorry","#
                    + #""referer":"http://a.example/?a,b"}"#
            ),
            (
                "[Thu Jan 01 00:00:00.5 2026] [core:notice] [pid 1:tid 2] AH00094: Command line: 'httpd "
                    + "-D FOREGROUND'",
                #"{"timestamp":"Thu Jan 01 00:00:00.5 2026","module":"core","level":"notice","pid":1,"#
                    + #""tid":2,"#
                    + #""code":"AH00094","message":"Command line: 'httpd -D FOREGROUND'"}"#
            ),
            (
                "[Thu Jan 01 00:00:00.5 2026] [mpm_event:error] [pid 1:tid 2] (98)Address in use: "
                    + "AH00072: make_sock",
                #"{"timestamp":"Thu Jan 01 00:00:00.5 2026","module":"mpm_event","level":"error","#
                    + #""pid":1,"tid":2,"#
                    + #""message":"(98)Address in use: AH00072: make_sock"}"#
            ),
            (
                "[Wed Oct 11 14:32:52 2000] [notice] caught SIGTERM, shutting down",
                #"{"timestamp":"Wed Oct 11 14:32:52 2000","level":"notice","message":"caught SIGTERM, "#
                    + #"shutting down"}"#
            ),
            (
                "[Wed Oct 11 14:32:52 2000] [error] [client ::1] a [pid 4",
                #"{"timestamp":"Wed Oct 11 14:32:52 2000","level":"error","client_ip":"::1","#
                    + #""message":"a [pid 4"}"#
            ),
        ]
    )
    func apache(_ line: String, _ json: String) throws {
        let result = try run("- parse: apache_error", line + "\n")
        #expect(result.lines == [json], "\(result.rejectLines)")
    }

    /// Forms of src/core/ngx_log.c and src/http/ngx_http_request.c.
    @Test(
        "nginx_error: reads the message, and what follows the client",
        arguments: [
            (
                "2023/01/01 12:00:00 [error] 123#456: *789 connect() failed (111: Connection refused) while "
                    + #"connecting to upstream, client: 1.2.3.4, server: example.com, request: "GET /a, "#
                    + #"b HTTP/1.1", "#
                    + #"subrequest: "/auth", upstream: "http://127.0.0.1:8080/a", host: "example.com", "#
                    + #"referrer: "https://example.com/""#,
                #"{"timestamp":"2023/01/01 12:00:00","level":"error","pid":123,"tid":456,"connection":789,"#
                    + #""message":"connect() failed (111: Connection refused) while connecting to upstream","#
                    + #""client":"1.2.3.4","server":"example.com","request":"GET /a, b HTTP/1.1","#
                    + #""subrequest":"/auth","upstream":"http://127.0.0.1:8080/a","host":"example.com","#
                    + #""referrer":"https://example.com/"}"#
            ),
            (
                "2023/01/01 12:00:00 [notice] 1#1: signal 15 (SIGTERM) received, exiting",
                #"{"timestamp":"2023/01/01 12:00:00","level":"notice","pid":1,"tid":1,"#
                    + #""message":"signal 15 (SIGTERM) received, exiting"}"#
            ),
            (
                "2023/01/01 12:00:00 [info] 1#2: *3 a client, client: unix:, server: 0.0.0.0:443, bytes "
                    + "from/to client:0/0",
                #"{"timestamp":"2023/01/01 12:00:00","level":"info","pid":1,"tid":2,"connection":3,"#
                    + #""message":"a client","client":"unix:","server":"0.0.0.0:443","#
                    + #""extra":"bytes from/to client:0/0"}"#
            ),
            (
                #"2023/01/01 12:00:00 [error] 1#2: *3 m, client: ::1, server: , request: "GET /"x" "#
                    + #"HTTP/1.1", host: "open"#,
                #"{"timestamp":"2023/01/01 12:00:00","level":"error","pid":1,"tid":2,"connection":3,"#
                    + #""message":"m","#
                    + #""client":"::1","server":"","request":"GET /\"x\" HTTP/1.1","extra":"host: \"open"}"#
            ),
            (
                "2023/01/01 12:00:00 [emerg] 1#2: *x",
                #"{"timestamp":"2023/01/01 12:00:00","level":"emerg","pid":1,"tid":2,"message":"*x"}"#
            ),
        ]
    )
    func nginx(_ line: String, _ json: String) throws {
        let result = try run("- parse: nginx_error", line + "\n")
        #expect(result.lines == [json], "\(result.rejectLines)")
    }

    @Test("nginx_error: a name that stands there again is text, however often")
    func nginxNamesTwice() throws {
        let again = Array(repeating: "host: a", count: 60_000).joined(separator: ", ")
        let line = "2023/01/01 12:00:00 [error] 1#2: m, client: c, host: b, \(again)\n"
        let result = try run("- parse: nginx_error", line)
        let fields =
            #"{"timestamp":"2023/01/01 12:00:00","level":"error","pid":1,"tid":2,"message":"m","#
            + #""client":"c","host":"b","extra":""#
        #expect(result.lines == [fields + again + "\"}"])
    }

    @Test(
        "reject lines of another shape, with the place",
        arguments: [
            ("apache_error", "text", "timestamp expected at byte 0"),
            ("apache_error", "[error] text", "timestamp expected"),
            ("apache_error", "[Wed Oct 11 14:32:52 2000 [error] text", "[level] expected at byte 34"),
            ("apache_error", "[Wed Oct 11 14:32:52 2000] error", "[level] expected at byte 27"),
            ("apache_error", "[Wed Oct 11 14:32:52 2000] [a b] c", "[level] expected"),
            ("apache_error", "[Wed Oct 11 14:32:52 2000] [core:] c", "[level] expected"),
            ("apache_error", "[Wed Oct 11 14:32:52 2000]", "[level] expected at byte 26"),
            ("nginx_error", "2023-01-01 12:00:00 [error] 1#1: m", "timestamp expected at byte 0"),
            ("nginx_error", "2023/01/01 12:00 [error] 1#1: m", "timestamp expected at byte 0"),
            ("nginx_error", "2023/01/01 12:00:00 error 1#1: m", "[level] expected at byte 19"),
            ("nginx_error", "2023/01/01 12:00:00 [] 1#1: m", "[level] expected at byte 21"),
            (
                "nginx_error", "2023/01/01 12:00:00 [error] m: 1#1",
                "number of the process expected at byte 28"
            ),
            ("nginx_error", "2023/01/01 12:00:00 [error]", "number of the process expected at byte 27"),
        ]
    )
    func rejects(_ parser: String, _ line: String, _ reason: String) throws {
        let result = try run("- parse: \(parser)", line + "\n")
        #expect(result.lines.isEmpty)
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
    }
}
