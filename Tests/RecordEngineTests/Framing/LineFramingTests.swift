internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct LineFramingTests {
    @Test(
        "header lines are taken off, and numbers of records go on behind them",
        arguments: [
            ("a\nb\nc\nd\n", "a\nb", ["c", "d"]), ("a\r\nb\r\nc", "a\nb", ["c"]), ("a\nb", "a\nb", []),
            ("a", "a", []),
            ("", "", []), ("\n\nc", "\n", ["c"]), ("\u{FEFF}a\nb\nc", "a\nb", ["c"]),
        ] as [(String, String, [String])]
    )
    func header(text: String, header: String, records: [String]) throws {
        for format in ["lines", "csv"] {
            let steps = "- frame: { format: \(format), skip: 2 }\n- parse: raw"
            let framed = try frameAtAllChunks(steps, bytes(text))
            #expect(framed.texts == records)
            #expect(framed.header == bytes(header))
            #expect(framed.firstRecords == (records.isEmpty ? [] : [3]))
        }
    }

    @Test("a header line above the limit is cut off; the records behind it are read")
    func longHeader() throws {
        let text = [UInt8](repeating: 65, count: 100) + bytes("\nb\nc\n")
        let steps = "- frame: { format: lines, skip: 1 }\n- parse: raw"
        let framed = try frameAtAllChunks(steps, text, limits: "max_record: 10")
        #expect(framed.header == [UInt8](repeating: 65, count: 10))
        #expect(framed.texts == ["b", "c"] && framed.oversized.isEmpty)
    }

    private static let truncating = "- frame: { format: lines, too_long: truncate }\n- parse: raw"

    @Test("J06: a line above the limit is cut off and says so; others are untouched")
    func truncation() throws {
        let text = bytes("short\n" + String(repeating: "x", count: 30) + "\r\nexact-ten!\r\nelevenbytes\n")
        let framed = try frameAtAllChunks(Self.truncating, text, limits: "max_record: 10")
        #expect(framed.texts == ["short", "xxxxxxxxxx", "exact-ten!", "elevenbyte"])
        #expect(framed.truncated == [1, 3] && framed.oversized.isEmpty)
        let result = try runFramed(Self.truncating, text, limits: "max_record: 10")
        #expect(
            result.lines == [
                #"{"line":"short"}"#, #"{"line":"xxxxxxxxxx","_truncated":true}"#, #"{"line":"exact-ten!"}"#,
                #"{"line":"elevenbyte","_truncated":true}"#,
            ]
        )
    }

    @Test("a character of several bytes is not cut in two", arguments: ["é", "漢", "😀"])
    func characters(_ character: String) throws {
        for shift in 0..<character.utf8.count {
            let text = bytes(
                String(repeating: "a", count: shift) + String(repeating: character, count: 20) + "\n"
            )
            let framed = try frameAtAllChunks(Self.truncating, text, limits: "max_record: 21")
            let whole = (21 - shift) / character.utf8.count
            let kept = String(repeating: "a", count: shift) + String(repeating: character, count: whole)
            #expect(framed.texts == [kept])
        }
    }

    @Test("the mark is a field like any other: conditions see it and steps may drop it")
    func mark() throws {
        let text = bytes("aaaaaaaaaaaa\nbb\n")
        let kept = try runFramed(Self.truncating + "\n- keep_if: _truncated", text, limits: "max_record: 10")
        #expect(kept.lines == [#"{"line":"aaaaaaaaaa","_truncated":true}"#])
        let plain = try runFramed(Self.truncating + "\n- drop: _truncated", text, limits: "max_record: 10")
        #expect(plain.lines == [#"{"line":"aaaaaaaaaa"}"#, #"{"line":"bb"}"#])
    }

    @Test(
        "J06: a line of 1 GiB costs the memory of one block, cut off or rejected",
        arguments: ["truncate", "reject"]
    )
    func hugeLine(_ tooLong: String) throws {
        let source = RepeatingSource(
            head: bytes("first\n"),
            unit: [UInt8](repeating: 0x41, count: 1 << 16),
            count: 1 << 14,
            tail: bytes("\nlast\n")
        )
        let framed = try frame("- frame: { format: lines, too_long: \(tooLong) }\n- parse: raw", source)
        #expect(framed.records.first == bytes("first") && framed.records.last == bytes("last"))
        #expect(framed.truncated == (tooLong == "truncate" ? [1] : []))
        #expect(framed.oversized == (tooLong == "truncate" ? [] : [[2, 1 << 30]]))
        #expect(framed.capacity < 8 << 20)
    }

    @Test("J07: only line feeds end lines, also where lines have options")
    func otherSeparators() throws {
        let text = bytes("a\u{0}b\rc\u{C}d\u{2028}e\u{85}f\u{1B}[31mg\n\th\n")
        let framed = try frameAtAllChunks(Self.truncating, text)
        #expect(framed.texts == ["a\u{0}b\rc\u{C}d\u{2028}e\u{85}f\u{1B}[31mg", "\th"])
    }

    @Test("blocks hold whole records, end at 1 MiB, and do not depend on how the text was read")
    func blocks() throws {
        let text = sampleLines(50_000)
        let steps = "- frame: { format: lines, skip: 1 }\n- parse: raw"
        let whole = try frame(steps, text)
        #expect(whole.blockBytes.count > 2)
        #expect(whole.blockBytes.dropLast().allSatisfy { $0 >= 1 << 20 && $0 < 1 << 20 + 4_096 })
        for chunk in [999, 4096, 1 << 20] { #expect(try frame(steps, text, chunk: chunk) == whole) }
        #expect(try frame("- parse: raw", text).records.dropFirst() == whole.records[...])
    }

    @Test(
        "what cannot be is refused with a reason",
        arguments: [
            ("- frame: paragraphs\n- parse: raw", "must be 'lines'"),
            ("- parse: raw\n- frame: lines", "cannot stand behind 'parse'"),
            ("- frame: lines", "nothing parses them"),
            ("- charset: utf-8", "nothing parses them"),
            ("- frame: { format: multiline }\n- parse: raw", "needs one of"),
            ("- frame: { format: multiline, preset: java, start: x }\n- parse: raw", "needs one of"),
            ("- frame: { format: multiline, start: '(' }\n- parse: raw", "cannot be used"),
            ("- frame: { format: csv, delimiter: ab }\n- parse: raw", "must be one byte"),
            ("- frame: { format: json_array, skip: 1 }\n- parse: json", "is not known here"),
            ("- frame: lines\n- parse: { format: json, explode: a }", "cuts the text into records itself"),
            (
                "- keep_if: line.contains('a')\n- frame: lines\n- parse: raw",
                "stands before the steps on lines"
            ),
            ("- charset: klingon\n- parse: raw", "no encoding 'klingon'"),
            ("- charset: { from: gbk, invalid: keep }\n- parse: raw", "only UTF-8"),
        ]
    )
    func refusals(steps: String, reason: String) {
        let (pipeline, findings) = compile(steps)
        #expect(pipeline == nil)
        #expect(findings.contains { $0.message.contains(reason) }, "\(findings.map(\.message))")
    }
}
