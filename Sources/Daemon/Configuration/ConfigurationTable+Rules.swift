internal import Settings

extension ConfigurationTable {
    /// Words of the S3 event vocabulary, or a prefix with `*`.
    private static let eventPattern = "^(s3:)?Object(Created|Removed):([A-Za-z]+|\\*)$"

    /// One of `triggers:`.
    static let trigger = SettingSection(
        "trigger",
        "A rule: which objects of a bucket go to which function, and where the results go.",
        [
            Setting("bucket", .string, isRequired: true, example: "inbox", "The bucket that is watched."),
            Setting(
                "events",
                .oneOrMany(.pattern(eventPattern, form: "event type")),
                standard: "`[\"ObjectCreated:*\"]`",
                example: "[\"ObjectCreated:*\"]",
                "Which events, in the words of S3."
            ),
            Setting(
                "match",
                .oneOrMany(.string),
                example: "\"nginx/**/*.log.gz\"",
                """
                Glob over the key: `**/` is zero or more directories, `*` and `?` never cross `/`; also \
                `[a-z]` and `{a,b}`. Names that begin with a dot are left out.
                """
            ),
            Setting(
                "prefix",
                .oneOrMany(.string),
                example: "[nginx/, apache/]",
                "Instead of `match`: how keys begin."
            ),
            Setting(
                "suffix",
                .oneOrMany(.string),
                example: "[.log, .log.gz]",
                "Instead of `match`: how keys end."
            ),
            Setting(
                "ignore",
                .oneOrMany(.string),
                standard: "`*.part`, `*.tmp`, `*~`, `.*` and their like",
                example: "[\"*.partial\"]",
                "Globs over the last component of keys that are not taken, instead of those that are usual."
            ),
            Setting(
                "when",
                .string,
                example: "object.size < 5368709120",
                "A further condition over the event, in CEL."
            ),
            Setting(
                "existing",
                .choice(["process", "skip"]),
                standard: "`process`",
                example: "skip",
                "What happens to objects that were there before the trigger (at an S3 store: a minute "
                    + "before it; later ones count as new)."
            ),
            Setting("function", .string, isRequired: true, example: "clean", "The function that is called."),
            Setting(
                "output",
                .string,
                isRequired: true,
                example: "\"clean:{dir}/{stem}.ndjson.zst\"",
                "Bucket and key of the result; see [templates](#templates)."
            ),
            Setting(
                "rejects",
                .string,
                standard: "they are counted only",
                example: "\"clean:rejects/{key}.ndjson\"",
                "Bucket and key for the records that could not be processed, each with its reason."
            ),
            Setting(
                "retry",
                .section(retry),
                example: "{ attempts: 5, backoff: 1s..5m }",
                "When a failure is tried again."
            ),
            Setting(
                "concurrency",
                .integer(1...10_000),
                standard: "as many as there are workers",
                example: "4",
                "At most so many of this trigger's attempts run at a time."
            ),
            Setting(
                "overwrite",
                .boolean,
                standard: "`false`",
                example: "true",
                "Whether an object that Sluice did not make may be replaced by a result."
            ),
            Setting(
                "timeout",
                .duration,
                standard: "`1h`",
                example: "10m",
                "An attempt that runs longer is ended and tried again."
            ),
            Setting(
                "content_type",
                .string,
                standard: "by the ending of the key; for `copy` the source's",
                example: "application/x-ndjson",
                "The media type that a store keeps beside results; a directory keeps none."
            ),
            Setting(
                "storage_class",
                .string,
                standard: "the bucket's",
                example: "STANDARD_IA",
                "The storage class of results at a store."
            ),
        ]
    )

    /// `retry:`.
    static let retry = SettingSection(
        "retry",
        "When a delivery that failed for a passing reason is tried again.",
        [
            Setting(
                "attempts",
                .integer(1...1000),
                standard: "`5`",
                example: "5",
                "After so many failures the delivery is dead until someone retries it."
            ),
            Setting(
                "backoff",
                .pattern("^(0|[1-9][0-9]*)(ms|s|m|h|d)\\.\\.(0|[1-9][0-9]*)(ms|s|m|h|d)$", form: "range"),
                standard: "`1s..5m`",
                example: "1s..5m",
                "Upper bounds of the first and of every further wait; each doubles, and chance spreads it."
            ),
        ]
    )

    /// `limits:`.
    static let limits = SettingSection(
        "limits",
        "What one object may cost; beyond a limit it is dead, or the record is rejected.",
        [
            Setting(
                "max_record",
                .byteCount,
                standard: "`1MiB`",
                example: "1MiB",
                "Longer records are rejected."
            ),
            Setting(
                "max_output",
                .byteCount,
                standard: "`64GiB`",
                example: "50GiB",
                "An object that unpacks to more text fails."
            ),
            Setting(
                "max_ratio",
                .integer(1...1_000_000),
                standard: "`1000`",
                example: "1000",
                "An object that unpacks to so many times its size fails, from 1 MiB on."
            ),
            Setting(
                "max_depth",
                .integer(1...100_000),
                standard: "`1000`",
                example: "100",
                "JSON that is nested deeper is rejected."
            ),
            Setting(
                "max_window",
                .byteCount,
                standard: "`64MiB`",
                example: "128MiB",
                "An object whose zstd window or xz dictionary is larger fails; 8MiB to 2GiB."
            ),
            Setting(
                "max_nesting",
                .integer(1...8),
                standard: "`2`",
                example: "3",
                "Codecs around codecs, and archives inside of archives, that are opened; more fail."
            ),
            Setting(
                "max_members",
                .integer(1...100_000_000),
                standard: "`1000000`",
                example: "10000000",
                "An object with more members in its archives fails."
            ),
            Setting(
                "max_spool",
                .byteCount,
                standard: "`16GiB`",
                example: "64GiB",
                "A zip archive that is larger fails: it is kept in the state directory while it is read."
            ),
            Setting(
                "max_outputs",
                .integer(1...10_000),
                standard: "`256`",
                example: "1000",
                "An object, or member, whose `route` and `partition` name more outputs fails."
            ),
        ]
    )
}
