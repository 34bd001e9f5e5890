internal import EventModel
internal import EventProcessing
internal import Foundation
internal import Testing

/// Cron expressions against croniter, which shares no code with the engine.
@Suite struct CronOracleTests {
    private static let python =
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        + "/.build/test-venv/bin/python"
    private static let isThere = FileManager.default.isExecutableFile(atPath: python)

    /// Prints `expression TAB zone TAB start TAB due TAB due TAB due`, in seconds since 1970; Berlin in
    /// summers only, for croniter has an idea of its own of what is due when clocks change.
    private static let script = """
        import random, datetime as d
        from zoneinfo import ZoneInfo
        from croniter import croniter, CroniterBadDateError
        random.seed(20261201)
        months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split()
        weekdays = 'SUN MON TUE WED THU FRI SAT'.split()
        def word(value, low, words):
            if not words or random.random() >= .4: return str(value)
            return random.choice([str.upper, str.lower])(words[value - low])
        def item(low, high, words):
            kind = random.random()
            if kind < .45: return word(random.randint(low, high), low, words)
            first = random.randint(low, high - 1)
            last = random.randint(first + 1, high)
            span = word(first, low, words) + '-' + word(last, low, words)
            if kind < .7: return span
            return random.choice(['*', span]) + '/' + str(random.randint(1, max(1, (high - low) // 2)))
        def field(low, high, words=None, star=.45):
            if random.random() < star: return '*'
            return ','.join(item(low, high, words) for _ in range(random.choice([1, 1, 1, 2, 3])))
        def full(text, index):
            if text.startswith('*'): return False
            whole = ' '.join(['*'] * index + [text] + ['*'] * (4 - index))
            return croniter.expand(whole)[0][index] == ['*']
        utc = d.timezone.utc
        for number in range(4000):
            zone = ['UTC', 'Asia/Kolkata', 'Asia/Tokyo', 'Europe/Berlin'][number % 4]
            day, weekday = field(1, 31), field(0, 6, weekdays)
            # A list of all that there is restricts nothing for croniter; crontab(5) asks for a star.
            while full(day, 2) or full(weekday, 4): day, weekday = field(1, 31), field(0, 6, weekdays)
            text = ' '.join([field(0, 59), field(0, 23), day, field(1, 12, months), weekday])
            if number % 50 == 0:
                text = random.choice(['@hourly', '@daily', '@weekly', '@monthly', '@yearly'])
            if number % 100 == 8: text = random.choice(['5 1 30', '0 */2 31', '* * 30,31']) + ' FEB *'
            second = random.randrange(60 * 365 * 86400)
            start = d.datetime(2000, 1, 1, tzinfo=utc) + d.timedelta(seconds=second)
            if zone == 'Europe/Berlin':
                start = start.replace(month=random.randint(5, 8), day=min(start.day, 28))
            local = start.astimezone(ZoneInfo(zone))
            walk = croniter(text, local, implement_cron_bug=True)
            found = []
            for _ in range(3):
                try: due = walk.get_next(d.datetime)
                except CroniterBadDateError:
                    found.append('never')
                    break
                if zone == 'Europe/Berlin' and (due.year, due.month > 9) != (start.year, False): break
                found.append(str(int(due.timestamp())))
            print('\\t'.join([text, zone, str(int(start.timestamp()))] + found))
        """

    @Test(
        "thousands of random expressions are due when croniter has them due",
        .enabled(if: isThere, "`make setup-test` puts croniter into .build/test-venv")
    )
    func agrees() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = ["-c", Self.script]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "is croniter of Tests/requirements.txt installed?")
        let rows = output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        var (compared, never) = (0, 0)
        for row in rows {
            let cron = try CronExpression(row[0])
            let clock = try LocalClock.of(row[1])
            var moment = Timestamp(milliseconds: try #require(Int64(row[2])) * 1000)
            for expected in row.dropFirst(3) {
                let next = cron.next(after: moment, in: clock)
                guard expected != "never" else {
                    #expect(next == nil, "\(row)")
                    never += 1
                    break
                }
                #expect(next.map { "\($0.milliseconds / 1000)" } == expected, "\(row)")
                guard let next else { break }
                moment = next
                compared += 1
            }
        }
        #expect(rows.count == 4000 && compared > 8000 && never > 5, "\(rows.count) \(compared) \(never)")
    }
}
