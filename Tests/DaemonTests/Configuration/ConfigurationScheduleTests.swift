internal import Daemon
internal import EventModel
internal import EventProcessing
internal import Settings
internal import Testing

/// `schedules:` in the configuration.
@Suite struct ConfigurationScheduleTests {
    private func load(_ settings: String, job: String = "{ trigger: all }") -> ConfigurationLoader.Result {
        ConfigurationFixture.load(
            ConfigurationFixture.complete(head: "schedules:\n  nightly:\n    \(settings)\n    job: \(job)")
        )
    }

    @Test(
        "a wrong schedule is one finding, at its place, with what to write",
        arguments: [
            ("cron: '61 3 * * *'", "config.invalid-cron@10:12", "61 is not from 0 to 59"),
            ("cron: '0 3 * *'", "config.invalid-cron@10:12", "minute, hour"),
            ("cron: '0 0 31 2 *'", "config.never-due@10:12", "No month"),
            ("cron: [1]", "config.invalid-value@10:12", "must be a string"),
            ("cron: '@daily', timezone: Europe/Berlln", "config.unknown-zone@10:32", "'Europe/Berlin'"),
            ("cron: '@daily', timezone: /etc/passwd", "config.unknown-zone@10:32", "IANA"),
            ("cron: '@daily', catch_up: never", "config.invalid-value@10:32", "'skip', 'once' or 'all'"),
            ("cron: '@daily', overlap: que", "config.invalid-value@10:31", "'queue'"),
            ("cron: '@daily', jitter: 5", "config.invalid-value@10:30", "duration"),
            ("cron: '@daily', jitter: 2d", "config.invalid-value@10:30", "from 0s to 1d"),
            ("cron: '@daily', paused: yes", "config.invalid-value@10:30", "true or false"),
            ("cron: '@daily', crn: x", "config.unknown-key@10:22", "'cron'"),
            ("paused: true", "config.missing-key@10:5", "'cron'"),
        ]
    )
    func mistakes(_ settings: String, _ finding: String, _ words: String) {
        let result = ConfigurationFixture.load(
            ConfigurationFixture.complete(
                head: "schedules:\n  nightly:\n    {\(settings), job: { trigger: all }}"
            )
        )
        let found = result.diagnostics.map { "\($0.code)@\($0.location)" }
        #expect(found == [finding], "\(result.diagnostics)")
        let text = result.diagnostics.map { $0.message + " " + ($0.hint ?? "") }.joined()
        #expect(text.contains(words), "\(text)")
        #expect(result.configuration == nil)
    }

    @Test(
        "a job that could not be started is refused",
        arguments: [
            ("{}", "config.invalid-value", "names no trigger"), ("[all]", "config.invalid-value", "mapping"),
            ("{ trigger: al }", "config.unknown-reference", "'all'"),
            ("{ function: wbe, bucket: inbox, output: 'clean:{key}' }", "config.unknown-reference", "web"),
            ("{ function: web, bucket: inbx, output: 'clean:{key}' }", "config.unknown-reference", "'inbox'"),
            ("{ function: web }", "config.invalid-value", "buckets and an output"),
            (
                "{ function: [web, web], bucket: inbox, output: 'clean:{key}' }", "config.invalid-value",
                "string"
            ),
            (
                "{ trigger: all, reduce: 'clean:x', output: 'clean:y' }", "config.invalid-value",
                "or one result"
            ),
            ("{ trigger: all, reduce: 'clean:x' }", "config.invalid-value", "need an `aggregate`"),
            ("{ trigger: all, reduce: 'claen:x' }", "config.unknown-reference", "Known: clean"),
            ("{ trigger: all, function: web }", "config.invalid-value", "not both"),
            ("{ trigger: all, bucket: inbox }", "config.invalid-value", "has its own"),
            ("{ trigger: all, output: 'claen:{key}' }", "config.unknown-reference", "Known: clean"),
            ("{ trigger: all, output: 'clean:{yaer}' }", "config.invalid-value", "{yaer}"),
            (
                "{ trigger: all, output: 'clean:{key}', stale: true }", "config.invalid-value",
                "Leave out either"
            ),
            ("{ trigger: all, rejects: 'clean:{key}' }", "config.invalid-value", "Add output:"),
            ("{ trigger: all, report: 'claen:x' }", "config.unknown-reference", "Known: clean"),
            ("{ trigger: all, glob: '[' }", "config.invalid-pattern", ""),
            ("{ trigger: all, when: 'object.size >' }", "", ""),
            ("{ trigger: all, since: yesterday }", "config.invalid-value", "24h"),
            ("{ trigger: all, before: 9999999d }", "config.invalid-value", "24h"),
            ("{ trigger: all, stale: 1 }", "config.invalid-value", "true or false"),
            ("{ trigger: all, priority: high }", "config.invalid-value", "integer"),
            ("{ trigger: all, max_failures: few }", "config.invalid-value", "2%"),
            ("{ trigger: all, rate: 0/s }", "config.invalid-value", "500/s"),
            ("{ trigger: all, offset: --1d }", "config.invalid-value", "-1d"),
            ("{ trigger: all, triggers: all }", "config.unknown-key", "'trigger'"),
        ]
    )
    func jobMistakes(_ job: String, _ code: String, _ words: String) {
        let result = load("cron: '@daily'", job: job)
        #expect(result.configuration == nil)
        #expect(result.diagnostics.count == 1, "\(result.diagnostics)")
        #expect(
            result.diagnostics.allSatisfy { code.isEmpty || $0.code.name == code },
            "\(result.diagnostics)"
        )
        let text = result.diagnostics.map { $0.message + " " + ($0.hint ?? "") }.joined()
        #expect(text.contains(words), "\(text)")
    }

    @Test("a whole schedule is read as it is written")
    func whole() throws {
        let result = load(
            """
            cron: "30 3 * * MON-FRI"
                timezone: Europe/Berlin
                catch_up: all
                jitter: 5m
                overlap: queue
                paused: true
            """,
            job: """
                { trigger: [all], prefix: "{year}/{month}/{day}/", glob: ["**/*.log"], when: object.size > 0,
                      since: 24h, before: 2027-01-01, missing: true, failed: true, priority: 3,
                      max_failures: 2%, rate: 500/s, report: "clean:reports/{year}/", offset: -1d }
                """
        )
        let schedule = try #require(result.configuration?.schedules.first, "\(result.diagnostics)")
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        #expect((schedule.name, schedule.cron.text) == ("nightly", "30 3 * * MON-FRI"))
        #expect((schedule.clock.name, schedule.catchUp, schedule.overlap) == ("Europe/Berlin", .all, .queue))
        #expect((schedule.jitter, schedule.isPaused) == (.seconds(300), true))
        let due = try #require(
            schedule.cron.next(after: Timestamp(milliseconds: 1_790_812_800_000), in: schedule.clock)
        )
        // Half past three in a summer of Berlin.
        #expect(due.description == "2026-10-01T01:30:00.000Z")
        let job = schedule.job.specification(due: due, clock: schedule.clock)
        #expect((job.triggers, job.prefixes, job.globs) == (["all"], ["2026/09/30/"], ["**/*.log"]))
        #expect(
            (job.since?.description, job.before?.description) == (
                "2026-09-30T01:30:00.000Z", "2027-01-01T00:00:00.000Z"
            )
        )
        #expect((job.conditions, job.priority, job.ratePerSecond) == ([.missing, .failed], 3, 500))
        #expect((job.maxFailures, job.report) == (JobFailureLimit("2%"), "clean:reports/2026/"))
    }

    @Test("what only a schedule uses counts as used, and a file may have schedules alone")
    func used() {
        let text = """
            buckets:
              inbox: { path: ./inbox }
              clean: { path: ./clean }
            functions:
              web: { steps: [ { parse: json } ] }
            schedules:
              s:
                cron: "@daily"
                job: { function: web, bucket: inbox, output: "clean:{year}/{key}" }
            """
        #expect(ConfigurationFixture.findings(text).isEmpty, "\(ConfigurationFixture.load(text).diagnostics)")
    }
}
