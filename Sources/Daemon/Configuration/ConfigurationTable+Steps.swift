internal import RecordEngine
internal import Settings

extension ConfigurationTable {
    /// What one entry of `steps:` may be: stages that stand in a certain place, and steps on records.
    static let steps: [Setting] =
        [
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
                "unarchive",
                .either([.choice(["auto", "tar", "zip", "none"]), .mapping(.anything)]),
                standard: "`none`",
                example: "{ format: auto, members: \"**/*.log\", merge: false }",
                "Takes an archive apart: each member has a result of its own, or all one with `merge`."
            ),
            Setting(
                "charset",
                .either([.string, .mapping(.anything)]),
                standard: "bytes stay as they are",
                example: "{ from: shift_jis, invalid: replace }",
                "Reads the text in an encoding; records are UTF-8 from there on."
            ),
            Setting(
                "frame",
                .either([
                    .choice(Pipeline.textComponents.map(\.name).filter { $0 != "charset" }),
                    .mapping(.anything),
                ]),
                standard: "what the parser reads, mostly lines",
                example: "{ format: multiline, preset: java }",
                "Cuts the text into records: lines, stack traces, rows, JSON over several lines."
            ),
            Setting(
                "parse",
                format(of: "parse"),
                example: "combined",
                "Cuts each record's text into fields. Without it, bytes pass through and only codecs apply."
            ),
            Setting(
                "encode",
                format(of: "encode"),
                standard: "`ndjson` after a `parse`",
                example: "ndjson",
                "Writes each record."
            ),
            Setting(
                "compress",
                .either([.choice(["none", "gzip", "zstd", "lz4", "xz"]), .section(compress)]),
                standard: "`none`",
                example: "{ format: zstd, level: 3 }",
                "Packs the result. The last step, if it is there."
            ),
        ]
        + Pipeline.components.filter { word($0) == nil }.map { step in
            Setting(
                step.name,
                .anything,
                example: String(step.example.dropFirst(step.name.count + 4)),
                step.summary
            )
        }

    /// The name of a format, or a mapping with its options; the engine checks those.
    private static func format(of word: String) -> SettingType {
        .either([
            .choice(Pipeline.components.filter { self.word($0) == word }.map(\.name)), .mapping(.anything),
        ])
    }

    /// `parse` or `encode`, where the component is a format of it.
    private static func word(_ component: ComponentSpec) -> String? {
        ["parse", "encode"].first { component.example.hasPrefix("- \($0):") }
    }

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
