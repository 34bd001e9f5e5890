internal import EventModel
internal import Settings
internal import Testing

/// Reads a text and returns the tree with `code@line:column` of every finding.
func parse(_ text: String) -> (root: ConfigNode?, findings: [String]) {
    var diagnostics = Diagnostics()
    let root = YAML.parse(Array(text.utf8), &diagnostics)
    return (root, diagnostics.sorted.map { "\($0.code)@\($0.location)" })
}

@Suite struct YAMLTests {
    @Test("gives every node its place and path")
    func locates() throws {
        let root = try #require(parse("a: 1\nb:\n  - x\n  - { c: \"2\" }\n").root)
        guard case .mapping(let entries) = root.value, case .sequence(let items) = entries[1].value.value,
            case .mapping(let inner) = items[1].value
        else {
            Issue.record("the tree has another shape")
            return
        }
        #expect(entries.map(\.name) == ["a", "b"])
        #expect(entries[1].location == SourceLocation(line: 2, column: 1))
        #expect(items.map(\.path) == ["b[0]", "b[1]"])
        #expect(inner[0].value.path == "b[1].c")
        #expect(inner[0].value.location == SourceLocation(line: 4, column: 10))
        #expect(inner[0].value.value == .scalar("2", isQuoted: true))
    }

    @Test("columns count characters, not bytes")
    func columns() throws {
        let root = try #require(parse("{ \"äöü😀\": x }").root)
        guard case .mapping(let entries) = root.value else { return }
        #expect(entries.first?.value.location == SourceLocation(line: 1, column: 11))
    }

    @Test(
        "refuses what YAML allows and a configuration does not need (trap S34)",
        arguments: [
            ("a: &x 1\nb: *x\n", ["config.syntax@1:4", "config.syntax@2:4"]),
            ("a: !!python/object:os.system 1\n", ["config.syntax@1:4"]),
            ("a: ! 1\n", ["config.syntax@1:4"]),
            ("a: 1\nb: 2\na: 3\nb: 4\n", ["config.duplicate-key@3:1", "config.duplicate-key@4:1"]),
            ("a: 1\n---\nb: 2\n", ["config.syntax@2:1"]),
            ("a:\n\tb: 1\n", ["config.syntax@2:1"]),
            ("? [x, y]\n: 1\n", ["config.syntax@1:3"]),
            ("*x : 1\n", ["config.syntax@1:1"]),
            ("a: [1, 2\n", ["config.syntax@2:1"]),
            ("a: \"x\nb: 1\n", ["config.syntax@3:1"]),
            ("a: b: c\n", ["config.syntax@1:5"]),
            ("a: x\u{1}y\n", ["config.syntax@1:5"]),
            ("ä: 1\nö\u{7f}: 2\n", ["config.syntax@2:2"]),
            ("", ["config.syntax@1:1"]),
            ("# only a comment\n", ["config.syntax@1:1"]),
            ("~\n", ["config.syntax@1:1"]),
        ]
    )
    func refuses(text: String, findings: [String]) {
        #expect(parse(text).findings == findings)
    }

    @Test("says where bytes stop being UTF-8")
    func invalidText() {
        for (bytes, place) in [
            (Array("a: 1\nbä".utf8) + [0xFF], "2:3"), ([0xC3], "1:1"),
            (Array("x".utf8) + [0xE2, 0x82], "1:2"),
            (Array("x: ".utf8) + [0xED, 0xA0, 0x80], "1:4"),
        ] as [([UInt8], String)] {
            var diagnostics = Diagnostics()
            #expect(YAML.parse(bytes, &diagnostics) == nil)
            #expect(diagnostics.findings.map { "\($0.code)@\($0.location)" } == ["config.syntax@\(place)"])
        }
    }

    @Test("takes a byte order mark, Windows line endings and a document start for what they are")
    func harmless() throws {
        let root = try #require(parse("\u{FEFF}---\r\na: 1\r\nb: x\r\n").root)
        guard case .mapping(let entries) = root.value else { return }
        #expect(entries.map(\.value.value) == [.scalar("1", isQuoted: false), .scalar("x", isQuoted: false)])
        #expect(entries[0].location == SourceLocation(line: 2, column: 1))
    }

    @Test("takes 100 levels and refuses 101, and 10,000 at no cost (trap S34)")
    func depth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + "x" + String(repeating: "]", count: depth)
        }
        #expect(parse(nested(100)).root != nil)
        #expect(parse(nested(101)).findings == ["config.syntax@1:101"])
        #expect(parse(nested(10_000)).findings == ["config.syntax@1:101"])
        let mappings = String(repeating: "{a: ", count: 10_000)
        #expect(parse(mappings).findings == ["config.syntax@1:401"])
    }

    @Test("refuses more than 1 MiB and more than 100,000 values (trap S34)")
    func size() {
        #expect(parse("a: " + String(repeating: "x", count: 1 << 20)).findings == ["config.syntax@1:1"])
        #expect(parse("a: " + String(repeating: "x", count: 1 << 19)).findings.isEmpty)
        let many = parse("[" + String(repeating: "a,", count: 200_000) + "]")
        #expect(many.root == nil)
        #expect(many.findings.count == 1)
    }

    @Test("an alias bomb costs one finding for each alias and no memory (trap S34)")
    func aliasBomb() {
        let text = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
        let result = parse(text)
        #expect(result.findings.count == 7)
        #expect(result.findings.allSatisfy { $0.hasPrefix("config.syntax@") })
    }

    @Test("a value that was refused is not judged again")
    func noCascade() throws {
        var diagnostics = Diagnostics()
        let root = try #require(YAML.parse(Array("a: *x\n".utf8), &diagnostics))
        var reader = try #require(MappingReader(root, &diagnostics))
        #expect(reader.required("a", &diagnostics)?.integer(&diagnostics) == nil)
        reader.finish(&diagnostics)
        #expect(diagnostics.findings.count == 1)
    }

    @Test("hints at tabs, and names where a bracket was opened")
    func hints() {
        var diagnostics = Diagnostics()
        _ = YAML.parse(Array("a:\n\tb: 1\n".utf8), &diagnostics)
        _ = YAML.parse(Array("a:\n  - [x\n".utf8), &diagnostics)
        #expect(diagnostics.findings.first?.hint == "Tabs cannot indent YAML; use spaces.")
        #expect(diagnostics.findings.last?.message.contains("begins at 2:5") == true)
    }
}
