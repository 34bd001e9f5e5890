internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct RawParserTests {
    @Test("gives each line as the field 'line'")
    func parses() throws {
        let result = try run("- parse: raw", "a \"b\" \\c\n\nd\te\u{1}\r\nlast")
        #expect(
            result.lines == [
                #"{"line":"a \"b\" \\c"}"#, #"{"line":""}"#, #"{"line":"d\te\u0001"}"#, #"{"line":"last"}"#,
            ]
        )
    }

    @Test("keeps bytes that are no text when it writes lines, and rejects them when it writes JSON")
    func handlesInvalidUTF8() throws {
        let bytes: [UInt8] = [0xFF, 0x00, 0x41, 0x0A, 0x42, 0x0A]
        #expect(try run("- parse: raw\n- encode: raw", bytes).output == bytes)
        let result = try run("- parse: raw", bytes)
        #expect(result.lines == [#"{"line":"B"}"#])
        #expect(result.rejectLines == [#"{"line":1,"reason":"invalid UTF-8","record":"\udcff\u0000A"}"#])
    }

    @Test("works with conditions and text")
    func worksWithSteps() throws {
        let steps = """
            - parse: raw
            - drop_if: line.startsWith("#")
            - text: { line: "[{line}]" }
            - encode: raw
            """
        #expect(try run(steps, "#a\nb\n\nc").text == "[b]\n[]\n[c]\n")
    }
}
