internal import Daemon
internal import EventModel
internal import Testing

/// Templates against what functions give, and the settings of archives, in whole files.
@Suite struct OutputPlaceholderTests {
    private func findings(_ steps: String, _ output: String) -> [String] {
        ConfigurationFixture.findings(
            """
            buckets:
              inbox: { path: ./inbox }
              clean: { path: ./clean }
            functions:
              f: { steps: [ \(steps) ] }
            triggers:
              t: { bucket: inbox, match: "*", function: f, output: "clean:\(output)" }
            """
        )
    }

    @Test(
        "a function with several outputs needs their placeholder, and no other",
        arguments: [
            ("{ unarchive: auto }", "{key}/{member}", []),
            ("{ unarchive: auto }", "{key}", ["config.output-collision@7:56"]),
            ("{ unarchive: { format: auto, merge: true } }", "{key}", []),
            (
                "{ unarchive: { format: auto, merge: true } }", "{key}/{member}",
                ["config.invalid-pattern@7:56"]
            ),
            ("{ parse: json }, { route: { a: n > 1 } }", "{output}/{key}", []),
            ("{ parse: json }, { route: { a: n > 1 } }", "{key}", ["config.output-collision@7:56"]),
            ("{ parse: json }, { partition: \"s={s}\" }", "{partition}/{key}", []),
            ("{ parse: json }, { partition: \"s={s}\" }", "{key}", ["config.output-collision@7:56"]),
            ("{ parse: json }", "{key}/{part}", ["config.invalid-pattern@7:56"]),
        ] as [(String, String, [String])]
    )
    func placeholders(steps: String, output: String, expected: [String]) {
        #expect(findings(steps, output) == expected)
    }

    @Test("what an object is moved to knows only its key")
    func moves() {
        let text = ConfigurationFixture.complete(bucket: ", after: { move: \"clean:{key}/{member}\" }")
        #expect(ConfigurationFixture.findings(text).contains { $0.hasPrefix("config.invalid-value") })
    }

    @Test("the memory for windows is 1 GiB unless it is said")
    func memory() throws {
        let usual = ConfigurationFixture.load(ConfigurationFixture.complete()).configuration
        #expect(usual?.memoryBytes == 1 << 30)
        let text = ConfigurationFixture.complete(head: "memory: 4GiB")
        #expect(ConfigurationFixture.load(text).configuration?.memoryBytes == 4 << 30)
        for wrong in ["memory: 1MiB", "memory: much"] {
            let found = ConfigurationFixture.findings(ConfigurationFixture.complete(head: wrong))
            #expect(found.map { $0.prefix(20) } == ["config.invalid-value"])
        }
    }
}
