internal import EventModel
internal import RecordEngine
internal import Testing

private let documents = "- frame: json_documents\n- parse: json"
private let array = "- frame: json_array\n- parse: json"
private let explode = "- parse: { format: json, explode: Records }"

@Suite struct JSONFramingTests {
    /// A row of the table of trap J05: what goes in, what comes out, which of that the framing rejects.
    struct Row: CustomTestStringConvertible {
        let input: String
        let records: [String]
        let rejected: [Int]
        var testDescription: String { input }

        init(_ input: String, _ records: [String], rejected: [Int] = []) {
            self.input = input
            self.records = records
            self.rejected = rejected
        }
    }

    static let documentRows = [
        Row("", []), Row(" \n\r\n\t", []),
        Row("{}", ["{}"]), Row("{\"a\":1}\n", ["{\"a\":1}"]), Row("[1]", ["[1]"]),
        Row("\u{FEFF}{}", ["{}"]),
        Row("{\"a\":1}{\"b\":2} {\"c\":3}", ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]),
        Row("{\"a\":1}\r\n\r\n{\"b\":2}\r\n", ["{\"a\":1}", "{\"b\":2}"]),
        Row("\u{1E}{\"a\":1}\n\u{1E}{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]),
        Row("{\n  \"a\": [\n    1\n  ]\n}\n", ["{   \"a\": [     1   ] }"]),
        Row("{\"a\":\n{\n\"b\":[\n[\n{}]]}}", ["{\"a\": { \"b\":[ [ {}]]}}"]),
        Row(#"{"a":"}{][\"\\"}{"b":"\\\""}"#, [#"{"a":"}{][\"\\"}"#, #"{"b":"\\\""}"#]),
        Row("{\"a\":1},\n{\"b\":2},\n", ["{\"a\":1}", ",", "{\"b\":2}", ",\n"], rejected: [1, 3]),
        Row("NaN\n{\"a\":1}", ["NaN", "{\"a\":1}"], rejected: [0]),
        Row(
            "// c\n{\"a\":1} # d\n# e\n{\"b\":2}",
            ["// c", "{\"a\":1}", "# d\n# e", "{\"b\":2}"],
            rejected: [0, 2]
        ),
        Row("1 2 \"a\"", ["1 2 \"a\""], rejected: [0]),
        Row("{\"a\":1}}\n{\"b\":2}", ["{\"a\":1}", "}", "{\"b\":2}"], rejected: [1]),
        Row("{\"a\":1", ["{\"a\":1"], rejected: [0]),
        Row("{\"a\":1\n{\"b\":2}\n", ["{\"a\":1", "{\"b\":2}"], rejected: [0]),
        Row("{\"a\":\"x\n{\"b\":2}\n", ["{\"a\":\"x", "{\"b\":2}"], rejected: [0]),
        Row("{\"a\":\"x\ny\"}\n", ["{\"a\":\"x\ny\"}"]),
        Row("{\"a\":1]\n", ["{\"a\":1]"]),
        Row("\"\n{\"a\":1}\n\"\n{\"b\":\"\"}", ["\"", "{\"a\":1}", "\"", "{\"b\":\"\"}"], rejected: [0, 2]),
        Row("{\"a\":1}\u{0}\n{\"b\":2}", ["{\"a\":1}", "\u{0}", "{\"b\":2}"], rejected: [1]),
    ]

    @Test("J05: documents one after another are records; what is none is rejected", arguments: documentRows)
    func documentTable(_ row: Row) throws {
        let framed = try frameAtAllChunks(documents, bytes(row.input))
        #expect(framed.texts == row.records)
        #expect(framed.rejected == row.rejected)
    }

    static let arrayRows = [
        Row("[]", []), Row(" [ \n ] \n", []), Row("[{}]", ["{}"]), Row("\u{FEFF}[{}]", ["{}"]),
        Row("[{\"a\":1},{\"b\":2}]", ["{\"a\":1}", "{\"b\":2}"]),
        Row("[\n{\"a\":1},\n{\"b\":[\n1]}\n]\n", ["{\"a\":1}", "{\"b\":[ 1]}"]),
        Row("[{}] [{}]\n[]", ["{}", "{}"]),
        Row("[1, \"a,]\\\"\", null]", ["1", "\"a,]\\\"\"", "null"]),
        Row("[{},]", ["{}", ""], rejected: [1]), Row("[,]", ["", ""], rejected: [0, 1]),
        Row("[{},,{}]", ["{}", "", "{}"], rejected: [1]),
        Row("[{} {}]", ["{}", "{}"], rejected: [1]),
        Row("[{\"a\":NaN}, NaN]", ["{\"a\":NaN}", "NaN"]),
        Row("[{}}", ["{}", "}"], rejected: [1]),
        Row("[{}", ["{}", ""], rejected: [1]), Row("[", [""], rejected: [0]),
        Row("[{},{\"a\":", ["{}", "{\"a\":"], rejected: [1]),
        Row("[{},12", ["{}", "12"], rejected: [1]),
        Row("{\"a\":[1]}\n[{}]", ["{\"a\":[1]}", "{}"], rejected: [0]),
        Row("[{}] x\n[{}]", ["{}", "x", "{}"], rejected: [1]),
        Row("[\n{\"a\":\"x},\n{\"b\":1}\n]", ["{\"a\":\"x},", "{\"b\":1}"], rejected: [0]),
    ]

    @Test("J05: the elements of lists are records; what is none is rejected", arguments: arrayRows)
    func arrayTable(_ row: Row) throws {
        let framed = try frameAtAllChunks(array, bytes(row.input))
        #expect(framed.texts == row.records)
        #expect(framed.rejected == row.rejected)
    }

    static let explodeRows = [
        Row(#"{"Records":[{"a":1},{"b":2}]}"#, [#"{"a":1}"#, #"{"b":2}"#]),
        Row(#"{"x":{"Records":[{"no":1}]},"Records":[{"a":1}],"y":[{"no":2}]}"#, [#"{"a":1}"#]),
        Row("{\n \"Records\" : [\n {\"a\":\n1}\n ]\n}\n", ["{\"a\": 1}"]),
        Row(#"{"Records":[]}"#, []),
        Row(#"{"\u0052ecords":[{"a":1}]}"#, [#"{"a":1}"#]),
        Row(#"{"Records":[{"a":1}]}{"Records":[{"b":2}]}"#, [#"{"a":1}"#, #"{"b":2}"#]),
        Row(#"{"Records":{"a":1}}"#, [#"{"Records":{"a":1}}"#], rejected: [0]),
        Row(
            #"{"s":"Records\":[","n":-1.5,"t":true}"#,
            [#"{"s":"Records\":[","n":-1.5,"t":true}"#],
            rejected: [0]
        ),
        Row(#"{}"#, ["{}"], rejected: [0]),
        Row(#"[{"Records":[1]}]"#, [#"[{"Records":[1]}]"#], rejected: [0]),
        Row("x\n{\"Records\":[{}]}", ["x", "{}"], rejected: [0]),
        Row(#"{"Records":[{"a":1}],}"#, [#"{"a":1}"#, #"{"Records":[],}"#], rejected: [1]),
        Row(#"{"Records":[{"a":1}"#, [#"{"a":1}"#, ""], rejected: [1]),
        Row(#"{"Records":[{"a":1}]"#, [#"{"a":1}"#, #"{"Records":[]"#], rejected: [1]),
        Row("{\"a\":1\n{\"Records\":[{}]}", ["{\"a\":1\n", "{}"], rejected: [0]),
        Row("{\"a\":{\"b\":1\n{\"Records\":[{}]}", ["{\"a\":{\"b\":1", "{}"], rejected: [0]),
        Row("{\"a\n{\"Records\":[{}]}", ["{\"a", "{}"], rejected: [0]),
        Row("{\"a\":\"b\n{\"Records\":[{}]}", ["{\"a\":\"b", "{}"], rejected: [0]),
        Row("{\"Records\":[{\"a\":1\n{\"Records\":[{}]}", ["{\"a\":1", "{}"], rejected: [0]),
    ]

    @Test("the elements of a list within each document are records; the rest is none", arguments: explodeRows)
    func explodeTable(_ row: Row) throws {
        let framed = try frameAtAllChunks(explode, bytes(row.input))
        #expect(framed.rejected == row.rejected)
        let shown = zip(framed.texts, row.records).allSatisfy { $0 == $1 }
        #expect(framed.records.count == row.records.count && shown, "\(framed.texts)")
    }

    @Test("a dotted name leads to a list deeper in the document")
    func dottedName() throws {
        let steps = "- parse: { format: json, explode: result.items }"
        let text = #"{"items":[{"no":1}],"result":{"more":{"items":[{"no":2}]},"items":[{"a":1},{"b":2}]}}"#
        #expect(try frameAtAllChunks(steps, bytes(text)).texts == [#"{"a":1}"#, #"{"b":2}"#])
    }

    @Test("a document without the list is one rejected record that shows its beginning")
    func missingList() throws {
        let result = try runFramed(explode, bytes("{\"a\":1}\n{\"Records\":[{\"b\":2}]}\n"))
        #expect(result.lines == ["{\"b\":2}"])
        #expect(
            result.rejectLines == [
                #"{"line":1,"reason":"JSON: no list of the name that is exploded","record":"{\"a\":1}"}"#
            ]
        )
    }

    @Test(
        "J04: a million brackets are one rejected record; the next document is read",
        arguments: [documents, array]
    )
    func deep(_ steps: String) throws {
        let text = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000) + bytes("\n{\"a\":1}")
        let limits = "max_record: 1KiB"
        let framed = try frame(steps, text, limits: limits)
        #expect(try frame(steps, text, limits: limits, chunk: 4096) == framed)
        #expect(framed.oversized.count == 1 && framed.capacity < 8 << 20)
        let result = try runFramed(
            "- frame: json_documents\n- parse: json",
            bytes("[[[[[1]]]]]\n{\"a\":[[[2]]]}"),
            limits: "max_depth: 3"
        )
        #expect(result.lines.isEmpty && result.rejectLines.count == 2)
    }

    @Test("J06: an element above the limit is one oversized record, and costs no memory")
    func hugeElement() throws {
        for (head, tail, steps) in [
            ("[{\"a\":1},{\"b\":\"", "\"},{\"c\":3}]", array),
            ("{\"x\":0,\"Records\":[{\"a\":1},{\"b\":\"", "\"},{\"c\":3}]}", explode),
            ("{\"a\":1}{\"b\":\"", "\"}{\"c\":3}", documents),
        ] {
            let source = RepeatingSource(
                head: bytes(head),
                unit: [UInt8](repeating: 0x41, count: 1 << 16),
                count: 1 << 14,
                tail: bytes(tail)
            )
            let framed = try frame(steps, source)
            #expect(framed.texts == ["{\"a\":1}", "{\"c\":3}"])
            #expect(framed.oversized == [[2, (1 << 30) + 8]])
            #expect(framed.capacity < 4 << 20)
        }
    }

    @Test("members around the list are passed in constant memory, however long they are")
    func hugeMember() throws {
        let source = RepeatingSource(
            head: bytes("{\"x\":[\""),
            unit: [UInt8](repeating: 0x41, count: 1 << 16),
            count: 1 << 12,
            tail: bytes("\"],\"Records\":[{\"a\":1}]}")
        )
        let framed = try frame(explode, source)
        #expect(framed.texts == ["{\"a\":1}"] && framed.capacity < 4 << 20)
    }

    @Test("an untouched record of several lines is written as one line, and parsers see what the framing saw")
    func written() throws {
        let text = "[\n{\n\"a\": \"x\\n\",\n\"b\": [\n1,\n2]\n},\n{\"c\":\"\n\"},\n{\"d\":4}\n]"
        let result = try runFramed(array, bytes(text))
        #expect(result.lines == ["{ \"a\": \"x\\n\", \"b\": [ 1, 2] }", "{\"d\":4}"])
        #expect(result.rejectLines.count == 1)
    }

    @Test("conditions on the raw line see the whole record")
    func lineSteps() throws {
        let steps = "- frame: json_array\n- keep_if: line.contains('keep')\n- parse: json"
        let result = try runFramed(steps, bytes("[{\"a\":\n\"keep\"},\n{\"a\":2},]"))
        #expect(result.lines == ["{\"a\": \"keep\"}"])
        #expect(result.rejectLines.count == 1)
    }
}
