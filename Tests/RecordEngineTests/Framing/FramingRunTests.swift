internal import EventModel
internal import RecordEngine
internal import Testing

/// Framings in whole runs: the result does not depend on threads, and every record is accounted for.
@Suite struct FramingRunTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let steps: String
        let text: [UInt8]
        let records: UInt64
        let rejected: UInt64
    }

    /// Texts of several blocks, with something wrong in each.
    static let cases: [Case] = {
        let wide = String(repeating: "w", count: 300)
        let object = "{\"a\":[1,{\"b\":\"\(wide)\"}]}"
        let trace = "ERROR x\njava.lang.Error: \(wide)\n\tat a.B.c(B.java:1)\nINFO \(wide)\n"
        return [
            Case(
                testDescription: "json_array",
                steps: "- frame: json_array\n- parse: json",
                text: bytes("[" + String(repeating: object + ",\n", count: 12_000) + "1,]"),
                records: 12_002,
                rejected: 2
            ),
            Case(
                testDescription: "json_documents",
                steps: "- frame: json_documents\n- parse: json",
                text: bytes(String(repeating: object + "\n" + object + " x\n", count: 6_000)),
                records: 18_000,
                rejected: 6_000
            ),
            Case(
                testDescription: "explode",
                steps: "- parse: { format: json, explode: r.list }",
                text: bytes(String(repeating: "{\"r\":{\"list\":[\(object),\(object)]}}{}", count: 5_000)),
                records: 15_000,
                rejected: 5_000
            ),
            Case(
                testDescription: "multiline",
                steps: "- frame: { format: multiline, preset: java }\n- parse: raw",
                text: bytes(String(repeating: trace, count: 6_000)) + [0xFF, 10],
                records: 12_001,
                rejected: 1
            ),
            Case(
                testDescription: "csv",
                steps: "- frame: { format: csv, skip: 1 }\n- parse: raw",
                text: bytes("a,b\n" + String(repeating: "\"\(wide)\n\",b\n", count: 12_000) + "\"open"),
                records: 12_001,
                rejected: 1
            ),
            Case(
                testDescription: "truncated lines",
                steps: "- frame: { format: lines, too_long: truncate }\n- parse: raw\n- drop_if: _truncated",
                text: bytes(String(repeating: wide + wide + "\n" + wide + "\n", count: 6_000)),
                records: 12_000,
                rejected: 0
            ),
        ]
    }()

    @Test("a run makes the same of a text on one thread and on several, in any order", arguments: cases)
    func threads(_ row: Case) throws {
        let (pipeline, findings) = compile(row.steps, limits: "max_record: 500")
        let compiled = try #require(pipeline, "\(findings)")
        let single = MemorySinks()
        let report = try compiled.run(
            source: MemorySource(row.text),
            sinks: single,
            executor: InlineExecutor()
        )
        #expect(report.tally.input == row.records && report.tally.rejected == row.rejected)
        for (threads, chunk) in [(1, 4_096), (2, 65_537), (4, .max)] {
            let pool = TestPool(threads, seed: 3)
            defer { pool.close() }
            let sinks = MemorySinks()
            let other = try compiled.run(
                source: MemorySource(row.text, chunk: chunk),
                sinks: sinks,
                executor: pool
            )
            #expect(sinks.result.bytes == single.result.bytes, "\(threads) threads")
            #expect(sinks.rejects.bytes == single.rejects.bytes, "\(threads) threads")
            #expect(other.tally == report.tally)
        }
    }

    @Test("parsers of CSV take their header off each object, and read rows of several lines")
    func csv() throws {
        let text = "\u{FEFF}a,b\r\n1,\"x\ny\"\r\n2\n"
        let result = try run("- parse: csv", text)
        #expect(result.lines == [#"{"a":"1","b":"x\ny"}"#])
        #expect(result.rejectLines.count == 1 && result.rejectLines[0].hasPrefix("{\"line\":3,"))
        let columns = try run("- parse: { format: tsv, columns: [a, b], quote: \"\" }", "1\t\"x\n\t2\n")
        #expect(columns.lines == [#"{"a":"1","b":"\"x"}"#, #"{"a":"","b":"2"}"#])
    }

    @Test("what the text layer noticed is in the report")
    func warnings() throws {
        let result = try run("- charset: { from: utf-8, invalid: replace }\n- parse: raw", [0x61, 0xFF, 10])
        #expect(result.report.warnings == ["text.invalid: 1 malformed characters were replaced with U+FFFD."])
        let hint = try run("- parse: raw", [0xFF, 0xFE, 0x61, 0])
        #expect(hint.report.warnings.first?.hasPrefix("text.utf16: ") == true)
    }
}
