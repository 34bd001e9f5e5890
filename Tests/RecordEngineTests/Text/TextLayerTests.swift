internal import EventModel
internal import RecordEngine
internal import Testing

private func lines(_ charset: String) -> String { "- charset: \(charset)\n- parse: raw" }

@Suite struct TextLayerTests {
    /// Bytes of "aé漢\nb\n" or as much of it as the encoding has.
    static let encodings: [(String, [UInt8], String)] = [
        ("utf-8", [0x61, 0xC3, 0xA9, 10, 0x62, 10], "aé\nb"),
        ("utf-16", [0xFF, 0xFE, 0x61, 0, 0xE9, 0, 0x22, 0x6F, 10, 0, 0x62, 0, 10, 0], "aé漢\nb"),
        ("utf-16", [0xFE, 0xFF, 0, 0x61, 0, 0xE9, 0x6F, 0x22, 0, 10, 0, 0x62, 0, 10], "aé漢\nb"),
        ("utf-16", [0x61, 0, 10, 0, 0x62, 0], "a\nb"),
        ("utf-16le", [0xFF, 0xFE, 0x3D, 0xD8, 0, 0xDE, 10, 0, 0x62, 0], "😀\nb"),
        ("utf-16be", [0xD8, 0x3D, 0xDE, 0, 0, 10, 0, 0x62], "😀\nb"),
        ("auto", [0xFF, 0xFE, 0x61, 0, 10, 0, 0x62, 0], "a\nb"),
        ("auto", [0x61, 0xC3, 0xA9, 10, 0x62], "aé\nb"),
        ("latin-1", [0x61, 0xE9, 10, 0x62, 10], "aé\nb"),
        ("windows-1252", [0x80, 0x93, 10, 0x62], "€“\nb"),
        ("gbk", [0x61, 0xBA, 0xBA, 10, 0x62], "a汉\nb"),
        ("gb18030", [0x94, 0x39, 0xFC, 0x36, 10, 0x62], "😀\nb"),
        ("shift_jis", [0x8A, 0xBF, 0x83, 0x5C, 10, 0x62], "漢ソ\nb"),
        ("euc-jp", [0xB4, 0xC1, 10, 0x62], "漢\nb"),
        ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x34, 0x41, 0x1B, 0x28, 0x42, 10, 0x62], "漢\nb"),
        ("euc-kr", [0xC7, 0xD1, 10, 0x62], "한\nb"), ("big5", [0xBA, 0x7E, 10, 0x62], "漢\nb"),
        ("koi8-r", [0xC1, 10, 0x62], "а\nb"), ("UTF-32LE", [0, 0xF6, 1, 0, 10, 0, 0, 0], "😀"),
    ]

    @Test("text of every encoding becomes UTF-8, however it is read", arguments: encodings)
    func readsEncoding(charset: String, input: [UInt8], text: String) throws {
        for invalid in ["reject", "replace"] {
            let framed = try frameAtAllChunks(lines("{ from: \(charset), invalid: \(invalid) }"), input)
            #expect(framed.texts.joined(separator: "\n") == text && framed.warnings.isEmpty)
        }
    }

    @Test("text of one byte is a record, too", arguments: ["latin-1", "utf-8", "auto", "shift_jis", "utf-16"])
    func oneByte(charset: String) throws {
        let steps = lines("{ from: \(charset), invalid: replace }")
        #expect(try frameAtAllChunks(steps, [0x61]).texts == [charset == "utf-16" ? "\u{FFFD}" : "a"])
        #expect(try frameAtAllChunks(steps, []).texts == [])
    }

    static let malformed: [(String, [UInt8], String, Int)] = [
        ("utf-8", [0x61, 0xFF, 0x62, 0xC3], "a\u{FFFD}b\u{FFFD}", 2),
        ("utf-8", [0xE2, 0x82, 0x41, 0xF0, 0x9F, 0x98, 0xC0, 0xAF], "\u{FFFD}A\u{FFFD}\u{FFFD}\u{FFFD}", 4),
        (
            "utf-8", [0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}",
            6
        ),
        ("auto", [0x61, 0x80], "a\u{FFFD}", 1),
        ("utf-16le", [0x61, 0, 0x00, 0xD8, 0x62, 0, 0x63], "a\u{FFFD}b\u{FFFD}", 2),
        ("utf-16be", [0xDC, 0x00, 0, 0x62], "\u{FFFD}b", 1),
        ("ascii", [0x61, 0x80, 0x62], "a\u{FFFD}b", 1),
        ("gbk", [0x61, 0xFF, 0x62], "a\u{FFFD}b", 1),
        ("shift_jis", [0x61, 0x8A], "a\u{FFFD}", 1),
        ("shift_jis", [0x81, 0x20, 0x61], "\u{FFFD} a", 1),
        ("gb18030", [0x81, 0x30, 0x20, 0x61], "\u{FFFD}0 a", 1),
        ("euc-jp", [0x8F, 0xB0, 0x20, 0x61], "\u{FFFD}\u{FFFD} a", 2),
    ]

    @Test("J03: what is no text is replaced and counted, at every chunk size", arguments: malformed)
    func replacement(charset: String, input: [UInt8], text: String, count: Int) throws {
        let framed = try frameAtAllChunks(lines("{ from: \(charset), invalid: replace }"), input)
        #expect(framed.texts == [text])
        #expect(framed.warnings == ["text.invalid: \(count) malformed characters were replaced with U+FFFD."])
    }

    @Test(
        "J03: a record that holds what is no text is rejected, whatever is written",
        arguments: ["ndjson", "raw"]
    )
    func rejection(_ encoder: String) throws {
        for (charset, input) in [
            ("utf-8", [0x61, 10, 0xFF, 10, 0x62] as [UInt8]), ("ascii", [0x61, 10, 0xC3, 0xA9, 10, 0x62]),
        ] {
            let result = try runFramed(lines(charset) + "\n- encode: \(encoder)", input)
            #expect(result.lines.count == 2 && result.rejectLines.count == 1)
        }
    }

    @Test("without a charset bytes stay as they are; UTF-16 is noticed")
    func unspecified() throws {
        let odd: [UInt8] = [0x61, 0xFF, 0x80, 10, 0x62]
        #expect(try frameAtAllChunks("- parse: raw", odd).records == [[0x61, 0xFF, 0x80], [0x62]])
        #expect(try frameAtAllChunks(lines("{ from: utf-8, invalid: keep }"), odd).records[0].count == 3)
        let framed = try frameAtAllChunks("- parse: raw", [0xFF, 0xFE, 0x61, 0])
        #expect(framed.records == [[0xFF, 0xFE, 0x61, 0]])
        #expect(framed.warnings.count == 1 && framed.warnings[0].hasPrefix("text.utf16: "))
        #expect(try frameAtAllChunks("- parse: raw", [0xFF]).warnings.isEmpty)
    }

    @Test("the repair of UTF-8 is that of Python, on random bytes")
    func oracle() throws {
        var random = SeededRandom(31)
        let pieces: [[UInt8]] = [
            [0x41], [0xC3], [0xA9], [0xE2], [0x82], [0xAC], [0xED], [0xA0], [0xF0], [0x9F], [0x98], [0x80],
            [0xF4],
            [0x90], [0xC0], [0xFF], bytes("é"), bytes("漢"), bytes("😀"), bytes("plain"),
        ]
        var input: [UInt8] = []
        for _ in 0..<100_000 { input += pieces[Int(random.next() % UInt64(pieces.count))] }
        let script = """
            import sys
            text = open(sys.argv[1], 'rb').read().decode('utf-8', 'replace')
            sys.stdout.buffer.write(text.encode('utf-8'))
            """
        let wanted = try Python.run(script, files: [input])
        try #require(wanted.status == 0)
        for chunk in [7, 4096, .max] {
            let framed = try frame(lines("{ from: utf-8, invalid: replace }"), input, chunk: chunk)
            #expect(framed.records == [wanted.output])
        }
    }
}
