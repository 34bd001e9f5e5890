internal import RecordEngine
internal import Testing

@Suite struct SnifferTests {
    @Test("finds what auto finds", arguments: AutoParserTests.samples)
    func formats(_ format: String, _ text: String) throws {
        let first = try #require(Sniffer.guess(Array(text.utf8)).first)
        let name = first.parse.contains("csv") || first.parse == "tsv" ? "csv" : first.parse
        #expect(name == format && first.score == 1 && first.frame == nil && first.charset == "utf-8")
        #expect(first.reason.contains("lines"))
    }

    @Test(
        "finds framings",
        arguments: [
            ("[\n {\"a\": 1},\n {\"a\": 2}\n]\n", "json_array", "json"),
            ("[{\"a\":1},{\"a\"", "json_array", "json"),
            ("{\n  \"a\": 1\n}\n{\n  \"b\"", "json_documents", "json"),
            ("{\"a\":1}{\"a\":2}\n", "json_documents", "json"),
            (
                "2026 ERROR x\njava.lang.Error: y\n\tat a.B.c(B.java:1)\n",
                "{ format: multiline, preset: java }", "raw"
            ),
            (
                "x\nTraceback (most recent call last):\n  File \"a\"\n",
                "{ format: multiline, preset: python }", "raw"
            ),
            ("panic: x\n\ngoroutine 1 [running]:\n", "{ format: multiline, preset: go }", "raw"),
            ("a.swift:1: Fatal error: x\nThread 0 crashed:\n", "{ format: multiline, preset: swift }", "raw"),
        ]
    )
    func framings(_ text: String, _ frame: String, _ parse: String) throws {
        let first = try #require(Sniffer.guess(Array(text.utf8)).first)
        #expect(first.frame == frame && first.parse == parse, "\(first)")
    }

    @Test("rows of CSV need no framing, also where they go over several lines")
    func rows() throws {
        let first = try #require(Sniffer.guess(Array("a,b,c\n1,\"x\",3\n\"4\",5,\"6\n".utf8)).first)
        #expect(first.frame == nil && first.parse == "csv", "\(first)")
    }

    @Test(
        "takes no lines for framed JSON",
        arguments: [
            "{\"a\":\"}{\"}\n{\"b\":1}\n", "{\"a\":1}\n\n{\"b\"", "[1,2]\n[3]\n", "{\"a\":1}]\n", "{\"open\n",
        ]
    )
    func noFraming(_ text: String) throws {
        let first = try #require(Sniffer.guess(Array(text.utf8)).first)
        #expect(first.frame == nil, "\(first)")
    }

    @Test(
        "finds charsets",
        arguments: [
            ("utf-8", Array("{\"a\":\"é\"}\n".utf8)),
            ("utf-8", [0xEF, 0xBB, 0xBF] + Array("{\"a\":1}\n".utf8)),
            (
                "utf-16le",
                Array("\u{FEFF}{\"a\":\"é\"}\n".utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
            ),
            ("utf-16be", Array("{\"a\":\"e\"}\n".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }),
            ("latin1", Array("{\"a\":\"".utf8) + [0xE9] + Array(" x\"}\n".utf8)),
            ("shift_jis", Array("{\"a\":\"".utf8) + [0x93, 0xFA, 0x96, 0x7B] + Array("\"}\n".utf8)),
            ("gbk", Array("{\"a\":\"".utf8) + [0xD6, 0xD0, 0xB9, 0xFA] + Array("\"}\n".utf8)),
        ] as [(String, [UInt8])]
    )
    func charsets(_ charset: String, _ bytes: [UInt8]) throws {
        let first = try #require(Sniffer.guess(bytes).first)
        #expect(first.charset == charset && first.parse == "json" && first.score == 1, "\(first)")
    }

    @Test(
        "orders by score, the last resort last, and never fails",
        arguments: ["", "\n", "text", "a=1\n{\"b\":2}\nc=3\n"]
    )
    func order(_ text: String) {
        let guesses = Sniffer.guess(Array(text.utf8))
        #expect(guesses.last?.parse == "raw" && guesses.map(\.score) == guesses.map(\.score).sorted(by: >))
        #expect(guesses == Sniffer.guess(Array(text.utf8)))
    }

    @Test("says how separated values are written")
    func separated() {
        #expect(
            Sniffer.guess(Array("a;b;c\n1;2;3\n".utf8)).first?.parse == "{ format: csv, delimiter: \";\" }"
        )
        #expect(Sniffer.guess(Array("a\tb\tc\n1\t2\t3\n".utf8)).first?.parse == "tsv")
    }
}
