internal import EventModel
internal import EventProcessing
internal import Testing

/// Cron expressions: what is refused, and when they are due.
@Suite struct CronTests {
    @Test(
        "what is no expression is refused with what is wrong, and what to write",
        arguments: [
            ("", "0 fields", "Write minute, hour"), ("* * * *", "4 fields", "Write minute, hour"),
            ("0 0 3 * * *", "6 fields", "Seconds are not taken"), ("@reboot", "no word", "@daily"),
            ("@daily 3", "no word", "@daily"), ("CRON_TZ=UTC 0 3 * * *", "no field", "timezone"),
            ("60 * * * *", "60 is not from 0 to 59", ""), ("* 24 * * *", "24 is not from 0 to 23", ""),
            ("* * 0 * *", "0 is not from 1 to 31", ""), ("* * * 13 *", "13 is not from 1 to 12", ""),
            ("* * * * 8", "8 is not from 0 to 7", ""), ("* * * foo *", "'foo' is no value", "FEB"),
            ("* * * * funday", "'funday' is no value", "MON"),
            ("mon * * * *", "'mon' is no value", "Write numbers,"),
            ("5/15 * * * *", "a step belongs to a range", "5-59/15"),
            ("*/0 * * * *", "'0' is no step", "*/5"),
            ("*/60 * * * *", "'60' is no step", "*/5"), ("*/ * * * *", "'' is no step", "*/5"),
            ("*/-1 * * * *", "'-1' is no step", "*/5"), ("1,,2 * * * *", "a value is missing", "lists"),
            ("1- * * * *", "a value is missing", "ranges"), ("-1 * * * *", "a value is missing", "ranges"),
            ("10-5 * * * *", "runs backwards", "10-59,0-5"),
            ("* * * * fri-mon", "runs backwards", "fri-7,0-mon"),
            ("* * L * *", "'L', 'W' and '#' are not taken", "numbers"), ("* * ? * *", "not taken", "numbers"),
            ("* * * * 5#2", "not taken", "numbers"), ("１ * * * *", "is no value", "numbers"),
            ("99999999999999999999 * * * *", "is no value", "numbers"),
            ("* * * * 1-2-3", "'2-3' is no value", "MON"),
        ]
    )
    func refused(_ text: String, _ message: String, _ hint: String) {
        let error = #expect(throws: CronError.self) { try CronExpression(text) }
        #expect(error?.message.contains(message) == true, "\(text): \(error?.message ?? "taken")")
        #expect(hint.isEmpty || error?.hint?.contains(hint) == true, "\(text): \(error?.hint ?? "no hint")")
    }

    private func dues(
        _ cron: String,
        _ start: String,
        _ zone: String = "UTC",
        count: Int = 3
    ) throws -> [String] {
        let (expression, clock) = (try CronExpression(cron), try LocalClock.of(zone))
        var found: [String] = []
        var moment = try moment(start)
        while found.count < count {
            guard let next = expression.next(after: moment, in: clock) else { return found + ["never"] }
            found.append(next.short)
            moment = next
        }
        return found
    }

    @Test(
        "expressions are due when they say",
        arguments: [
            (
                "30 3 * * *", "2026-10-01T03:30Z",
                ["2026-10-02T03:30Z", "2026-10-03T03:30Z", "2026-10-04T03:30Z"]
            ),
            (
                "@hourly", "2026-12-31T22:59Z",
                ["2026-12-31T23:00Z", "2027-01-01T00:00Z", "2027-01-01T01:00Z"]
            ),
            (
                "@weekly", "2026-10-01T00:00Z",
                ["2026-10-04T00:00Z", "2026-10-11T00:00Z", "2026-10-18T00:00Z"]
            ),
            (
                "@MONTHLY", "2026-10-01T00:00Z",
                ["2026-11-01T00:00Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z"]
            ),
            (
                "@yearly", "2026-10-01T00:00Z",
                ["2027-01-01T00:00Z", "2028-01-01T00:00Z", "2029-01-01T00:00Z"]
            ),
            (
                "0 0 29 2 *", "2096-03-01T00:00Z",
                ["2104-02-29T00:00Z", "2108-02-29T00:00Z", "2112-02-29T00:00Z"]
            ),
            // Either of two restricted days suffices; both must fit where one begins with a star.
            (
                "0 0 13 * FRI", "2026-11-01T00:00Z",
                ["2026-11-06T00:00Z", "2026-11-13T00:00Z", "2026-11-20T00:00Z"]
            ),
            (
                "0 0 13 * */5", "2026-11-01T00:00Z",
                ["2026-11-13T00:00Z", "2026-12-13T00:00Z", "2027-06-13T00:00Z"]
            ),
            (
                "0 0 */2 * mon", "2026-11-01T00:00Z",
                ["2026-11-09T00:00Z", "2026-11-23T00:00Z", "2026-12-07T00:00Z"]
            ),
            (
                "0 0 * * 7", "2026-11-01T00:00Z",
                ["2026-11-08T00:00Z", "2026-11-15T00:00Z", "2026-11-22T00:00Z"]
            ),
            (
                "0 0 * * 5-7", "2026-11-05T00:00Z",
                ["2026-11-06T00:00Z", "2026-11-07T00:00Z", "2026-11-08T00:00Z"]
            ),
            (
                "0 12 1 jan,Jul *", "2026-11-01T00:00Z",
                ["2027-01-01T12:00Z", "2027-07-01T12:00Z", "2028-01-01T12:00Z"]
            ),
            ("0 0 31 2 *", "2026-11-01T00:00Z", ["never"]), ("0 0 30-31 2 *", "2026-11-01T00:00Z", ["never"]),
            ("0 0 31 4,6,9,11 *", "1999-11-01T00:00Z", ["never"]),
            ("0 0 31 2 */3", "2026-11-01T00:00Z", ["never"]),
        ]
    )
    func due(_ cron: String, _ start: String, _ expected: [String]) throws {
        #expect(try dues(cron, start) == expected)
    }

    @Test("what is due is later than the moment asked about, also between two seconds and before 1970")
    func strictlyLater() throws {
        let cron = try CronExpression("* * * * *")
        let start = try moment("1969-12-31T23:58Z")
        #expect(cron.next(after: start, in: .utc)?.short == "1969-12-31T23:59Z")
        #expect(cron.next(after: start.advanced(by: .nanoseconds(-1)), in: .utc) == start)
        #expect(cron.next(after: start.advanced(by: .nanoseconds(1)), in: .utc)?.short == "1969-12-31T23:59Z")
    }

    /// How clocks change: Europe/Berlin 2026-03-29 02:00 to 03:00 and 2026-10-25 03:00 to 02:00;
    /// America/New_York 2026-03-08 and 2026-11-01 at 02:00; Australia/Lord_Howe by half an hour, 2026-10-04
    /// 02:00 to 02:30 and 2026-04-05 02:00 to 01:30; Pacific/Apia went from 2011-12-29 to 2011-12-31.
    @Test(
        "a time that clocks skip is due once, when they go on; one that they show twice is due once",
        arguments: [
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:30Z"]),
            (
                "*/20 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z",
                ["2026-03-29T01:00Z", "2026-03-30T00:00Z"]
            ),
            (
                "0 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00Z",
                ["2026-03-29T01:00Z", "2026-03-30T00:00Z"]
            ),
            ("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00Z", ["2026-03-29T01:00Z", "2026-03-30T01:00Z"]),
            (
                "0 */2 * * *", "Europe/Berlin", "2026-03-28T23:00Z",
                ["2026-03-29T01:00Z", "2026-03-29T02:00Z"]
            ),
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]),
            (
                "0 */2 * * *", "Europe/Berlin", "2026-10-24T22:00Z",
                ["2026-10-25T00:00Z", "2026-10-25T03:00Z"]
            ),
            (
                "30 2 29 3 *", "Europe/Berlin", "2026-03-29T00:59Z",
                ["2026-03-29T01:00Z", "2027-03-29T00:30Z"]
            ),
            (
                "30 2 * * *", "America/New_York", "2026-03-07T12:00Z",
                ["2026-03-08T07:00Z", "2026-03-09T06:30Z"]
            ),
            (
                "30 1 * * *", "America/New_York", "2026-10-31T12:00Z",
                ["2026-11-01T05:30Z", "2026-11-02T06:30Z"]
            ),
            (
                "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00Z",
                ["2026-10-03T15:30Z", "2026-10-04T15:15Z"]
            ),
            (
                "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00Z",
                ["2026-04-04T14:45Z", "2026-04-05T15:15Z"]
            ),
            (
                "0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00Z",
                ["2011-12-30T10:00Z", "2012-12-29T22:00Z"]
            ),
        ]
    )
    func fixedHours(_ cron: String, _ zone: String, _ start: String, _ expected: [String]) throws {
        #expect(try dues(cron, start, zone, count: 2) == expected)
    }

    @Test(
        "an expression for every hour follows the clock as it is",
        arguments: [
            ("30 * * * *", "Europe/Berlin", "2026-03-29T00:00Z", ["2026-03-29T00:30Z", "2026-03-29T01:30Z"]),
            ("@hourly", "Europe/Berlin", "2026-10-24T23:30Z", ["2026-10-25T00:00Z", "2026-10-25T01:00Z"]),
            ("@hourly", "Europe/Berlin", "2026-10-25T00:30Z", ["2026-10-25T01:00Z", "2026-10-25T02:00Z"]),
            (
                "*/30 0-23 * * *", "America/New_York", "2026-11-01T05:31Z",
                ["2026-11-01T06:00Z", "2026-11-01T06:30Z"]
            ),
            (
                "0 * * * *", "America/New_York", "2026-03-08T06:30Z",
                ["2026-03-08T07:00Z", "2026-03-08T08:00Z"]
            ),
            (
                "45 * * * *", "Australia/Lord_Howe", "2026-04-04T14:30Z",
                ["2026-04-04T14:45Z", "2026-04-04T15:15Z"]
            ),
            (
                "15 * * * *", "Australia/Lord_Howe", "2026-10-03T14:00Z",
                ["2026-10-03T14:45Z", "2026-10-03T16:15Z"]
            ),
        ]
    )
    func everyHour(_ cron: String, _ zone: String, _ start: String, _ expected: [String]) throws {
        #expect(try dues(cron, start, zone, count: 2) == expected)
    }

    @Test(
        "through ten years each day is due once, however clocks change",
        arguments: [
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
            "America/Sao_Paulo",
        ]
    )
    func daily(_ zone: String) throws {
        let clock = try LocalClock.of(zone)
        let last = try moment("2025-01-01T12:00Z")
        for hour in 0..<5 {
            let cron = try CronExpression("30 \(hour) * * *")
            var moment = try moment("2015-01-01T12:00Z")
            var count = 0
            while let next = cron.next(after: moment, in: clock), next < last {
                #expect(
                    (22...26).contains(next.elapsed(since: moment) / .seconds(3600)) || count == 0,
                    "\(next)"
                )
                moment = next
                count += 1
            }
            #expect(count == 3653)
        }
    }
}
