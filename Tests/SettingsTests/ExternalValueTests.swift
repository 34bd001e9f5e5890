internal import EventModel
internal import Settings
internal import Testing

@Suite struct ExternalValueTests {
    private static let canary = "canary-7f3a9"
    private static let externals = ExternalValues(
        variables: ["TOKEN": canary, "EMPTY": ""],
        files: [
            "token": Array("\(canary)\r\n".utf8), "blank": [0x0A], "binary": [0xFF],
            "huge": Array(repeating: 0x41, count: 70_000),
        ]
    )

    /// The root's only value.
    private func value(_ text: String, _ diagnostics: inout Diagnostics) throws -> ConfigNode {
        let root = try #require(YAML.parse(Array(text.utf8), &diagnostics))
        var reader = try #require(MappingReader(root, &diagnostics))
        return try #require(reader.required("a", &diagnostics))
    }

    @Test(
        "reads variables and files where a string is expected",
        arguments: ["{ env: TOKEN }", "{ file: token }"]
    )
    func resolves(text: String) throws {
        var diagnostics = Diagnostics(externals: Self.externals)
        let node = try value("a: \(text)", &diagnostics)
        #expect(node.text(&diagnostics) == Self.canary)
        #expect(node.secret(&diagnostics)?.reveal() == Self.canary)
        #expect(diagnostics.findings.isEmpty)
    }

    @Test(
        "what cannot be read is an error at its place",
        arguments: [
            ("{ env: MISSING }", "config.missing-value@1:11"),
            ("{ env: EMPTY }", "config.missing-value@1:11"),
            ("{ file: none }", "config.missing-value@1:12"), ("{ file: blank }", "config.missing-value@1:12"),
            ("{ file: binary }", "config.missing-value@1:12"),
            ("{ file: huge }", "config.missing-value@1:12"),
            ("{ env: [x] }", "config.invalid-value@1:11"), ("{ env: }", "config.invalid-value@1:11"),
            ("{ env: TOKEN, file: token }", "config.invalid-value@1:4"),
            ("{ vault: x }", "config.invalid-value@1:4"),
        ]
    )
    func missing(text: String, finding: String) throws {
        var diagnostics = Diagnostics(externals: Self.externals)
        #expect(try value("a: \(text)", &diagnostics).text(&diagnostics) == nil)
        #expect(diagnostics.findings.map { "\($0.code)@\($0.location)" } == [finding])
    }

    @Test("nothing else is expanded")
    func noExpansion() throws {
        var diagnostics = Diagnostics(externals: Self.externals)
        #expect(try value("a: ${TOKEN}$TOKEN", &diagnostics).text(&diagnostics) == "${TOKEN}$TOKEN")
    }

    @Test("a secret never prints, and one in the file itself is warned of (trap S11)")
    func secrets() throws {
        var diagnostics = Diagnostics(externals: Self.externals)
        let secret = try #require(try value("a: { env: TOKEN }", &diagnostics).secret(&diagnostics))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(diagnostics)"] {
            #expect(!text.contains(Self.canary))
        }
        #expect(try value("a: \(Self.canary)", &diagnostics).secret(&diagnostics) != nil)
        #expect(diagnostics.findings.map(\.code.name) == ["config.inline-secret"])
        #expect(!diagnostics.hasErrors)
        #expect(diagnostics.findings.allSatisfy { !$0.message.contains(Self.canary) })
    }
}
