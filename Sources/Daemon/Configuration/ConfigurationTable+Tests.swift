internal import Settings

extension ConfigurationTable {
    /// One of `tests:`.
    static let test = SettingSection(
        "test",
        "Input and what must come of it, after `encode` and before `compress`; `sluice test` compares.",
        [
            Setting("name", .string, isRequired: true, example: "keeps errors", "What the test is called."),
            Setting(
                "input",
                .string,
                example: "'{\"a\":1}'",
                "The text that goes in, as it is: neither unpacked nor taken apart."
            ),
            Setting(
                "file",
                .string,
                example: "./samples/app.log.gz",
                "Instead of `input`: a file, read as an object would be."
            ),
            Setting(
                "time",
                .string,
                example: "\"2026-10-01T00:00:00Z\"",
                "When the object was last modified, for timestamps without a year."
            ),
            Setting(
                "expect",
                .string,
                example: "'{\"a\": 1}'",
                "The output's text. In lines of JSON, blanks outside of strings do not matter."
            ),
            Setting(
                "outputs",
                .mapping(.string),
                example: "{ errors: '{\"a\":1}' }",
                """
                The texts of named outputs: `OUTPUT/PARTITION/MEMBER`, whichever there are. No other may \
                be made.
                """
            ),
            Setting(
                "rejects",
                .either([.integer(0...Int.max), .list(.string)]),
                example: "[\"not JSON\"]",
                "How many rejects there are, or a text that each of them holds, in their order."
            ),
            Setting(
                "dropped",
                .integer(0...Int.max),
                example: "1",
                "How many records are dropped on purpose."
            ),
        ]
    )
}
