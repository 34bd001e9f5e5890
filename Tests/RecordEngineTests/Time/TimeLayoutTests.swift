internal import RecordEngine
internal import Testing

@Suite struct TimeLayoutTests {
    @Test(
        "patterns read and write their parts",
        arguments: [
            ("%Y-%m-%d %H:%M:%S", "2026-11-21 03:07:09", "2026-11-21T03:07:09Z"),
            ("%d/%b/%Y:%T %z", "10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36Z"),
            ("%Y%m%d%H%M%S%3f", "20261121030709250", "2026-11-21T03:07:09.250Z"),
            ("%Y-%m-%d %H:%M:%S,%f", "2026-11-21 03:07:09,0125", "2026-11-21T03:07:09.0125Z"),
            ("%F %T.%6f", "2026-11-21 03:07:09.000001", "2026-11-21T03:07:09.000001Z"),
            ("%F %T.%9f", "2026-11-21 03:07:09.000000001", "2026-11-21T03:07:09.000000001Z"),
            ("%A, %d. %B %Y %R", "Saturday, 21. November 2026 03:07", "2026-11-21T03:07:00Z"),
            ("%a %b %e %T %Y", "Sun Nov  1 03:07:09 2026", "2026-11-01T03:07:09Z"),
            ("%D %I:%M %p", "11/21/26 03:07 PM", "2026-11-21T15:07:00Z"),
            ("%D %I:%M %p", "11/21/26 12:07 AM", "2026-11-21T00:07:00Z"),
            ("%Y-%j", "2024-366", "2024-12-31T00:00:00Z"), ("%s", "1700000000", "2023-11-14T22:13:20Z"),
            ("%s", "-5", "1969-12-31T23:59:55Z"),
            ("%F%n%T%t%%", "2026-11-21\n03:07:09\t%", "2026-11-21T03:07:09Z"),
            ("é%Fé", "é2026-11-21é", "2026-11-21T00:00:00Z"),
            ("%F %:z", "2026-11-21 +00:00", "2026-11-21T00:00:00Z"),
        ]
    )
    func patterns(_ pattern: String, _ text: String, _ expected: String) throws {
        let time = try read(text, pattern).get()
        #expect(try write(time, "rfc3339") == expected)
        if !pattern.contains("z") { #expect(try write(time, pattern) == text) }
    }

    @Test(
        "patterns are lenient where strptime is, and nowhere else",
        arguments: [
            ("%Y-%m-%d", "2026-1-2", "2026-01-02T00:00:00Z"),
            ("%b %d %Y", "NOVEMBER   2 2026", "2026-11-02T00:00:00Z"),
            ("%F %Z", "2026-01-02 PST", "2026-01-02T08:00:00Z"),
            ("%F %z", "2026-01-02 Z", "2026-01-02T00:00:00Z"),
            ("%F%n%T", "2026-01-0203:00:00", "2026-01-02T03:00:00Z"),
            ("%F %T.%3f", "2026-01-02 03:00:00.1234", "malformed"),
            ("%F %T.%3f", "2026-01-02 03:00:00.12", "malformed"),
            ("%F %T", "2026-01-02 03:00:00 ", "2026-01-02T03:00:00Z"),
            ("%F %T", "2026-01-0203:00:00", "malformed"),
            ("%b %d %Y", "Novem 2 2026", "malformed"), ("%b %d %Y", "No 2 2026", "malformed"),
            ("%Y-%m-%d", "26-01-02", "malformed"), ("%F %I %p", "2026-01-02 13 PM", "malformed"),
            ("%F %I %p", "2026-01-02 00 AM", "malformed"), ("%F %I %p", "2026-01-02 1 XM", "malformed"),
            ("%Y-%j", "2023-366", "malformed"), ("%Y-%j", "2023-000", "malformed"),
            ("%F %Z", "2026-01-02 BST", "malformed"),
            ("%F %Z", "2026-01-02 ", "malformed"), ("%s", "", "malformed"), ("%s", "1x", "malformed"),
            ("%s", "1234567890123456789", "malformed"), ("%y-%m-%d", "2-01-01", "malformed"),
            ("%a %F", "Xyz 2026-01-02", "malformed"), ("%a %F", "Mon 2026-01-02", "2026-01-02T00:00:00Z"),
        ]
    )
    func leniency(_ pattern: String, _ text: String, _ expected: String) throws {
        #expect(try rewrite(text, pattern) == expected)
    }

    @Test(
        "a pattern that cannot work is refused, and says why",
        arguments: [
            ("", "must have"), ("%", "has '%'"), ("%Q", "has '%Q'"), ("%F %4f", "has '%4'"),
            ("%H:%M", "names no day"),
            ("%d", "names no day"), ("%m", "names no day"), ("%F %I:%M", "%I together with %p"),
            ("%F %H %p", "%I together with %p"), ("rfc333", "no part of a time"),
            ("plain", "no part of a time"),
            ("%%", "no part of a time"), (String(repeating: "%F", count: 101), "must have"),
        ]
    )
    func mistakes(_ pattern: String, _ message: String) {
        let result = TimeLayout.compile(pattern, for: .reading)
        #expect(throws: TimeLayout.Mistake.self) { try result.get() }
        if case .failure(let mistake) = result { #expect(mistake.message.contains(message), "\(mistake)") }
    }

    @Test("a misspelt name gets a hint, and auto cannot be written")
    func hints() {
        let result = TimeLayout.compile("rfc3393", for: .writing)
        if case .failure(let mistake) = result {
            #expect(mistake.hint == "Did you mean 'rfc3339'?")
        } else {
            Issue.record("\(result)")
        }
        #expect(throws: TimeLayout.Mistake.self) { try TimeLayout.compile("auto", for: .writing).get() }
        #expect(throws: Never.self) { try TimeLayout.compile("%H", for: .writing).get() }
    }

    @Test(
        "named layouts write one form each",
        arguments: [
            ("rfc3339", "2026-11-01T03:07:09.25Z"), ("iso8601", "2026-11-01T03:07:09.25Z"),
            ("rfc2822", "Sun, 01 Nov 2026 03:07:09 +0000"), ("rfc3164", "Nov  1 03:07:09"),
            ("clf", "01/Nov/2026:03:07:09 +0000"), ("epoch", "1793502429.25"), ("epoch_s", "1793502429"),
            ("epoch_ms", "1793502429250"), ("epoch_us", "1793502429250000"),
            ("epoch_ns", "1793502429250000000"),
            ("%s", "1793502429"), ("%f|%3f|%6f|%9f", "25|250|250000|250000000"), ("%Z %z", "UTC +0000"),
            ("%y %j %e %I %p", "26 305  1 03 AM"),
        ]
    )
    func writes(_ layout: String, _ expected: String) throws {
        let time = try read("2026-11-01T03:07:09.25Z", "rfc3339").get()
        #expect(try write(time, layout) == expected)
        #expect(try writing(layout).isNumber == (layout.hasPrefix("epoch") || layout == "%s"))
    }

    @Test(
        "numbers before 1970 are rounded down, a fraction of seconds is exact",
        arguments: [
            ("epoch", "-1.5"), ("epoch_s", "-2"), ("epoch_ms", "-1500"), ("epoch_us", "-1500000"),
            ("epoch_ns", "-1500000000"),
        ]
    )
    func negative(_ layout: String, _ expected: String) throws {
        let time = try read("-1.5", "epoch_s").get()
        #expect(try write(time, layout) == expected)
    }

    @Test("nanoseconds of the first and last years have more than 64 bits")
    func wide() throws {
        let first = try read("0000-01-01", "rfc3339").get()
        #expect(try write(first, "epoch_ns") == "-62167219200000000000")
        let last = try read("9999-12-31T23:59:59.999999999Z", "rfc3339").get()
        #expect(try write(last, "epoch_ns") == "253402300799999999999")
    }

    @Test("a year that has no four digits there cannot be written")
    func unwritable() throws {
        let last = try read("9999-12-31T23:59:59Z", "rfc3339").get()
        #expect(try write(last, "rfc3339", zone: zone("+00:01")) == nil)
        #expect(try write(last, "rfc3339", zone: zone("-00:01")) == "9999-12-31T23:58:59-00:01")
    }

    @Test("local mean time has seconds, which RFC 3339 cannot write: the moment stays")
    func localMeanTime() throws {
        let berlin = try zone("Europe/Berlin")
        let time = try read("1890-01-01T00:00:00Z", "rfc3339").get()
        #expect(try write(time, "rfc3339", zone: berlin) == "1890-01-01T00:53:00+00:53")
        #expect(try write(time, "%F %T %z %Z", zone: berlin) == "1890-01-01 00:53:28 +005328 LMT")
    }
}
