internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct ZoneFileTests {
    /// A file of version 2 without transitions, whose footer is the rule given.
    private func file(footer: String, version: UInt8 = 0x32, leapCount: UInt8 = 0) -> [UInt8] {
        var header = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
        // isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt
        for count: UInt8 in [0, 0, leapCount, 0, 1, 4] { header += [0, 0, 0, count] }
        let kinds: [UInt8] = [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
        let first = header + kinds + [UInt8](repeating: 0, count: Int(leapCount) * 8)
        let second = header + kinds + [UInt8](repeating: 0, count: Int(leapCount) * 12)
        return first + second + Array("\n\(footer)\n".utf8)
    }

    private func local(_ text: String, _ footer: String) throws -> String {
        let zone = try ZoneFile.read(file(footer: footer), name: "test")
        return try write(read(text, "rfc3339").get(), "%F %T %Z", zone: zone) ?? ""
    }

    @Test(
        "footers hold the rules of POSIX and of RFC 9636",
        arguments: [
            ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", "2026-03-08 01:59:59 EST"),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", "2026-03-08 03:00:00 EDT"),
            ("EST5EDT,M3.2.0,M11.1.0", "2926-03-08T07:00:00Z", "2926-03-08 02:00:00 EST"),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z", "2026-01-01 11:00:00 +11"),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", "2026-01-01 00:00:00 GMT"),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", "2026-07-01 01:00:00 IST"),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", "2026-03-28 22:59:59 -02"),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", "2026-03-29 00:00:00 -01"),
            ("XXX3EDT4,0/0,J365/23", "2026-01-01T12:00:00Z", "2026-01-01 08:00:00 EDT"),
            ("XXX3EDT4,0/0,J365/23", "2027-01-01T03:59:59Z", "2026-12-31 23:59:59 EDT"),
            ("AAA0BBB,J60/0,J61/0", "2024-03-01T12:00:00Z", "2024-03-01 13:00:00 BBB"),
            ("AAA0BBB,59/0,60/0", "2024-02-29T12:00:00Z", "2024-02-29 13:00:00 BBB"),
            ("UTC0", "2026-01-01T12:00:00Z", "2026-01-01 12:00:00 UTC"),
            ("<+0545>-5:45", "2026-01-01T12:00:00Z", "2026-01-01 17:45:00 +0545"),
        ]
    )
    func rules(_ footer: String, _ text: String, _ expected: String) throws {
        #expect(try local(text, footer) == expected)
    }

    @Test(
        "footers that are no rules are refused",
        arguments: [
            "EST", "5EST", "EST5EDT", "EST5EDT,", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0",
            "EST5EDT,M3.6.0,M11.1.0",
            "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J365", "EST5EDT,0,366", "EST25", "EST5:60",
            "EST5EDT,M3.2.0,M11.1.0x",
            "<EST5", "<>5", "EST5EDT,M3.2.0/168,M11.1.0", "ES5", "EST99999999999999999999",
            "EST5EDT,M3.2,M11.1.0",
        ]
    )
    func badFooters(_ footer: String) {
        #expect(throws: ZoneFile.Mistake.self) { try ZoneFile.read(file(footer: footer), name: "test") }
    }

    @Test("zones that count leap seconds are refused")
    func leapSeconds() {
        #expect(throws: ZoneFile.Mistake.self) {
            try ZoneFile.read(file(footer: "UTC0", leapCount: 1), name: "right/UTC")
        }
    }

    @Test("a file cut anywhere, or with any byte changed, is refused or read, and never ends the program")
    func corruption() throws {
        let bytes = try #require(ZoneFiles.system.read("Europe/Berlin"))
        var refused = 0
        for length in 0..<bytes.count {
            #expect(throws: ZoneFile.Mistake.self, "\(length)") {
                try ZoneFile.read(Array(bytes[..<length]), name: "cut")
            }
        }
        var generator = SystemlessRandom(seed: 7)
        for _ in 0..<3_000 {
            var copy = bytes
            for _ in 0..<(1 + generator.next() % 4) {
                copy[Int(generator.next() % UInt64(copy.count))] = UInt8(truncatingIfNeeded: generator.next())
            }
            if let zone = try? ZoneFile.read(copy, name: "changed") {
                for text in ["2026-07-01", "1920-01-01", "9999-12-30", "0000-01-03", "2040-03-25 02:30"] {
                    _ = try read(text, "rfc3339", zone: zone)
                }
            } else {
                refused += 1
            }
        }
        #expect(refused > 100)
    }

    @Test("a file of version 1 has 32-bit times and no rule", arguments: ["Europe/Berlin"])
    func versionOne(_ name: String) throws {
        var bytes = try #require(ZoneFiles.system.read(name))
        bytes[4] = 0
        let zone = try ZoneFile.read(bytes, name: name)
        let time = try read("2026-07-01T00:00:00Z", "rfc3339").get()
        #expect(try write(time, "%T %Z", zone: zone) == "02:00:00 CEST")
    }

    @Test(
        "names that lead out of the database are no names",
        arguments: [
            "", "/", "../etc/passwd", "Europe/../UTC", "Europe//Berlin", "/Europe/Berlin", "Europe/", ".",
            "Europe/Berlin\0",
            "Europe/Berlin\n", "tzdata.zi", "Zoné", String(repeating: "a", count: 101),
        ]
    )
    func badNames(_ name: String) {
        #expect(!ZoneFiles.isName(name))
        #expect(ZoneFiles.system.read(name) == nil)
    }

    @Test("a directory, a link and a missing file are told apart")
    func systemFiles() {
        #expect(ZoneFiles.system.read("Europe") == nil)
        #expect(ZoneFiles.system.read("Europe/Atlantis") == nil)
        #expect(ZoneFiles.system.read("America/Argentina/Buenos_Aires")?.starts(with: "TZif".utf8) == true)
        #expect(ZoneFiles.system.names().contains("Europe/Berlin"))
        #expect(ZoneFiles.system.names().contains("US/Eastern"))
    }

    @Test(
        "fixed zones",
        arguments: [
            ("UTC", 0), ("Z", 0), ("GMT", 0), ("+02:00", 7_200), ("-0330", -12_600), ("+05", 18_000),
        ]
    )
    func fixed(_ text: String, _ offset: Int) throws {
        let zone = try #require(Zone(fixed: text))
        let time = try read("1970-01-02", "rfc3339", zone: zone).get()
        #expect(time.instant.seconds == 86_400 - Int64(offset))
    }

    @Test(
        "texts that are no fixed zones",
        arguments: ["", "2", "+", "+2", "+24:00", "+02:60", "CET", "utc+1", "+02:00 "]
    )
    func notFixed(_ text: String) { #expect(Zone(fixed: text) == nil) }
}

/// A small generator with a seed (SplitMix64, prng.di.unimi.it/splitmix64.c).
private struct SystemlessRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
