public import Settings

/// Every setting of the configuration file, once: the JSON Schema and the reference page are written from it,
/// and a test holds it against what the decoder asks for.
public enum ConfigurationTable {
    /// The file's top level.
    public static let root = SettingSection(
        "configuration",
        "The configuration of Sluice. All paths are relative to this file.",
        [
            Setting(
                "state",
                .string,
                standard: "`./state`",
                example: "./state",
                "Directory of the ledger, the socket and the work files (mode 0700); no object of any bucket."
            ),
            Setting(
                "workers",
                .integer(1...4096),
                standard: "4 per processor",
                example: "8",
                "At most so many functions run at a time."
            ),
            Setting(
                "max_pending",
                .integer(1...100_000_000),
                standard: "`1000000`",
                example: "100000",
                "Scans pause while so many deliveries wait; events and chained deliveries never do."
            ),
            Setting(
                "memory",
                .byteCount,
                standard: "`1GiB`",
                example: "4GiB",
                "What functions that raise `max_window` above 64MiB may need together; more of them wait."
            ),
            Setting(
                "listen",
                .section(listen),
                example: "{ api: \"127.0.0.1:8484\", token: { env: SLUICE_TOKEN } }",
                "Where the API and the webhook listen on TCP. The API's Unix socket is always there."
            ),
            Setting(
                "buckets",
                .mapping(.section(bucket)),
                isRequired: true,
                example: "{ inbox: { path: ./inbox } }",
                "The buckets: where objects come from and go to."
            ),
            Setting(
                "functions",
                .mapping(.section(function)),
                isRequired: true,
                example: "{ clean: { steps: [ { parse: json } ] } }",
                "What is done with objects."
            ),
            Setting(
                "triggers",
                .mapping(.section(trigger)),
                example: "{ all: { bucket: inbox, function: clean, output: \"clean:{key}\" } }",
                "Which objects go to which function, and where the results go."
            ),
            Setting(
                "schedules",
                .mapping(.section(schedule)),
                example: "{ nightly: { cron: \"30 3 * * *\", job: { trigger: all, missing: true } } }",
                "Which batch jobs are started by themselves, and when."
            ),
        ]
    )

    /// `listen:`.
    static let listen = SettingSection(
        "listen",
        "Where the API listens on TCP, and where notifications are taken.",
        [
            Setting(
                "api",
                .string,
                example: "\"127.0.0.1:8484\"",
                "Address and port. Anything but the loopback is warned of: there is no encryption."
            ),
            Setting(
                "token",
                .secret,
                standard: "**required** with `api`",
                example: "{ env: SLUICE_TOKEN }",
                "What callers must present as `Authorization: Bearer …`; at least 16 characters."
            ),
            Setting(
                "hosts",
                .oneOrMany(.string),
                standard: "none",
                example: "[sluice.example]",
                "Names that the `Host` header may have besides those of the loopback."
            ),
            Setting(
                "webhook",
                .section(webhook),
                example: "{ address: \"127.0.0.1:8485\", token: { env: WEBHOOK_TOKEN } }",
                "Where stores post their notifications; a listener of its own."
            ),
        ]
    )

    /// One of `functions:`.
    static let function = SettingSection(
        "function",
        "What is done with an object: steps over its records, or over its bytes without `parse`; or a copy.",
        exactlyOne: ["steps", "copy"],
        [
            Setting(
                "steps",
                .list(.step(steps)),
                example: "[ { parse: json }, { drop: [debug] } ]",
                "What is done, in this order."
            ),
            Setting(
                "copy",
                .section(copy),
                example: "{}",
                """
                Instead of `steps`: the object as it is stored, with content type and metadata, between \
                buckets of any kind.
                """
            ),
            Setting("limits", .section(limits), example: "{ max_record: 1MiB }", "What an object may cost."),
            Setting(
                "timeout",
                .duration,
                standard: "the trigger's",
                example: "10m",
                "An attempt that runs longer is ended and tried again."
            ),
            Setting(
                "tests",
                .list(.section(test)),
                example: "[ { name: reads a line, input: '{\"a\":1}', expect: '{\"a\":1}' } ]",
                "What the function must make of what; `sluice test` runs them."
            ),
        ]
    )

    /// `copy:`.
    static let copy = SettingSection(
        "copy",
        "Copies objects as they are; `{}` does.",
        [
            Setting(
                "tags",
                .boolean,
                standard: "`false`",
                example: "true",
                "Whether the tags of the source are asked for and go with it."
            )
        ]
    )
}
