internal import CSimdjson
internal import EventModel
internal import RecordEngine
internal import Testing

private let csv = "- frame: csv\n- parse: raw"

@Suite struct CSVFramingTests {
    @Test(
        "J11: rows end at line feeds outside of quotes",
        arguments: [
            ("", []), ("a,b", ["a,b"]), ("a,b\n", ["a,b"]), ("a\r\nb\r\n", ["a", "b"]), ("\n\n", ["", ""]),
            ("\u{FEFF}a\nb", ["a", "b"]), ("a,\"b\nc\",d\ne", ["a,\"b\nc\",d", "e"]),
            ("\"a\"\"\nb\"\nc", ["\"a\"\"\nb\"", "c"]), ("\"\"\n\"\"\"\n\"\n", ["\"\"", "\"\"\"\n\""]),
            ("5\" pipe\nb\n", ["5\" pipe", "b"]), ("\"a\"b\"\nc\n", ["\"a\"b\"", "c"]),
            ("a,\"b\r\nc\"\r\nd", ["a,\"b\r\nc\"", "d"]), ("a\u{0},b\n", ["a\u{0},b"]),
            ("\"\",\"\n\"\nx", ["\"\",\"\n\"", "x"]), (" \"a\nb\"\n", [" \"a", "b\""]),
        ] as [(String, [String])]
    )
    func rows(text: String, records: [String]) throws {
        #expect(try frameAtAllChunks(csv, bytes(text)).texts == records)
    }

    @Test("the separator and the quote may be other bytes")
    func otherBytes() throws {
        let steps = "- frame: { format: csv, delimiter: \";\", quote: \"'\" }\n- parse: raw"
        let framed = try frameAtAllChunks(steps, bytes("a;'b\n\"'\nc,'d\n"))
        #expect(framed.texts == ["a;'b\n\"'", "c,'d"])
    }

    @Test("J11: a quote without an end swallows no more than max_record; the next line is a row again")
    func openQuote() throws {
        let text = bytes("a,1\n\"open,2\nb,3\nc,4\nd,5\n\"e\n\",6\n")
        let framed = try frameAtAllChunks(csv, text, limits: "max_record: 12")
        #expect(framed.texts == ["a,1", "d,5", "\"e\n\",6"])
        #expect(framed.oversized == [[2, 15]])
        #expect(framed.prefixes == [bytes("\"open,2\nb,3\n")])
        let end = try frameAtAllChunks(csv, text + bytes("\"f\ng"), limits: "max_record: 12")
        #expect(end.texts.last == "\"f\ng")
        #expect(end.rejected == [end.records.count - 1])
    }

    @Test("J06: rows of every length around the limit are cut the same way, however they are read")
    func limit() throws {
        for length in 8...14 {
            for ending in ["\n", "\r\n"] {
                let row = "\"" + String(repeating: "x", count: length - 2) + "\""
                let text = bytes("a" + ending + row + ending + "b" + ending)
                let framed = try frameAtAllChunks(csv, text, limits: "max_record: 11")
                #expect(framed.texts == (length <= 11 ? ["a", row, "b"] : ["a", "b"]))
                #expect(framed.oversized == (length <= 11 ? [] : [[2, UInt64(length)]]))
            }
        }
    }

    @Test("the scan by vectors finds what the scan byte by byte finds")
    func twin() {
        var random = SeededRandom(5)
        let alphabet = bytes("\"\"\",\nxyz ")
        for _ in 0..<3_000 {
            let text = (0..<Int(random.next() % 300)).map { _ in alphabet[Int(random.next() % 9)] }
            let padded = text + [UInt8](repeating: 0, count: 64)
            let capacity = 1 + Int(random.next() % 40)
            var fast = sluice_csv_scan(
                delimiter: 44,
                quote: 34,
                previous: 10,
                quoted: UInt8(random.next() % 3)
            )
            var slow = fast
            var fastEnds = [UInt32](repeating: 0, count: capacity)
            var slowEnds = fastEnds
            var fastNext = 0
            var slowNext = 0
            let found = unsafe sluice_csv_rows(&fast, padded, 0, text.count, &fastEnds, capacity, &fastNext)
            let wanted = unsafe sluice_csv_rows_bytewise(
                &slow,
                padded,
                0,
                text.count,
                &slowEnds,
                capacity,
                &slowNext
            )
            #expect(found == wanted && fastNext == slowNext && fastEnds == slowEnds)
            #expect(fast.quoted == slow.quoted && fast.previous == slow.previous)
        }
    }

    @Test("the scans over JSON agree, in text that is well-formed and in text that is not")
    func jsonTwin() {
        var random = SeededRandom(6)
        let alphabet = bytes("\"\"\\{{[]}},:\n\n 1a")
        for _ in 0..<5_000 {
            let body = (0..<Int(random.next() % 300)).map { _ in alphabet[Int(random.next() % 16)] }
            let text = [UInt8(ascii: "{")] + body
            var fastText = text + [UInt8](repeating: 0, count: 64)
            var slowText = fastText
            var fast = sluice_json_scan()
            var slow = fast
            var fastNext = 0
            var slowNext = 0
            let isLast = random.next() % 2 == 0
            let how = unsafe sluice_json_skip(&fast, &fastText, 0, text.count, isLast, &fastNext)
            let wanted = unsafe sluice_json_skip_bytewise(&slow, &slowText, 0, text.count, isLast, &slowNext)
            #expect(how == wanted && fastNext == slowNext)
            #expect(fast.depth == slow.depth && fast.in_string == slow.in_string)
            #expect(fast.escape == slow.escape && fast.last == slow.last)
            // What lies behind the end is not the scan's.
            #expect(fastText[..<fastNext] == slowText[..<slowNext])
        }
    }
}
