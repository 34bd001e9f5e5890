internal import EventModel
internal import RecordEngine
internal import TestSupport
internal import Testing

/// A condition on raw lines that needs a certain text is answered by a search through whole blocks; the same
/// condition written so that no text is certain looks at each line. Both must agree in everything.
@Suite struct LineSearchTests {
    private func compare(_ condition: String, _ text: [UInt8], parse: String, limits: String? = nil) throws {
        let rest = "- parse: \(parse)"
        let searched = try run("- keep_if: '\(condition)'\n\(rest)", text, limits: limits)
        let looked = try run("- keep_if: '\(condition) || false'\n\(rest)", text, limits: limits)
        #expect(searched.output == looked.output)
        #expect(searched.rejects == looked.rejects)
        #expect(searched.report.tally == looked.report.tally)
        #expect(searched.report.stages.map(\.input) == looked.report.stages.map(\.input))
        #expect(searched.report.stages.map(\.dropped) == looked.report.stages.map(\.dropped))
    }

    @Test(
        "finds the lines that hold a text, with their numbers, wherever it stands",
        arguments: [
            "needle", "needle\n", "\nneedle", "x\nneedle", "needle\nx", "nee\ndle", "a\r\nneedle\r\nb\r\n",
            "", "\n",
            "\n\nneedle\n\n", "needleneedle\nneedl", "xneedlex\n\n\nneedle bad\nno\n",
        ]
    )
    func finds(_ text: String) throws {
        for parse in ["raw", "json", "logfmt"] {
            try compare(#"line.contains("needle")"#, Array(text.utf8), parse: parse)
        }
    }

    @Test("finds texts of every length up to 70 bytes at every place of a line")
    func findsLongTexts() throws {
        for length in [1, 2, 15, 16, 17, 47, 48, 49, 70] {
            let wanted = String((0..<length).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
            let near = wanted.dropLast() + "!"
            let lines = (0..<40).map {
                String(repeating: "-", count: $0) + ($0 % 3 == 0 ? wanted : String(near))
            }
            try compare(
                #"line.contains("\#(wanted)")"#,
                Array(lines.joined(separator: "\n").utf8),
                parse: "raw"
            )
        }
    }

    @Test("agrees on random lines, long lines between them, and lines that do not parse", arguments: 0..<20)
    func agrees(_ seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        var text: [UInt8] = []
        for _ in 0..<(2_000 + random.below(4_000)) {
            switch random.below(40) {
            case 0: text += Array("{\"a\":\"needle\",\"n\":\(random.below(9))}".utf8)
            case 1: text += Array("needle, and no JSON".utf8)
            case 2: text += [UInt8](repeating: UInt8(ascii: "n"), count: 600 + random.below(900))
            case 3: text += Array("{\"b\":\"\u{E9}needle\"}".utf8) + [0xFF]
            case 4: text += Array(repeating: UInt8(ascii: "-"), count: 900) + Array("needle".utf8)
            default: text += [UInt8](repeating: UInt8(ascii: "e"), count: random.below(300))
            }
            text += random.below(5) == 0 ? [0x0D, 0x0A] : [0x0A]
        }
        if seed % 2 == 0 { text.removeLast() }
        for condition in [
            #"line.contains("needle")"#, #"line.contains("e") && line.contains("needle")"#,
            #"line.startsWith("{")"#,
            #"line == "needle, and no JSON""#,
        ] {
            try compare(condition, text, parse: "json", limits: "{ max_record: 1000 }")
            try compare(condition, text, parse: "raw", limits: "{ max_record: 1000 }")
        }
    }
}
