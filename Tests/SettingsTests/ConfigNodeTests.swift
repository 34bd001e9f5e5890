internal import EventModel
internal import Settings
internal import Testing

/// One scalar as it stands in a file.
private func node(_ text: String, isQuoted: Bool = false) -> ConfigNode {
    ConfigNode(
        value: .scalar(text, isQuoted: isQuoted),
        location: SourceLocation(line: 3, column: 5),
        path: "a.b"
    )
}

@Suite struct ConfigNodeTests {
    private enum Colour: String, CaseIterable { case red, green }

    @Test("integers are decimal, unquoted and have no leading zero (trap S34)")
    func integers() {
        var diagnostics = Diagnostics()
        for (text, number) in [("0", 0), ("8", 8), ("-7", -7), ("9223372036854775807", Int.max)] {
            #expect(node(text).integer(&diagnostics) == number)
        }
        #expect(diagnostics.findings.isEmpty)
        let refused = [
            "0777", "0x1F", "+1", "1_000", "1e3", "1.0", "", "-", "-0", "no", "9223372036854775808", "٣",
        ]
        for text in refused { #expect(node(text).integer(&diagnostics) == nil, "\(text)") }
        #expect(node("8", isQuoted: true).integer(&diagnostics) == nil)
        #expect(node("5").integer(in: 6...9, &diagnostics) == nil)
        #expect(diagnostics.findings.count == refused.count + 2)
        #expect(
            diagnostics.findings.allSatisfy { $0.code == .configInvalidValue && "\($0.location)" == "3:5" }
        )
    }

    @Test("booleans are true and false only (trap S34)")
    func booleans() {
        var diagnostics = Diagnostics()
        #expect(node("true").boolean(&diagnostics) == true)
        #expect(node("false").boolean(&diagnostics) == false)
        for text in ["yes", "no", "on", "off", "True", "1", "~"] {
            #expect(node(text).boolean(&diagnostics) == nil)
        }
        #expect(node("true", isQuoted: true).boolean(&diagnostics) == nil)
        #expect(diagnostics.findings.count == 8)
    }

    @Test("where a string is expected, no and 0777 are strings and nothing is not (trap S34)")
    func strings() {
        var diagnostics = Diagnostics()
        #expect(node("no").text(&diagnostics) == "no")
        #expect(node("0777").text(&diagnostics) == "0777")
        #expect(node("", isQuoted: true).text(&diagnostics)?.isEmpty == true)
        #expect(node("null", isQuoted: true).text(&diagnostics) == "null")
        #expect(diagnostics.findings.isEmpty)
        for text in ["", "~", "null"] { #expect(node(text).text(&diagnostics) == nil) }
        #expect(diagnostics.findings.count == 3)
    }

    @Test("numbers take a decimal fraction within their range")
    func numbers() {
        var diagnostics = Diagnostics()
        #expect(node("0.5").number(in: 0...1, &diagnostics) == 0.5)
        #expect(node("1").number(in: 0...1, &diagnostics) == 1)
        #expect(node("-0.5").number(in: -1...1, &diagnostics) == -0.5)
        for text in ["nan", "inf", ".5", "1.", "1.5", "0x1p3", "00.5", "1e-1"] {
            #expect(node(text).number(in: 0...1, &diagnostics) == nil, "\(text)")
        }
        #expect(diagnostics.findings.count == 8)
    }

    @Test(
        "durations need a unit",
        arguments: [
            ("250ms", Duration.milliseconds(250)), ("0s", .zero), ("5m", .seconds(300)),
            ("2h", .seconds(7200)),
            ("1d", .seconds(86400)), ("5", nil), ("5x", nil), ("05s", nil), ("-1s", nil), ("1.5s", nil),
            ("s", nil),
            ("99999999999999999999d", nil),
        ]
    )
    func durations(text: String, duration: Duration?) {
        var diagnostics = Diagnostics()
        #expect(node(text).duration(&diagnostics) == duration)
        #expect(diagnostics.hasErrors == (duration == nil))
        if let duration { #expect(ConfigNode.parseDuration(ConfigNode.text(of: duration)) == duration) }
    }

    @Test("a duration out of range names the range")
    func durationRange() {
        var diagnostics = Diagnostics()
        #expect(node("1d").duration(in: .seconds(1) ... .seconds(3600), &diagnostics) == nil)
        #expect(diagnostics.findings.first?.message == "a.b must be from 1s to 1h.")
    }

    @Test(
        "byte counts take decimal and binary units",
        arguments: [
            ("65536", 65536), ("64KiB", 65536), ("64 KiB", 65536), ("10GB", 10_000_000_000), ("1kB", 1000),
            ("0", 0),
            ("64K", nil), ("-1", nil), ("9223372036854775807KiB", nil), ("KiB", nil), ("010", nil),
        ]
    )
    func byteCounts(text: String, count: Int?) {
        var diagnostics = Diagnostics()
        #expect(node(text).byteCount(&diagnostics) == count)
        #expect(diagnostics.hasErrors == (count == nil))
    }

    @Test("a choice names its words and the nearest one")
    func choices() {
        var diagnostics = Diagnostics()
        #expect(node("red").choice(Colour.self, &diagnostics) == .red)
        #expect(node("gren").choice(Colour.self, &diagnostics) == nil)
        #expect(diagnostics.findings.first?.message == "a.b must be 'red' or 'green', not 'gren'.")
        #expect(diagnostics.findings.first?.hint == "Did you mean 'green'?")
    }

    @Test("a mapping reports what is missing and what nobody asked for, with the nearest name")
    func mappings() throws {
        var diagnostics = Diagnostics()
        let root = try #require(YAML.parse(Array("pth: x\nzzz: 1\n".utf8), &diagnostics))
        var reader = try #require(MappingReader(root, &diagnostics))
        #expect(reader.required("path", &diagnostics) == nil)
        #expect(reader.optional("after") == nil)
        reader.finish(&diagnostics)
        #expect(
            diagnostics.sorted.map { "\($0.code)@\($0.location)" } == [
                "config.missing-key@1:1", "config.unknown-key@1:1", "config.unknown-key@2:1",
            ]
        )
        #expect(diagnostics.sorted.map(\.hint) == [nil, "Did you mean 'path'?", "Known: after, path."])
        #expect(diagnostics.sorted.first?.message == "the configuration needs 'path'.")
    }

    @Test("findings come in the order of the file, errors first at one place")
    func order() {
        var diagnostics = Diagnostics()
        let late = ConfigNode(value: .sequence([]), location: SourceLocation(line: 9, column: 1), path: "z")
        diagnostics.error(.configInvalidValue, "3", at: late)
        diagnostics.warning(.configInvalidValue, "2", at: node("x"))
        diagnostics.error(.configInvalidValue, "1", at: node("x"))
        #expect(diagnostics.sorted.map(\.message) == ["1", "2", "3"])
    }
}
