internal import RecordEngine
internal import Testing

/// Times against Python's datetime and zoneinfo, which share no code with the engine.
@Suite struct ZoneOracleTests {
    static let zones = [
        "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns",
        "Europe/Dublin",
        "Africa/Casablanca", "Pacific/Apia",
    ]
    /// What can be written and read again: the engine's layout, and Python's.
    static let layouts = [
        ("rfc3339", "%Y-%m-%dT%H:%M:%S.%f%:z"), ("clf", "%d/%b/%Y:%H:%M:%S %z"),
        ("rfc2822", "%a, %d %b %Y %H:%M:%S %z"), ("%A %d %B %Y %I:%M:%S %p %z", "%A %d %B %Y %I:%M:%S %p %z"),
        ("%Y %j %H.%M.%S,%6f %Z", "%Y %j %H.%M.%S,%f %Z"), ("%D %T", "%m/%d/%y %H:%M:%S"),
    ]

    /// Prints `zone TAB seconds.micros TAB local TAB ambiguous TAB one column per layout`.
    private static let script = """
        import random, sys, datetime as d
        from zoneinfo import ZoneInfo
        random.seed(20261121)
        lines = open(sys.argv[1]).read().split('\\n')
        zones, layouts = lines[0].split('|'), lines[1].split('|')
        utc, epoch = d.timezone.utc, d.datetime(1970, 1, 1, tzinfo=d.timezone.utc)
        def row(zone, moment):
            local = moment.astimezone(ZoneInfo(zone))
            naive = local.replace(tzinfo=None)
            first = naive.replace(tzinfo=ZoneInfo(zone), fold=0)
            second = naive.replace(tzinfo=ZoneInfo(zone), fold=1)
            twice = first.utcoffset() != second.utcoffset()
            back = first.astimezone(utc)
            seconds = (back - epoch) // d.timedelta(seconds=1)
            offset = local.strftime('%z')
            colon = offset[:3] + ':' + offset[3:5]
            colon = 'Z' if colon == '+00:00' else colon
            columns = [local.strftime(l.replace('%:z', colon)) for l in layouts]
            micros = (moment - epoch) // d.timedelta(microseconds=1)
            head = [zone, str(micros), naive.isoformat(' '), str(seconds), str(int(twice))]
            print('\\t'.join(head + columns))
        def gap(zone, naive):
            there = naive.replace(tzinfo=ZoneInfo(zone))
            if there.astimezone(utc).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
                seconds = (there.astimezone(utc) - epoch) // d.timedelta(seconds=1)
                print('\\t'.join([zone, 'gap', naive.isoformat(' '), str(seconds), '1']))
        for i in range(2000):
            zone = zones[i % len(zones)]
            low, high = [(1901, 2037), (1970, 2100), (2038, 2500), (1000, 9998)][i % 7 % 4]
            start, end = d.datetime(low, 1, 1, tzinfo=utc), d.datetime(high, 1, 1, tzinfo=utc)
            span = (end - start) // d.timedelta(microseconds=1)
            row(zone, start + d.timedelta(microseconds=random.randrange(span)))
        # Around every change of clocks: the hours in which local times mean two moments.
        for zone in zones:
            for year in (1975, 2007, 2026, 2037, 2038, 2039, 2450):
                moment, last = d.datetime(year, 1, 1, tzinfo=utc), None
                for hour in range(0, 8784):
                    now = moment + d.timedelta(hours=hour)
                    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
                    if last is not None and offset != last:
                        for minutes in (-121, -90, -61, -60, -31, -1, 0, 1, 29, 30, 59, 60, 90):
                            row(zone, now + d.timedelta(minutes=minutes))
                        for minutes in range(-60, 60, 7):
                            gap(zone, (now + last).replace(tzinfo=None) + d.timedelta(minutes=minutes))
                    last = offset
        """

    @Test("every time is written and read as Python writes and reads it, also in gaps and overlaps")
    func agrees() throws {
        let input = Self.zones.joined(separator: "|") + "\n" + Self.layouts.map(\.1).joined(separator: "|")
        let (status, output) = try Python.run(Self.script, files: [Array(input.utf8)])
        #expect(status == 0)
        let zones = try Dictionary(uniqueKeysWithValues: Self.zones.map { ($0, try zone($0)) })
        let rows = String(decoding: output, as: UTF8.self).split(separator: "\n")
        var gaps = 0
        var overlaps = 0
        var reader = Memories()
        for row in rows {
            let columns = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let zone = try #require(zones[columns[0]])
            let local = try reader.read(columns[2], in: zone)
            #expect(local.instant.seconds == Int64(columns[3]), "\(row)")
            #expect(local.isAmbiguous == (columns[4] == "1"), "\(row)")
            if columns[1] == "gap" {
                gaps += 1
                continue
            }
            if local.isAmbiguous { overlaps += 1 }
            let micros = try #require(Int64(columns[1]))
            let text = micros % 1_000_000 == 0 ? "\(micros / 1_000_000)" : "\(micros)"
            let layout = micros % 1_000_000 == 0 ? "epoch_s" : "epoch_us"
            try check(read(text, layout).get(), columns, zone, row)
        }
        #expect(rows.count > 3_000 && gaps > 200 && overlaps > 200, "\(rows.count) \(gaps) \(overlaps)")
    }

    private func check(_ time: ReadTime, _ columns: [String], _ zone: Zone, _ row: Substring) throws {
        // Local mean time has seconds, which RFC 3339 cannot write: Python's column is another time then.
        let hasSeconds = try write(time, "%z", zone: zone)?.count != 5
        for (index, layout) in Self.layouts.enumerated() where !(hasSeconds && layout.0 == "rfc3339") {
            var exact = time
            if layout.0 == "rfc3339" { exact.fractionDigits = 6 }
            let text = try #require(try write(exact, layout.0, zone: zone))
            #expect(text == columns[5 + index], "\(layout.0): \(row)")
            guard layout.1.contains("z") else { continue }
            let back = try read(text, layout.0).get()
            #expect(back.instant.seconds == time.instant.seconds, "\(layout.0): \(row)")
        }
    }

    /// One memory per zone, as a step has it.
    private struct Memories {
        private var memories: [String: TimeMemory] = [:]
        private let layout = try? reading("rfc3339")

        mutating func read(_ text: String, in zone: Zone) throws -> ReadTime {
            let reader = TimeReader(layouts: [try #require(layout)], zone: zone)
            let bytes = Array(text.utf8)
            return try unsafe bytes.withUnsafeBytes {
                unsafe try reader.read($0, near: nil, &memories[zone.name, default: TimeMemory()]).get()
            }
        }
    }
}
