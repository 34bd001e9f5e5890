internal import EventModel
internal import EventProcessing
internal import Testing

/// What a schedule does next: pure decisions.
@Suite struct SchedulePlanTests {
    /// What a schedule does until it rests; a job that it makes stays open when `staysOpen`.
    struct Course {
        var memory: ScheduleMemory?
        var isOpen = false
        var staysOpen = true
        var made: [String] = []
        var replaced = 0
        var rests: String?
        var steps = 0

        mutating func go(_ schedule: Schedule, at now: String, watched: Timestamp? = nil) throws {
            made = []
            let now = try moment(now)
            while steps < 5000 {
                steps += 1
                switch SchedulePlan.next(schedule, memory, watched: watched, isOpen: isOpen, at: now) {
                case .keep(let next): memory = next
                case .make(let due, let next):
                    made.append(due.short)
                    (memory, isOpen) = (next, staysOpen)
                case .replace(let due, let next):
                    made.append(due.short)
                    replaced += 1
                    (memory, isOpen) = (next, staysOpen)
                case .rest(let until):
                    rests = until?.short
                    return
                }
            }
            Issue.record("the plan never rests")
        }
    }

    private func schedule(
        _ cron: String = "@hourly",
        catchUp: Schedule.CatchUp = .once,
        jitter: Duration = .zero,
        overlap: Schedule.Overlap = .skip,
        isPaused: Bool = false
    ) throws -> Schedule {
        Schedule(
            name: "s",
            cron: try CronExpression(cron),
            catchUp: catchUp,
            jitter: jitter,
            overlap: overlap,
            isPaused: isPaused,
            job: ScheduledJob(JobSpecification())
        )
    }

    /// A course of a schedule that was first seen at half past five.
    private func course(_ schedule: Schedule, staysOpen: Bool = false) throws -> Course {
        var course = Course(staysOpen: staysOpen)
        try course.go(schedule, at: "2026-10-01T05:30Z")
        #expect(course.made.isEmpty)
        return course
    }

    @Test("a schedule begins when it is first seen: nothing of its past is made")
    func firstSight() throws {
        let schedule = try schedule(catchUp: .all)
        var course = try course(schedule)
        #expect(course.rests == "2026-10-01T06:00Z")
        try course.go(schedule, at: "2026-10-01T06:00Z")
        #expect(course.made == ["2026-10-01T06:00Z"])
        #expect(course.rests == "2026-10-01T07:00Z")
        try course.go(schedule, at: "2026-10-01T06:00Z")
        #expect(course.made.isEmpty)
    }

    @Test("runs that were missed are left out, made once, or made each, as the policy says")
    func catchUp() throws {
        let expected: [Schedule.CatchUp: ([String], Int64)] = [
            .skip: ([], 4), .once: (["2026-10-01T09:00Z"], 3),
            .all: (["2026-10-01T06:00Z", "2026-10-01T07:00Z", "2026-10-01T08:00Z", "2026-10-01T09:00Z"], 0),
        ]
        for (policy, (made, missed)) in expected {
            let schedule = try schedule(catchUp: policy)
            var course = try course(schedule)
            try course.go(schedule, at: "2026-10-01T09:10Z")
            #expect(course.made == made, "\(policy)")
            #expect(course.memory?.missed == missed, "\(policy)")
            #expect(course.rests == "2026-10-01T10:00Z")
        }
    }

    @Test("a run that is less than a minute late is on time, also with skip")
    func grace() throws {
        let schedule = try schedule(catchUp: .skip)
        var course = try course(schedule)
        course.staysOpen = false
        let late = try moment("2026-10-01T06:00Z").advanced(by: .seconds(59))
        let step = SchedulePlan.next(schedule, course.memory, isOpen: false, at: late)
        guard case .make(let due, _) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(due.short == "2026-10-01T06:00Z")
        try course.go(schedule, at: "2026-10-01T06:01Z")
        #expect(course.made.isEmpty)
        #expect(course.memory?.missed == 1)
    }

    @Test("missed runs that are made each wait for one another, and none of them is skipped")
    func catchUpInOrder() throws {
        let schedule = try schedule(catchUp: .all)
        var course = try course(schedule, staysOpen: true)
        try course.go(schedule, at: "2026-10-01T08:00Z")
        #expect(course.made == ["2026-10-01T06:00Z"])
        #expect(course.memory?.waiting.map(\.short) == ["2026-10-01T07:00Z", "2026-10-01T08:00Z"])
        try course.go(schedule, at: "2026-10-01T08:20Z")
        #expect(course.made.isEmpty)
        for due in ["2026-10-01T07:00Z", "2026-10-01T08:00Z"] {
            course.isOpen = false
            try course.go(schedule, at: "2026-10-01T08:30Z")
            #expect(course.made == [due])
        }
        #expect(course.memory?.skipped == 0 && course.memory?.missed == 0)
    }

    @Test("at most a thousand runs are caught up, the latest, after however long")
    func bounded() throws {
        let schedule = try schedule("* * * * *", catchUp: .all, overlap: .allow)
        var course = try course(schedule)
        try course.go(schedule, at: "2031-10-01T00:00Z")
        #expect(course.made.count == 1000)
        #expect((course.made.first, course.made.last) == ("2031-09-30T07:21Z", "2031-10-01T00:00Z"))
        #expect(course.memory?.missed == 1)
    }

    @Test("a run is skipped, queued, allowed or replaces while the former job has not ended")
    func overlap() throws {
        let second = "2026-10-01T07:00Z"
        let expected: [Schedule.Overlap: (made: [String], replaced: Int, skipped: Int64, waiting: [String])] =
            [
                .skip: ([], 0, 1, []), .queue: ([], 0, 0, [second]), .allow: ([second], 0, 0, []),
                .replace: ([second], 1, 0, []),
            ]
        for (policy, outcome) in expected {
            let schedule = try schedule(overlap: policy)
            var course = try course(schedule, staysOpen: true)
            try course.go(schedule, at: "2026-10-01T06:00Z")
            #expect(course.made.count == 1)
            try course.go(schedule, at: second)
            #expect(course.made == outcome.made, "\(policy)")
            #expect(course.replaced == outcome.replaced, "\(policy)")
            #expect(course.memory?.skipped == outcome.skipped, "\(policy)")
            #expect(course.memory?.waiting.map(\.short) == outcome.waiting, "\(policy)")
            course.isOpen = false
            try course.go(schedule, at: "2026-10-01T07:30Z")
            #expect(course.made == outcome.waiting, "\(policy)")
        }
    }

    @Test("one run waits, the latest; with catch-up of all each of them does")
    func queue() throws {
        for (policy, waiting, skipped) in [(Schedule.CatchUp.once, 1, Int64(2)), (.skip, 1, 2), (.all, 3, 0)]
        {
            let schedule = try schedule(catchUp: policy, overlap: .queue)
            var course = try course(schedule, staysOpen: true)
            for hour in 6...9 { try course.go(schedule, at: "2026-10-01T0\(hour):00Z") }
            #expect(course.memory?.waiting.count == waiting, "\(policy)")
            #expect(course.memory?.waiting.last?.short == "2026-10-01T09:00Z")
            #expect(course.memory?.skipped == skipped, "\(policy)")
        }
    }

    @Test("what was missed while the former job went on waits for its end, and is not skipped")
    func lateAndOpen() throws {
        let schedule = try schedule()
        var course = try course(schedule, staysOpen: true)
        try course.go(schedule, at: "2026-10-01T06:00Z")
        try course.go(schedule, at: "2026-10-01T09:30Z")
        #expect(course.made.isEmpty && course.memory?.skipped == 0)
        course.isOpen = false
        try course.go(schedule, at: "2026-10-01T09:40Z")
        #expect(course.made == ["2026-10-01T09:00Z"])
    }

    @Test("a clock that steps back repeats nothing")
    func clockBack() throws {
        let schedule = try schedule(catchUp: .all)
        var course = try course(schedule)
        try course.go(schedule, at: "2026-10-01T08:00Z")
        #expect(course.made.count == 3)
        for now in ["2026-10-01T05:00Z", "2026-10-01T06:00Z", "2026-10-01T08:00Z"] {
            try course.go(schedule, at: now)
            #expect(course.made.isEmpty, "\(now)")
            #expect(course.rests == "2026-10-01T09:00Z")
        }
        try course.go(schedule, at: "2026-10-01T09:00Z")
        #expect(course.made == ["2026-10-01T09:00Z"])
    }

    @Test("another expression keeps what was handled: by the ledger, and by a service that watched")
    func changed() throws {
        var course = try course(try schedule(catchUp: .all))
        try course.go(try schedule(catchUp: .all), at: "2026-10-01T06:00Z")
        let quarters = try schedule("*/15 * * * *", catchUp: .all)
        // The service ran until a quarter past seven, so the new expression is about what comes.
        var watched = course
        try watched.go(quarters, at: "2026-10-01T06:50Z", watched: try moment("2026-10-01T06:40Z"))
        #expect(watched.made == ["2026-10-01T06:45Z"])
        try course.go(quarters, at: "2026-10-01T06:50Z")
        #expect(course.made == ["2026-10-01T06:15Z", "2026-10-01T06:30Z", "2026-10-01T06:45Z"])
    }

    @Test("nothing is made while a schedule is paused, and nothing is caught up afterwards")
    func paused() throws {
        let paused = try schedule(catchUp: .all, isPaused: true)
        var course = try course(paused)
        try course.go(paused, at: "2026-10-01T08:00Z")
        #expect(course.made.isEmpty && course.memory?.missed == 0)
        try course.go(try schedule(catchUp: .all), at: "2026-10-01T09:00Z")
        #expect(course.made == ["2026-10-01T09:00Z"])
    }

    @Test("a run is put off by its jitter, by the same time whenever it is asked")
    func jitter() throws {
        let schedule = try schedule(jitter: .seconds(1800))
        var delays: Set<Duration> = []
        var due = try moment("2026-10-01T06:00Z")
        for _ in 0..<100 {
            let delay = schedule.begin(of: due).elapsed(since: due)
            #expect(delay >= .zero && delay < .seconds(1800))
            #expect(schedule.begin(of: due).elapsed(since: due) == delay)
            delays.insert(delay)
            due = due.advanced(by: .seconds(3600))
        }
        #expect(delays.count > 90)
        #expect((delays.max() ?? .zero) - (delays.min() ?? .zero) > .seconds(1500))

        var course = try course(schedule)
        let first = try moment("2026-10-01T06:00Z")
        let begin = schedule.begin(of: first)
        #expect(course.rests == begin.short)
        let before = begin.advanced(by: .milliseconds(-1))
        #expect(SchedulePlan.next(schedule, course.memory, isOpen: false, at: before) == .rest(begin))
        guard
            case .make(first, let next) = SchedulePlan.next(schedule, course.memory, isOpen: false, at: begin)
        else {
            Issue.record("the run is not made when its jitter is over")
            return
        }
        course.memory = next
        try course.go(schedule, at: "2026-10-01T06:59Z")
        #expect(course.made.isEmpty)
    }

    @Test("placeholders tell the due moment by the schedule's clock, a day before by its calendar")
    func placeholders() throws {
        var specification = JobSpecification()
        specification.prefixes = ["{year}/{month}/{day}/{hour}{minute}/", "{key}"]
        specification.output = "lake:{year}{month}{day}/{key}"
        specification.report = "lake:reports/{day}"
        specification.reduce = "lake:totals/{month}-{day}/{stem}.ndjson"
        let berlin = try LocalClock.of("Europe/Berlin")
        // Half past midnight on the day after one of 23 hours: a day before by the calendar, not by 24 hours.
        let due = try moment("2026-03-29T22:30Z")
        let job = ScheduledJob(
            specification,
            since: .seconds(86_400),
            before: .seconds(60),
            offset: .seconds(-86_400)
        )
        let made = job.specification(due: due, clock: berlin)
        #expect(made.prefixes == ["2026/03/29/0030/", "{key}"])
        #expect((made.output, made.report) == ("lake:20260329/{key}", "lake:reports/29"))
        #expect(made.reduce == "lake:totals/03-29/{stem}.ndjson")
        #expect((made.since?.short, made.before?.short) == ("2026-03-28T22:30Z", "2026-03-29T22:29Z"))
        #expect(
            ScheduledJob(specification).specification(due: due, clock: berlin).prefixes[0]
                == "2026/03/30/0030/"
        )
    }
}
