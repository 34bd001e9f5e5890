internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct NDJSONEncoderTests {
    /// The escapes of RFC 8259, section 7, one scalar at a time: the twin of the vector loop.
    private func escaped(_ text: String) -> String {
        let short: [Unicode.Scalar: String] = [
            "\"": "\\\"", "\\": "\\\\", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
        ]
        return text.unicodeScalars.map { scalar in
            if let known = short[scalar] { return known }
            if scalar.value >= 0x20 { return String(scalar) }
            return (scalar.value < 16 ? "\\u000" : "\\u00") + String(scalar.value, radix: 16)
        }.joined()
    }

    @Test("escapes every odd byte at every place of texts of every length up to five vectors")
    func escapesEverywhere() throws {
        var lines: [String] = []
        for length in 1...80 {
            let odd: [Unicode.Scalar] = ["\"", "\\", "\t", "\u{1}", "\u{1F}", "\u{0}", "\u{7F}", "é", "😀"]
            for place in stride(from: 0, to: length, by: length > 40 ? 5 : 1) {
                var scalars = Array(String(repeating: "a", count: length).unicodeScalars)
                scalars[place] = odd[(place + length) % odd.count]
                if place + 3 < length { scalars[place + 3] = odd[place % odd.count] }
                lines.append(String(String.UnicodeScalarView(scalars)))
            }
        }
        let result = try run("- parse: raw", lines.joined(separator: "\n") + "\n")
        #expect(result.lines == lines.map { "{\"line\":\"\(escaped($0))\"}" })
    }

    @Test("copies runs of untouched fields with their blanks, of any length")
    func copiesRuns() throws {
        for length in 0...140 {
            let pad = String(repeating: "v", count: length)
            let line = "{ \"a\" : \"\(pad)\", \"b\":1 , \"drop\": 0, \"c\"\t: [1,  2],\"d\":\"\(pad)\" }"
            let expected = "{\"a\" : \"\(pad)\", \"b\":1,\"c\"\t: [1,  2],\"d\":\"\(pad)\"}"
            #expect(try run("- parse: json\n- drop: drop", line).lines == [expected])
        }
    }

    @Test("writes records that grow far beyond their input")
    func writesGrowingRecords() throws {
        let controls = String(repeating: "\u{1}", count: 3_000)
        let text = Array(repeating: controls, count: 300).joined(separator: "\n")
        let steps = "- parse: raw\n- set: { a: line, b: line, c: line }"
        let result = try run(steps, text)
        let json = String(repeating: "\\u0001", count: 3_000)
        let expected = "{\"line\":\"\(json)\",\"a\":\"\(json)\",\"b\":\"\(json)\",\"c\":\"\(json)\"}"
        #expect(result.lines.count == 300)
        #expect(result.lines.allSatisfy { $0 == expected })
    }
}
