internal import Settings

extension ConfigurationTable {
    private static let fields = SettingType.oneOrMany(.string)

    /// What one entry of `steps:` may be, in the order in which they may stand.
    static let steps = [
        Setting(
            "decompress",
            .oneOrMany(
                .choice(["auto", "gzip", "zstd", "bzip2", "xz", "lz4", "zlib", "deflate", "none"])
            ),
            standard: "`auto`",
            example: "auto",
            "Unpacks the object; `auto` tells by the first bytes. The first step, if it is there."
        ),
        Setting(
            "parse",
            .choice(["json", "combined", "common", "logfmt", "raw"]),
            example: "combined",
            "Reads each line into fields. Without it, bytes pass through and only codecs apply."
        ),
        Setting(
            "keep_if",
            .string,
            example: "status >= 400",
            "Keeps the records for which the expression (CEL) is true. Before `parse` it sees the raw `line`."
        ),
        Setting(
            "drop_if",
            .string,
            example: "path == \"/healthz\"",
            "Drops the records for which the expression (CEL) is true. Before `parse` it sees the raw `line`."
        ),
        Setting(
            "keep",
            fields,
            example: "[timestamp, path, status]",
            "Keeps these fields and removes all others."
        ),
        Setting("drop", fields, example: "[ident, user]", "Removes these fields."),
        Setting(
            "rename",
            .mapping(.string),
            example: "{ user_agent: agent }",
            "Gives fields other names: `old: new`."
        ),
        Setting(
            "set",
            .mapping(.string),
            example: "{ error: status >= 500 }",
            "Sets fields to the values of expressions (CEL)."
        ),
        Setting(
            "text",
            .mapping(.string),
            example: "{ env: prod, where: \"{method} {path}\" }",
            "Sets fields to text; `{field}` stands for a field's value."
        ),
        Setting(
            "redact",
            .section(redact),
            example: "{ fields: [client_ip], as: mask }",
            "Makes values unreadable, in every field of such a name."
        ),
        Setting(
            "encode",
            .choice(["ndjson", "raw"]),
            standard: "`ndjson` after a `parse`",
            example: "ndjson",
            "Writes each record as a line."
        ),
        Setting(
            "compress",
            .either([.choice(["none", "gzip", "zstd", "lz4", "xz"]), .section(compress)]),
            standard: "`none`",
            example: "{ format: zstd, level: 3 }",
            "Packs the result. The last step, if it is there."
        ),
    ]

    /// `redact:`.
    static let redact = SettingSection(
        "redact",
        "Makes values unreadable.",
        [
            Setting("fields", fields, isRequired: true, example: "[client_ip]", "The names of the fields."),
            Setting(
                "as",
                .choice(["mask", "hash", "remove"]),
                isRequired: true,
                example: "mask",
                """
                `mask`: an IPv4 address loses its last octet, an IPv6 address its last 80 bits, an e-mail \
                address all before the `@`, anything else becomes `***`. `hash`: SHA-256, keyed with `key` \
                if there is one. `remove`: the field goes.
                """
            ),
            Setting(
                "key",
                .secret,
                example: "{ env: SLUICE_HASH_KEY }",
                "With `hash`: the key of HMAC-SHA-256, without which short values could be guessed."
            ),
        ]
    )

    /// `compress:` with a level.
    static let compress = SettingSection(
        "compress",
        "Packs the result.",
        [
            Setting(
                "format",
                .choice(["none", "gzip", "zstd", "lz4", "xz"]),
                isRequired: true,
                example: "zstd",
                "The codec."
            ),
            Setting(
                "level",
                .integer(0...19),
                standard: "`1` for gzip, `3` for zstd, `0` for lz4, `3` for xz",
                example: "3",
                "0 to 9 for gzip, 1 to 19 for zstd, 0 to 12 for lz4, 0 to 6 for xz: the higher, the smaller "
                    + "and slower."
            ),
        ]
    )
}
