internal import Settings

extension ConfigurationTable {
    /// One of `schedules:`.
    static let schedule = SettingSection(
        "schedule",
        "When a batch job is started by itself; see [schedules](schedules.md).",
        [
            Setting(
                "cron",
                .string,
                isRequired: true,
                example: "\"30 3 * * *\"",
                "Minute, hour, day of month, month and day of week, as crontab(5) has them; or `@hourly`, "
                    + "`@daily`, `@weekly`, `@monthly`, `@yearly`."
            ),
            Setting(
                "timezone",
                .string,
                standard: "`UTC`",
                example: "Europe/Berlin",
                "By which clock: a name of the IANA database, or an offset such as `+02:00`."
            ),
            Setting(
                "catch_up",
                .choice(["skip", "once", "all"]),
                standard: "`once`",
                example: "all",
                "What becomes of runs that were due while no service ran: none is made, one for all of "
                    + "them, or each, the latest 1000."
            ),
            Setting(
                "jitter",
                .duration,
                standard: "`0s`",
                example: "5m",
                "Runs are put off by up to so much, the same run always by the same time; at most 1d."
            ),
            Setting(
                "overlap",
                .choice(["skip", "queue", "allow", "replace"]),
                standard: "`skip`",
                example: "queue",
                "What becomes of a run while the former job has not ended: it is left out, waits, is made "
                    + "besides, or the job is cancelled for it."
            ),
            Setting(
                "paused",
                .boolean,
                standard: "`false`",
                example: "true",
                "Whether nothing is made, and nothing caught up afterwards."
            ),
            Setting(
                "job",
                .section(scheduledJob),
                isRequired: true,
                example: "{ trigger: all, stale: true }",
                "What is done."
            ),
        ]
    )

    /// `job:` of a schedule.
    static let scheduledJob = SettingSection(
        "job",
        """
        What a schedule starts: the options of `sluice job start`. `prefix`, `glob`, `manifest`, `output`, \
        `rejects`, `reduce` and `report` may hold `{year}`, `{month}`, `{day}`, `{hour}` and `{minute}` of \
        the due moment.
        """,
        [
            Setting("trigger", .oneOrMany(.string), example: "all", "Objects of these triggers."),
            Setting("function", .string, example: "clean", "Instead: this function, with bucket and output."),
            Setting(
                "bucket",
                .oneOrMany(.string),
                example: "inbox",
                "The buckets of the function's objects."
            ),
            Setting("prefix", .oneOrMany(.string), example: "\"{year}/{month}/{day}/\"", "How keys begin."),
            Setting("glob", .oneOrMany(.string), example: "\"**/*.gz\"", "Globs over keys."),
            Setting("when", .string, example: "object.size > 0", "A condition over the object, in CEL."),
            Setting(
                "since",
                .string,
                example: "24h",
                "Modified at most so long before the due moment; or at or after a date."
            ),
            Setting("before", .string, example: "1h", "Modified longer before it; or before a date."),
            Setting(
                "manifest",
                .string,
                example: "\"inbox:lists/{year}{month}{day}.csv\"",
                "A list of objects: an absolute path, or `BUCKET:KEY`."
            ),
            Setting("stale", .boolean, standard: "`false`", example: "true", "What another logic made."),
            Setting("missing", .boolean, standard: "`false`", example: "true", "Objects without outputs."),
            Setting("failed", .boolean, standard: "`false`", example: "true", "Dead letters."),
            Setting(
                "output",
                .string,
                standard: "the trigger's",
                example: "\"clean:daily/{year}-{month}-{day}/{key}\"",
                "Where results go instead; the names of the due moment come before the template's own."
            ),
            Setting(
                "rejects",
                .string,
                example: "\"clean:rejects/{key}\"",
                "Where rejects go, with `output` or `reduce`."
            ),
            Setting(
                "reduce",
                .string,
                example: "\"clean:totals/{year}-{month}-{day}.ndjson\"",
                "Merges the groups of all objects into one result there."
            ),
            Setting(
                "priority",
                .integer(-1000...1000),
                standard: "`0`",
                example: "5",
                "Jobs of a higher priority are served first."
            ),
            Setting(
                "max_failures",
                .string,
                standard: "`50%`",
                example: "2%",
                "The job fails when more fail: a number, or a percentage."
            ),
            Setting("rate", .string, example: "500/s", "At most so many objects begin in a second."),
            Setting(
                "report",
                .string,
                example: "\"clean:reports/{year}/{month}/{day}\"",
                "Where the report is written when the job ends; `BUCKET:PREFIX`."
            ),
            Setting(
                "offset",
                .string,
                standard: "`0s`",
                example: "-1d",
                "How far from the due moment the placeholders tell, by the clock: `-1d` is the day before."
            ),
        ]
    )
}
