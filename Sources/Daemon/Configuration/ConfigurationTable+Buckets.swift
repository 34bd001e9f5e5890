internal import Settings

extension ConfigurationTable {
    /// One of `buckets:`.
    static let bucket = SettingSection(
        "bucket",
        "A local directory whose files are the objects, their paths the keys; or a bucket of a store.",
        exactlyOne: ["path", "s3"],
        [
            Setting(
                "path",
                .string,
                example: "./buckets/inbox",
                "The directory. It must exist, and lie within no other bucket's nor the state directory."
            ),
            Setting(
                "s3",
                .section(s3),
                example: "{ bucket: acme-lake, region: eu-west-1 }",
                "Instead of `path`: a bucket of AWS or another store that speaks its language."
            ),
            Setting(
                "after",
                .either([.choice(["keep", "delete"]), .section(after)]),
                standard: "`keep`",
                example: "{ move: \"archive:{key}\" }",
                "What happens to an object once every delivery of its version is done. Never overwrites."
            ),
            Setting(
                "watch",
                .section(watch),
                example: "{ scan: 5m }",
                "How the bucket is watched."
            ),
        ]
    )

    /// `after: { move: … }`.
    static let after = SettingSection(
        "after",
        "Moves or tags an object once every delivery of its version is done.",
        exactlyOne: ["move", "tag"],
        [
            Setting(
                "move",
                .string,
                example: "\"archive:{key}\"",
                "Bucket and key to move it to, with what is kept beside its bytes."
            ),
            Setting(
                "tag",
                .mapping(.string),
                example: "{ processed: \"true\" }",
                "Up to ten tags to add to those that it has; for buckets of stores only."
            ),
        ]
    )

    /// `watch:`.
    static let watch = SettingSection(
        "watch",
        """
        How a bucket is watched: of a directory the kernel tells at once what changes, a store sends \
        notifications where it is set up for that, and scans find what both missed.
        """,
        [
            Setting(
                "scan",
                .duration,
                standard: "`5m`, with `recent` `1h`",
                example: "5m",
                "The longest time between two complete scans; 1s to 7d."
            ),
            Setting(
                "settle",
                .duration,
                standard: "`2s`",
                example: "2s",
                "How long a file must rest where the system cannot tell whether a program still writes it."
            ),
            Setting(
                "recent",
                .section(recent),
                example: "{ prefix: \"logs/{yyyy}/{mm}/{dd}/\", every: 30s }",
                "Scans of what is new where keys hold their time; the complete scan can be rare then."
            ),
            notifications,
        ]
    )

    /// `recent:`.
    static let recent = SettingSection(
        "recent",
        "Scans the keys of the last days often. What vanished is left to the complete scan.",
        [
            Setting(
                "prefix",
                .string,
                isRequired: true,
                example: "\"logs/{yyyy}/{mm}/{dd}/\"",
                "How such keys begin: `{yyyy}`, `{mm}`, `{dd}` and `{HH}` stand for parts of the time in UTC."
            ),
            Setting(
                "every",
                .duration,
                standard: "`30s`",
                example: "30s",
                "From the end of one such scan to the next; 1s to 1d."
            ),
            Setting(
                "days",
                .integer(1...31),
                standard: "`2`",
                example: "2",
                "How many days are recent, today being the first. With `{HH}` each of their hours is listed."
            ),
        ]
    )

    /// `s3:`.
    static let s3 = SettingSection(
        "s3",
        "A bucket of AWS S3, or of a store that speaks its language.",
        [
            Setting(
                "bucket",
                .string,
                isRequired: true,
                example: "acme-lake",
                "Its name at the store."
            ),
            Setting(
                "region",
                .string,
                standard: "`AWS_REGION`, or `AWS_DEFAULT_REGION`",
                example: "eu-west-1",
                "What requests are signed for; AWS needs it, most other stores do not care."
            ),
            Setting(
                "endpoint",
                .string,
                standard: "AWS",
                example: "\"https://minio.example:9000\"",
                "Scheme, host and port of the store. Without `https` all is signed, but anyone can read it."
            ),
            Setting(
                "path_style",
                .boolean,
                standard: "`true` with `endpoint`",
                example: "true",
                "Whether the bucket's name stands in the path instead of the host's name."
            ),
            Setting(
                "credentials",
                .either([.choice(["anonymous"]), .section(credentials)]),
                standard: "environment, profile files, web identity, container, machine",
                example: "{ access_key: { env: KEY }, secret_key: { env: SECRET } }",
                "Who we are at the store."
            ),
            Setting(
                "ca_file",
                .string,
                standard: "the system's",
                example: "./ca.pem",
                "Authorities in PEM form to trust beside the system's."
            ),
            Setting(
                "insecure_skip_verify",
                .boolean,
                standard: "`false`",
                example: "true",
                "Takes any certificate; warned of at every start."
            ),
            Setting(
                "proxy",
                .secret,
                standard: "what `https_proxy` and the like say",
                example: "\"http://proxy.example:3128\"",
                "A proxy to go through; `\"\"` for none."
            ),
            Setting(
                "probe",
                .choice(["auto", "off"]),
                standard: "`auto`",
                example: "off",
                """
                Whether it is tried out what the store of an output bucket can do, with objects below \
                `.sluice/`, at the first use and every 30 days.
                """
            ),
            Setting(
                "storage_class",
                .string,
                standard: "the bucket's own",
                example: "STANDARD_IA",
                "The storage class of results whose trigger names none."
            ),
            Setting(
                "part_size",
                .byteCount,
                standard: "`8MiB`",
                example: "16MiB",
                "Length of the parts that large objects are written and read in; 5MiB to 256MiB."
            ),
            Setting(
                "parallel",
                .integer(1...64),
                standard: "`4`",
                example: "8",
                "So many parts of one object are under way at a time; each takes `part_size` of memory."
            ),
        ]
    )

    /// `credentials:`.
    static let credentials = SettingSection(
        "credentials",
        "Who we are at a store: keys, or a profile of the AWS tools' files.",
        [
            Setting("access_key", .string, example: "{ env: KEY }", "The access key's id."),
            Setting("secret_key", .secret, example: "{ env: SECRET }", "The secret that belongs to it."),
            Setting(
                "session_token",
                .secret,
                example: "{ env: SESSION }",
                "With keys that are valid for a while only."
            ),
            Setting(
                "profile",
                .string,
                example: "backup",
                "Instead of keys: a profile of `~/.aws/credentials` and `~/.aws/config`."
            ),
        ]
    )
}
