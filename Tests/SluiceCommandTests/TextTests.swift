internal import ControlPlane
internal import EventModel
internal import Foundation
internal import Testing
internal import sluice

/// What commands print, letter by letter.
@Suite struct TextTests {
    private func view<View: Decodable>(_ type: View.Type, _ json: String) throws -> View {
        try ViewCoding.decode(type, from: Data(json.utf8))
    }

    @Test("a table is aligned, without colours in a pipe")
    func table() {
        var table = Table([.text("NAME"), .number("COUNT"), .text("STATE")])
        table.add([Table.Cell("a"), Table.Cell("1"), Table.Cell("done", .good)])
        table.add([Table.Cell("longer"), Table.Cell("12,000"), Table.Cell("dead\u{1B}[0m", .bad)])
        #expect(
            table.text(.plain) == """
                NAME     COUNT  STATE
                a            1  done
                longer  12,000  dead\\x1b[0m

                """
        )
        #expect(table.text(Style(isColoured: true)).contains("\u{1B}[32mdone\u{1B}[0m"))
    }

    @Test("a narrow terminal shortens the flexible column in its middle")
    func narrow() {
        var table = Table([.text("KEY", flexible: true), .text("STATE")])
        table.add([Table.Cell("web/shop/very/long/path/2026-10-01.log.gz"), Table.Cell("done")])
        let lines = table.text(Style(isColoured: false, width: 32)).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 32 })
        #expect(lines[1].hasPrefix("web/shop/"))
        #expect(lines[1].hasSuffix("log.gz  done"))
    }

    @Test(
        "what outsiders wrote cannot move the cursor (trap S10)",
        arguments: [
            ("a\u{1B}[31mb", "a\\x1b[31mb"), ("\u{9B}x", "\\x9bx"), ("a\u{202E}b", "a\\u{202e}b"),
            ("é→", "é→"), ("\r\n\t", "\\x0d\\x0a\\x09"),
        ]
    )
    func escapes(text: String, expected: String) { #expect(Printable.escape(text) == expected) }

    @Test("figures are short and exact enough")
    func figures() {
        #expect(
            [0, 999, 1000, 9949, 10_400, 999_499, 999_500, 1_234_567_890].map { Figures.bytes($0) } == [
                "0 B", "999 B", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "1.2 GB",
            ]
        )
        #expect(
            [0.0012, 0.25, 1.44, 200, 7500, 90_000].map(Figures.seconds) == [
                "1.2 ms", "250 ms", "1.4 s", "3 min 20 s", "2 h 5 min", "1 d 1 h",
            ]
        )
        #expect([0, 999, 1000, 1_234_567].map { Figures.count($0) } == ["0", "999", "1,000", "1,234,567"])
        #expect(Figures.fixed(-0.55, 1) == "-0.6" || Figures.fixed(-0.55, 1) == "-0.5")
        #expect(Figures.time("2026-10-01T12:34:56.789Z") == "2026-10-01 12:34:56")
    }

    @Test("an error shows its code, what failed and what to do")
    func error() {
        let error = SluiceError(.commandUsage, "It failed.", hint: "Do that.")
        #expect(ErrorText.text(error, .plain) == "error [command.usage] It failed.\nhint  Do that.\n")
        #expect(ErrorText.exitCode(of: error) == 64)
        #expect(ErrorText.exitCode(of: SluiceError(.init("config.x", .usage), "m")) == 78)
        #expect(ErrorText.exitCode(of: SluiceError(.init("storage.x", .outage), "m")) == 1)
    }

    @Test("findings are one line each in a pipe, with the source line and a caret on a terminal")
    func findings() {
        let check = CheckView(
            ok: false,
            file: "/s.yaml",
            findings: [
                FindingView(
                    severity: "error",
                    code: "config.unknown-key",
                    message: "buckets.in.aftr is not known here.",
                    hint: "Did you mean 'after'?",
                    line: 2,
                    column: 8,
                    path: "buckets.in.aftr"
                ),
                FindingView(
                    severity: "warning",
                    code: "config.unused",
                    message: "Unused.",
                    hint: nil,
                    line: 9,
                    column: 1,
                    path: ""
                ),
            ]
        )
        #expect(
            FindingsText.text(check, source: nil, .plain) == """
                /s.yaml:2:8: error [config.unknown-key] buckets.in.aftr is not known here. \
                Did you mean 'after'?
                /s.yaml:9:1: warning [config.unused] Unused.
                1 error and 1 warning

                """
        )
        #expect(
            FindingsText.text(check, source: Array("a: b\n  in: {aftr: keep}\n".utf8), .plain) == """
                /s.yaml:2:8: error [config.unknown-key] buckets.in.aftr is not known here.
                      in: {aftr: keep}
                           ^
                    hint  Did you mean 'after'?
                /s.yaml:9:1: warning [config.unused] Unused.
                1 error and 1 warning

                """
        )
    }

    @Test("a status counts by trigger and says why one is paused")
    func status() throws {
        let view = try view(
            StatusView.self,
            #"{"health":"degraded","problems":["disk\u001b"],"started":"2026-10-01T00:00:00.000Z","#
                + #""active_attempts":2,"workers":8,"oldest_ready":null,"#
                + #""counters":[{"trigger":"web","class":"live","state":"done","count":1200},"#
                + #"{"trigger":"web","class":"retry","state":"dead","count":1}],"#
                + #""triggers":[{"name":"web","bucket":"in","#
                + #""configured":true,"baseline_complete":true,"paused_reason":"tea","#
                + #""failures_in_a_row":0,"rejected_records":12,"rejected_members":1}],"#
                + #""buckets":[{"name":"in","watching":"inotify+scan","#
                + #""last_scan":"2026-10-01T00:00:01.000Z","#
                + #""object_count":5,"ineligible":{"symbolic link":2},"overflows":0}],"notifications":["#
                + #"{"bucket":"","source":"sqs","received":0,"ignored":1,"known":0,"asked":0,"#
                + #""alternate_key":0,"failed":0,"refused":2},"#
                + #"{"bucket":"in","source":"webhook","received":1200,"ignored":0,"known":200,"asked":1000,"#
                + #""alternate_key":3,"failed":0,"refused":0}]}"#
        )
        #expect(
            StatusText.text(view, .plain) == """
                degraded  running since 2026-10-01 00:00:00 UTC, 2 of 8 attempts in flight
                  ! disk\\x1b

                TRIGGER  BUCKET  READY  RUNNING   DONE  DEAD  SKIPPED  OTHER      REJECTED  STATE
                web      in          0        0  1,200     1        0      0  12, 1 member  paused: tea

                BUCKET  WATCHING      OBJECTS  LAST SCAN            OVERFLOWS  NOT OBJECTS
                in      inotify+scan        5  2026-10-01 00:00:01          0  2 symbolic link

                NOTIFIED  BY       RECEIVED  KNOWN  ASKED  OTHER KEY  IGNORED  FAILED  REFUSED
                -         sqs             0      0      0          0        1       0        2
                in        webhook     1,200    200  1,000          3        0       0        0

                """
        )
    }

    @Test("an event is one line")
    func event() throws {
        let entry = try view(
            FeedEntryView.self,
            #"{"number":1,"time":"2026-10-01T12:34:56.789Z","kind":"done","bucket":"in","#
                + #""key":"a.log","trigger":"web","#
                + #""delivery":7,"detail":"1 outputs"}"#
        )
        #expect(FeedText.line(entry, .plain) == "12:34:56.789  done        in:a.log  web #7  1 outputs\n")
    }
}
