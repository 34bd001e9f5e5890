internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct GzipDecoderTests {
    private let text = bytes("one line\nand another line, another line, another line\n")

    @Test("G01: all members are decoded, with member boundaries on every chunk boundary")
    func membersAtEverySplit() throws {
        let members =
            try encode(text, .gzip(level: 1)) + GzipFixture(text: bytes("x\n")).bytes
            + encode([], .gzip(level: 0))
            + encode(text, .gzip(level: 6))
        let expected = text + bytes("x\n") + text
        for chunk in 1...members.count {
            #expect(try decode(members, chunk: chunk).text == expected)
        }
        for step in 1...64 { #expect(try decode(members, chunk: 3, step: step).text == expected) }
    }

    @Test("G01: 10,000 members of one line each, at several chunk sizes", arguments: [1, 7, 4096, 1 << 20])
    func manyMembers(chunk: Int) throws {
        var stored: [UInt8] = []
        var expected: [UInt8] = []
        for line in 0..<10_000 {
            let record = bytes("line \(line)\n")
            stored += GzipFixture(text: record).bytes
            expected += record
        }
        let decoded = try decode(stored, chunk: chunk)
        #expect(decoded.text == expected)
        #expect(decoded.warnings == [])
    }

    @Test("G02: zeros behind and between members are padding", arguments: [1, 2, 7, 1000])
    func trailingZeros(chunk: Int) throws {
        let member = GzipFixture(text: text).bytes
        let zeros = [UInt8](repeating: 0, count: 700)
        let decoded = try decode(member + zeros + member + zeros, chunk: chunk)
        #expect(decoded == Decoded(text: text + text, warnings: [], codec: .gzip))
    }

    @Test("G02: a further member whose first bytes are damaged is corrupt, not garbage", arguments: 0..<3)
    func damagedMagic(_ place: Int) throws {
        let first = GzipFixture(text: bytes("first")).bytes
        var second = GzipFixture(text: bytes("second")).bytes
        for bit in 0..<8 {
            second[place] ^= 1 << bit
            let error = #expect(throws: SluiceError.self) { _ = try decode(first + second) }
            #expect(error?.code == .codecCorrupt || error?.code == .codecUnsupported)
            second[place] ^= 1 << bit
        }
    }

    @Test(
        "G02, G05: garbage behind the last member is reported, ends the object and keeps its data",
        arguments: [1, 2, 9, 4096]
    )
    func trailingGarbage(chunk: Int) throws {
        let garbage = bytes("garbage that is no member") + [UInt8](repeating: 0x1F, count: 1000)
        for padding in [0, 1, 300] {
            let source = MemorySource(
                GzipFixture(text: text).bytes + [UInt8](repeating: 0, count: padding) + garbage,
                chunk: chunk
            )
            let decoded = try decode(from: source)
            #expect(decoded.text == text)
            #expect(decoded.warnings == ["1025 bytes of garbage behind the last gzip member were ignored"])
            #expect(try decode(from: source).text == [], "the source was read to its end")
        }
    }

    @Test("G03: every truncation fails, unless it cuts between two members")
    func everyTruncation() throws {
        let first = try encode(text, .gzip(level: 1))
        let stored = try first + encode(text, .gzip(level: 9))
        for count in 2..<stored.count where count != first.count {
            #expect(failure(Array(stored[..<count])) == "codec.truncated", "cut at \(count)")
        }
        #expect(failure(Array(stored[..<first.count])) == nil)
    }

    @Test("G04: FEXTRA, FNAME, FCOMMENT and FHCRC are read over, at every split; a name is never used")
    func headerFields() throws {
        let member = GzipFixture(
            extra: [UInt8](repeating: 0, count: 300),
            name: "../../etc/passwd",
            comment: "a comment",
            hasHeaderChecksum: true,
            text: text
        )
        for chunk in 1...member.bytes.count { #expect(try decode(member.bytes, chunk: chunk).text == text) }
        for mask in 0..<16 {
            var one = GzipFixture(text: text)
            if mask & 1 != 0 { one.extra = [] }
            if mask & 2 != 0 { one.name = "" }
            if mask & 4 != 0 { one.comment = "c" }
            one.hasHeaderChecksum = mask & 8 != 0
            #expect(try decode(one.bytes + one.bytes, chunk: 1).text == text + text)
        }
    }

    @Test("G04: wrong CRC32, ISIZE or header checksum is corrupt, in the first and in the last member")
    func wrongChecksums() throws {
        let good = GzipFixture(text: text).bytes
        for wrong in [
            GzipFixture(text: text, checksumError: 1), GzipFixture(text: text, lengthError: 1),
            GzipFixture(text: text, checksumError: 0x8000_0000),
            GzipFixture(text: text, lengthError: 0x8000_0000),
            GzipFixture(hasHeaderChecksum: true, headerChecksumError: 1, text: text),
            GzipFixture(flags: 0x20, text: text),
        ] {
            #expect(failure(wrong.bytes) == "codec.corrupt")
            #expect(failure(wrong.bytes + good) == "codec.corrupt")
            #expect(failure(good + wrong.bytes) == "codec.corrupt")
        }
        #expect(failure(GzipFixture(method: 7, text: text).bytes) == "codec.unsupported")
    }

    @Test("L14, G11: an empty object is an empty text; a header alone is truncated; an empty member is empty")
    func smallObjects() throws {
        for codec in InputCodec.allCases { #expect(try decode([], as: codec).text == []) }
        #expect(failure([0x1F], as: .gzip) == "codec.truncated")
        #expect(failure([0x1F, 0x8B]) == "codec.truncated")
        #expect(failure(Array(GzipFixture().bytes.prefix(10))) == "codec.truncated")
        #expect(try decode(GzipFixture().bytes).text == [])
        #expect(try decode([0x1F]).text == [0x1F], "one byte is no magic: it is text")
    }

    @Test(
        "G10: the first bytes decide: plain text is text whatever it is called, and gzip by name must be gzip"
    )
    func magicDecides() throws {
        #expect(try decode(text) == Decoded(text: text, warnings: [], codec: InputCodec.none))
        #expect(failure(text, as: .gzip) == "codec.corrupt")
        let stored = GzipFixture(text: text).bytes
        #expect(try decode(stored, as: .none).text == stored)
    }

    @Test("decodes what the system's gzip and python3 make")
    func systemTools() throws {
        let long = sampleLines(30_000)
        for level in ["-1", "-6", "-9"] {
            let stored = try #require(system("gzip -c \(level)", long))
            #expect(try decode(stored, chunk: 100_003).text == long)
        }
        let python =
            "python3 -c 'import gzip,sys; sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read()))'"
        #expect(try decode(try #require(system(python, long))).text == long)
    }
}
