internal import EventModel
internal import RecordEngine
internal import Testing

/// Damaged lines of every format: each record is accounted for, and what is written is JSON.
@Suite struct ParserDamageTests {
    @Test("every damaged line is written as JSON, dropped or rejected", arguments: AutoParserTests.samples)
    func damage(_ format: String, _ text: String) throws {
        var random = SeededRandom(UInt64(text.utf8.count))
        var input: [UInt8] = []
        for _ in 0..<300 { input += Self.damaged(Array(text.utf8), &random) }
        for parser in format == "csv" ? ["auto"] : [format, "{ format: auto, fallback: raw }"] {
            let result = try run("- parse: \(parser)", input)
            let tally = result.report.tally
            #expect(tally.input == tally.output + tally.dropped + tally.rejected)
            #expect(
                tally.output == UInt64(result.lines.count)
                    && tally.rejected == UInt64(result.rejectLines.count)
            )
            let again = try run("- parse: json", result.output)
            #expect(again.rejects.isEmpty, "\(again.rejectLines.first ?? "")")
            let one = try run("- parse: \(parser)", input, chunk: 7)
            #expect(one.output == result.output && one.rejects == result.rejects)
        }
    }

    /// A text with one to three bytes changed, taken out, doubled or put in, or cut off.
    private static func damaged(_ text: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var text = text
        let signs = Array("\"\\[]<>{}=:, \t\r\n-#0\u{1}".utf8) + [0xC3, 0xFF, 0]
        for _ in 0..<Int.random(in: 1...3, using: &random) where !text.isEmpty {
            let place = Int.random(in: 0..<text.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: text[place] = signs.randomElement(using: &random) ?? 0
            case 1: text.remove(at: place)
            case 2: text.insert(signs.randomElement(using: &random) ?? 0, at: place)
            case 3: text.insert(contentsOf: text[place...].prefix(20), at: place)
            default: text = Array(text[..<place])
            }
        }
        return text + [10]
    }
}
