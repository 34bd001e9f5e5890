internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct PipelineCompilerTests {
    /// Steps with mistakes: code, line and column, and a part of message or hint.
    static let mistakes: [(String, String, Int, Int, String)] = [
        ("- parse: jsn", "config.invalid-value", 1, 10, "Did you mean 'json'?"),
        ("- parse: json\n- drop_iff: a == 1", "config.unknown-step", 2, 3, "Did you mean 'drop_if'?"),
        ("- parse: json\n- keep_if: a ==", "expression.syntax", 2, 16, "column"),
        ("- parse: json\n- keep_if: \"a + 'x\"", "expression.syntax", 2, 17, "column"),
        ("- drop: [a]\n- parse: json", "config.step-order", 1, 3, "behind 'parse'"),
        (
            "- parse: json\n- encode: ndjson\n- drop: [a]", "config.step-order", 3, 3,
            "cannot stand behind 'encode'"
        ),
        ("- encode: ndjson\n- parse: json", "config.step-order", 1, 3, "behind 'parse'"),
        ("- parse: json\n- compress: gzip\n- encode: ndjson", "config.step-order", 3, 3, "behind 'compress'"),
        ("- parse: json\n- decompress: gzip", "config.step-order", 2, 3, "first step"),
        ("- parse: json\n- parse: raw", "config.step-order", 2, 3, "second time"),
        ("- keep_if: line == \"\"", "config.step-order", 1, 12, "parse: raw"),
        ("- keep_if: path == \"\"\n- parse: json", "expression.unknown-name", 1, 12, "path"),
        ("- decompress: gzp", "config.invalid-value", 1, 15, "Did you mean 'gzip'?"),
        ("- compress: { format: gzip, level: 12 }", "config.invalid-value", 1, 36, "from 0 to 9"),
        ("- compress: { format: zstd, levl: 1 }", "config.unknown-key", 1, 29, "Did you mean 'level'?"),
        ("- compress: { level: 1 }", "config.missing-key", 1, 13, "needs 'format'"),
        (
            "- parse: json\n- redact: { fields: [a], as: maskk }", "config.invalid-value", 2, 30,
            "Did you mean 'mask'?"
        ),
        ("- parse: json\n- redact: { as: mask }", "config.missing-key", 2, 11, "needs 'fields'"),
        (
            "- parse: json\n- redact: { fields: [a], as: mask, key: k }", "config.invalid-value", 2, 41,
            "only for 'as: hash'"
        ),
        (
            "- parse: json\n- redact: { fields: [a], as: hash, key: { env: NO } }", "config.missing-value", 2,
            48, "NO"
        ),
        ("- parse: json\n- rename: [a]", "config.invalid-value", 2, 11, "must be a mapping"),
        ("- parse: json\n- rename: { a: c, b: c }", "config.invalid-value", 2, 22, "Both 'a' and 'b'"),
        ("- parse: json\n- text: { a: \"{b\" }", "config.invalid-value", 2, 14, "brace"),
        ("- parse: json\n- drop: []", "config.invalid-value", 2, 9, "names no field"),
        ("- parse: json\n- set: { }", "config.invalid-value", 2, 8, "mapping of field names"),
        ("- parse: json\n- keep_if: '\"a\"'", "config.invalid-value", 2, 12, "must be a condition"),
        ("- parse: json\n  drop: [a]", "config.invalid-value", 2, 3, "Begin each step with"),
        ("- json", "config.invalid-value", 1, 3, "must be a step"),
        ("parse: json", "config.invalid-value", 1, 1, "must be a list"),
    ]

    @Test("reports a mistake at its place, with a hint", arguments: mistakes)
    func reports(_ steps: String, _ code: String, _ line: Int, _ column: Int, _ words: String) throws {
        let (pipeline, findings) = compile(steps)
        #expect(pipeline == nil)
        let finding = try #require(
            findings.first { $0.severity == .error && $0.code.name == code },
            "\(findings)"
        )
        #expect(finding.location == SourceLocation(line: line, column: column), "\(finding)")
        #expect("\(finding.message) \(finding.hint ?? "")".contains(words), "\(finding)")
    }

    @Test("reports all mistakes at once")
    func reportsAll() {
        let steps = """
            - drop: [x]
            - parse: jsn
            - keep_if: a ==
            - dorp: [a]
            - set: { a: "1 +", b: "2 *" }
            - compress: { format: gzip, level: 99 }
            - encode: csv
            """
        let (pipeline, findings) = compile(steps, limits: "{ max_record: x, max_dept: 3 }")
        #expect(pipeline == nil)
        #expect(findings.count { $0.severity == .error } == 11, "\(findings.map(\.message))")
    }

    @Test(
        "warns about names that no earlier step makes",
        arguments: [
            (
                "- parse: combined\n- drop_if: pth == \"/\"", 2, 12,
                "Did you mean 'path' or the text 'pth', in quotes?"
            ),
            ("- parse: combined\n- set: { env: prod }", 2, 15, "Did you mean the text 'prod', in quotes?"),
            ("- parse: combined\n- drop: [stats]", 2, 10, "Did you mean 'status'?"),
            (
                "- parse: json\n- keep: [a]\n- set: { c: a + b }", 3, 17,
                "Did you mean 'a' or the text 'b', in quotes?"
            ),
            ("- parse: combined\n- drop: [user]\n- redact: { fields: [user], as: mask }", 3, 22, "Known"),
            ("- parse: common\n- text: { a: \"{referer}\" }", 2, 14, "Known"),
            ("- parse: common\n- rename: { referrer: r }", 2, 13, "Known"),
            ("- parse: combined\n- encode: raw", 2, 11, "Known"),
        ]
    )
    func warns(_ steps: String, _ line: Int, _ column: Int, _ hint: String) throws {
        let (pipeline, findings) = compile(steps)
        #expect(pipeline != nil)
        let finding = try #require(findings.first { $0.code.name == "config.unknown-field" }, "\(findings)")
        #expect(finding.severity == .warning)
        #expect(finding.location == SourceLocation(line: line, column: column))
        #expect(finding.hint?.contains(hint) == true, "\(finding.hint ?? "")")
    }

    @Test("does not warn where names are open or made")
    func doesNotWarn() {
        for steps in [
            "- parse: json\n- drop: [a]\n- set: { b: c }", "- parse: logfmt\n- keep_if: x == 1",
            "- parse: combined\n- set: { a: status }\n- rename: { a: b }\n- drop: [b]",
            "- parse: combined\n- keep: [path]\n- drop_if: path == \"/\"",
            "- parse: raw\n- keep_if: line != \"\"",
        ] {
            let (pipeline, findings) = compile(steps)
            #expect(pipeline != nil && findings.isEmpty, "\(findings)")
        }
    }

    @Test("passes bytes through without parse, and chooses codecs")
    func compilesCodecs() throws {
        let plain = try #require(compile("- decompress: none\n- compress: { format: zstd, level: 5 }").0)
        #expect(plain.isByteMode && plain.inputCodec == .none && plain.outputCodec == .zstd(level: 5))
        let gzip = try #require(compile("- parse: json\n- compress: gzip").0)
        #expect(!gzip.isByteMode && gzip.inputCodec == .auto && gzip.outputCodec == .gzip(level: 1))
        let bytes: [UInt8] = [0, 255, 10, 13]
        #expect(try run("- compress: none", bytes).output == bytes)
    }

    @Test("decompress takes a codec or a list of them; compress a codec with its levels")
    func codecLists() throws {
        let gzip = try #require(InputLayers([.gzip, .zstd]))
        #expect(compile("- decompress: [gzip, zstd]").0?.inputCodec == gzip)
        #expect(compile("- decompress: [xz]").0?.inputCodec == InputLayers(.xz))
        #expect(compile("- compress: { format: lz4, level: 12 }").0?.outputCodec == .lz4(level: 12))
        #expect(compile("- compress: xz").0?.outputCodec == .xz(level: 3))
        for mistake in [
            "- decompress: []", "- decompress: [auto, gzip]", "- decompress: [gzip, none]",
            "- decompress: [gzip, rar]",
            "- decompress: [\(Array(repeating: "gzip", count: 9).joined(separator: ", "))]",
            "- compress: { format: xz, level: 7 }", "- compress: { format: lz4, level: 13 }",
            "- compress: bzip2",
        ] {
            let (pipeline, findings) = compile(mistake)
            #expect(pipeline == nil && findings.map(\.code.name) == ["config.invalid-value"], "\(findings)")
        }
    }

    @Test("a window above 64 MiB is counted, once for each layer that may ask for one")
    func windows() throws {
        func bytes(_ steps: String, _ limits: String?) -> Int? {
            compile(steps, limits: limits).0?.windowBytes
        }
        #expect(bytes("- parse: json", nil) == 0)
        #expect(bytes("- parse: json", "{ max_window: 64MiB }") == 0)
        #expect(bytes("- parse: json", "{ max_window: 128MiB }") == 256 << 20)
        #expect(bytes("- parse: json", "{ max_window: 2GiB, max_nesting: 1 }") == 2 << 30)
        #expect(bytes("- decompress: gzip", "{ max_window: 2GiB }") == 0)
        #expect(bytes("- decompress: [gzip, xz]", "{ max_window: 256MiB }") == 256 << 20)
        #expect(compile("- parse: json", limits: "{ max_window: 3GiB }").0 == nil)
        #expect(compile("- parse: json", limits: "{ max_nesting: 9 }").0 == nil)
    }

    @Test("reads limits")
    func readsLimits() throws {
        let pipeline = try #require(
            compile("- parse: json", limits: "{ max_record: 64KiB, max_output: 1GB, max_ratio: 50 }").0
        )
        #expect(pipeline.limits.maxRecordBytes == 65_536)
        #expect(pipeline.limits.maxOutputBytes == 1_000_000_000)
        #expect(pipeline.limits.maxRatio == 50)
    }

    @Test("writes the same canonical text for the same meaning, and another one for another")
    func writesCanonicalText() throws {
        func canonical(_ steps: String, limits: String? = nil, key: String = "k") throws -> String {
            try #require(compile(steps, limits: limits, variables: ["K": key]).0).canonicalText
        }
        let text = try canonical("- parse: json\n- drop: [a, b]")
        #expect(try canonical("# comment\n- parse: \"json\"\n- drop:\n    - a\n    - 'b'") == text)
        #expect(try canonical("- parse: json\n- drop: [b, a]") != text)
        #expect(try canonical("- parse: json\n- drop: [a, b]", limits: "max_depth: 5") != text)
        #expect(text.contains("json@1") && text.contains("drop@1"))
        let hash = "- parse: json\n- redact: { fields: [a], as: hash, key: { env: K } }"
        #expect(try canonical(hash, key: "one") != canonical(hash, key: "two"))
        #expect(try !canonical(hash, key: "canary-secret").contains("canary-secret"))
        let inline = "- parse: json\n- redact: { fields: [a], as: hash, key: canary-secret }"
        #expect(try !canonical(inline).contains("canary-secret"))
    }

    @Test("describes every component")
    func describesComponents() {
        let components = Pipeline.components
        // Formats that are both read and written have one name.
        let both = ["json", "csv", "tsv", "logfmt", "raw"]
        #expect(Set(components.map(\.name)).count == components.count - both.count)
        for component in components {
            #expect(
                !component.summary.isEmpty && component.semantics > 0 && component.example.hasPrefix("- ")
            )
        }
    }
}
