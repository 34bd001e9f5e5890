internal import RecordEngine
internal import Testing

/// Trap J10, row by row; every expected value was worked out by hand.
@Suite struct TimeTrapTests {
    private func instant(_ text: String) throws -> Instant { try read(text, "rfc3339").get().instant }

    @Test(
        "a time without a year lies in the year nearest to the object's own time",
        arguments: [
            ("Dec 31 23:59:59", "2026-01-01T00:10:00Z", "2025-12-31T23:59:59Z"),
            ("Jan  1 00:00:01", "2025-12-31T23:59:00Z", "2026-01-01T00:00:01Z"),
            ("Jan 05 10:00:00", "2026-01-06T00:00:00Z", "2026-01-05T10:00:00Z"),
            ("Jul  2 00:00:00", "2026-01-01T00:00:00Z", "2026-07-02T00:00:00Z"),
            ("Jul  3 00:00:00", "2026-01-01T00:00:00Z", "2025-07-03T00:00:00Z"),
            ("Feb 29 12:00:00", "2026-03-01T00:00:00Z", "2024-02-29T12:00:00Z"),
            ("Feb 29 12:00:00", "2027-03-01T00:00:00Z", "2028-02-29T12:00:00Z"),
            ("Feb 29 12:00:00", "1900-03-01T00:00:00Z", "1896-02-29T12:00:00Z"),
            ("Feb 30 12:00:00", "2026-03-01T00:00:00Z", "malformed"),
            ("Nov 21 03:07:00.5", "2026-11-21T00:00:00Z", "2026-11-21T03:07:00.5Z"),
            ("Dec 31 23:59:60", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("Jan  1 00:00:00", "0000-01-02T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("Dec 31 00:00:00", "9999-12-31T00:00:00Z", "9999-12-31T00:00:00Z"),
        ]
    )
    func nearestYear(_ text: String, _ reference: String, _ expected: String) throws {
        #expect(try rewrite(text, "rfc3164", near: instant(reference)) == expected)
        #expect(try rewrite(text, "auto", near: instant(reference)) == expected)
    }

    @Test("without the object's time a text without a year is no time")
    func noReference() throws {
        #expect(try read("Oct 11 22:14:15", "rfc3164") == .failure(.noYear))
        #expect(try read("31.12. 10:00", "%d.%m. %H:%M") == .failure(.noYear))
        #expect(try read("Oct 41 22:14:15", "rfc3164", near: Instant(seconds: 0)) == .failure(.malformed))
    }

    @Test(
        "a leap second is the second behind it, 24:00 is the next day's 00:00",
        arguments: [
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2016-12-31T23:59:60.75Z", "2017-01-01T00:00:00.75Z"),
            ("2016-12-31T24:00:00Z", "2017-01-01T00:00:00Z"), ("2016-12-31T24:00", "2017-01-01T00:00:00Z"),
            ("2016-02-28T24:00:00.000+01:00", "2016-02-28T23:00:00.000Z"),
        ]
    )
    func edges(_ text: String, _ expected: String) throws { #expect(try rewrite(text, "auto") == expected) }

    @Test(
        "two digits of a year are from 1969 to 2068",
        arguments: [
            ("69", "1969"), ("99", "1999"), ("00", "2000"), ("68", "2068"), ("26", "2026"),
        ]
    )
    func shortYears(_ text: String, _ year: String) throws {
        #expect(try rewrite("\(text)-06-15", "%y-%m-%d") == "\(year)-06-15T00:00:00Z")
        #expect(try rewrite("06/15/\(text)", "%D") == "\(year)-06-15T00:00:00Z")
    }

    @Test(
        "a local time in a gap moves forward by the gap; in an overlap it is the first; both are marked",
        arguments: [
            ("Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29T00:59:59Z", false),
            ("Europe/Berlin", "2026-03-29 02:00:00", "2026-03-29T01:00:00Z", true),
            ("Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29T01:30:00Z", true),
            ("Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29T01:00:00Z", false),
            ("Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24T23:59:59Z", false),
            ("Europe/Berlin", "2026-10-25 02:00:00", "2026-10-25T00:00:00Z", true),
            ("Europe/Berlin", "2026-10-25 02:59:59", "2026-10-25T00:59:59Z", true),
            ("Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25T02:00:00Z", false),
            ("Europe/Berlin", "2500-07-01 12:00:00", "2500-07-01T10:00:00Z", false),
            ("Europe/Berlin", "9999-12-31 12:00:00", "9999-12-31T11:00:00Z", false),
            ("America/New_York", "2026-11-01 01:30:00", "2026-11-01T05:30:00Z", true),
            ("America/New_York", "2026-03-08 02:30:00", "2026-03-08T07:30:00Z", true),
            ("Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30T22:00:00Z", true),
            ("Pacific/Apia", "2011-12-31 12:00:00", "2011-12-30T22:00:00Z", false),
            ("Europe/Dublin", "2026-07-01 12:00:00", "2026-07-01T11:00:00Z", false),
            ("Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04T14:45:00Z", true),
            ("+05:30", "2026-03-29 02:30:00", "2026-03-28T21:00:00Z", false),
        ]
    )
    func gapsAndOverlaps(_ name: String, _ text: String, _ expected: String, _ isAmbiguous: Bool) throws {
        let time = try read(text, "rfc3339", zone: zone(name)).get()
        #expect(try write(time, "rfc3339") == expected)
        #expect(time.isAmbiguous == isAmbiguous)
    }

    @Test("an offset in the text is stronger than the zone")
    func offsetWins() throws {
        let berlin = try zone("Europe/Berlin")
        let time = try read("2026-10-25T02:30:00+01:00", "auto", zone: berlin).get()
        #expect(try write(time, "rfc3339") == "2026-10-25T01:30:00Z")
        #expect(!time.isAmbiguous)
        #expect(try write(time, "rfc3339", zone: berlin) == "2026-10-25T02:30:00+01:00")
        #expect(try write(time, "%F %T %Z %z %:z", zone: berlin) == "2026-10-25 02:30:00 CET +0100 +01:00")
    }
}
