internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct TarReaderTests {
    private static let chunks = [1, 2, 7, 512, 4096, 1 << 20]

    @Test("members are units, whatever the chunks", arguments: chunks)
    func members(chunk: Int) throws {
        let files = [
            ("a.log", bytes("one\ntwo\n")), ("dir/b.log", sampleLines(300)), ("empty", []),
            ("exactly.bin", [UInt8](repeating: 7, count: 512)),
        ]
        let result = unpack(TarFixture.archive(files), chunk: chunk, step: chunk)
        #expect(result.units == files.map { Unpacked.Unit($0.0, $0.1) })
        #expect(result.verdicts == [])
        #expect(result.totals.archive == .tar)
        #expect(result.totals.members == 4 && result.totals.units == 4)
        #expect(result.totals.warnings == [])
    }

    @Test("a tar inside gzip is read through both", arguments: chunks)
    func compressed(chunk: Int) throws {
        let files = [("x.log", sampleLines(2000)), ("y.log", bytes("last\n"))]
        let packed = try encode(TarFixture.archive(files), .gzip(level: 1))
        let result = unpack(packed, chunk: chunk)
        #expect(result.units == files.map { Unpacked.Unit($0.0, $0.1) })
        #expect(result.totals.codecs == [.gzip])
        #expect(result.totals.storedBytes == UInt64(packed.count))
    }

    @Test("links, devices and directories are skipped and counted (trap T01)")
    func specials() {
        var tar = TarFixture()
        for (name, type) in [("l", "1"), ("s", "2"), ("c", "3"), ("b", "4"), ("d/", "5"), ("f", "6")] {
            var header = TarFixture.Header(name, type: Character(type))
            header.link = bytes("/etc/passwd")
            tar.add(header)
        }
        tar.add("s/through", bytes("a file below the name of a link\n"))
        tar.end()
        let result = unpack(tar.bytes)
        #expect(result.labels == ["s/through"])
        #expect(result.totals.skipped.links == 2)
        #expect(result.totals.skipped.directories == 1)
        #expect(result.totals.skipped.specials == 3)
    }

    @Test("pax overrides name and size of the header behind it (trap T02)")
    func paxOverrides() {
        var tar = TarFixture()
        let name = String(repeating: "long/", count: 40) + "n\u{E4}me.log"
        tar.addPax(TarFixture.record("path", name) + TarFixture.record("size", "5"))
        var header = TarFixture.Header("short", type: "0")
        header.size = TarFixture.octal(1, 11)
        tar.add(header, bytes("12345"))
        tar.add("next", bytes("n"))
        tar.end()
        let result = unpack(tar.bytes)
        #expect(result.units == [.init(name, bytes("12345")), .init("next", bytes("n"))])
    }

    @Test("GNU long names are read")
    func gnuLongName() {
        let name = String(repeating: "deep/", count: 60) + "file.log"
        var tar = TarFixture()
        var long = TarFixture.Header("././@LongLink", size: name.utf8.count + 1, type: "L")
        long.magic = bytes("ustar  \u{0}")
        tar.add(long, bytes(name) + [0])
        var header = TarFixture.Header("deep/", size: 2)
        header.magic = bytes("ustar  \u{0}")
        tar.add(header, bytes("ok"))
        tar.end()
        #expect(unpack(tar.bytes).units == [.init(name, bytes("ok"))])
    }

    private static let malformed: [(String, [UInt8])] = [
        ("no length", bytes("path=x\n")),
        ("length too large", bytes("99 path=x\n")),
        ("length too small", bytes("5 path=x\n")),
        ("length zero", bytes("0 path=x\n")),
        ("no equals sign", bytes("8 path\n\n")),
        ("no key", bytes("6 =xy\n")),
        ("no line feed", bytes("10 path=xy")),
        ("size negative", TarFixture.record("size", "-1")),
        ("size too large", TarFixture.record("size", "99999999999999999999")),
        ("rest behind the last record", TarFixture.record("path", "x") + bytes("junk")),
    ]

    @Test("a malformed pax header fails the archive and is never skipped (trap T02)", arguments: malformed)
    func malformedPax(title: String, records: [UInt8]) {
        var tar = TarFixture()
        tar.addPax(records)
        tar.add("a", bytes("x"))
        tar.end()
        let result = unpack(tar.bytes)
        #expect(result.failure == "archive.corrupt", "\(title): \(result)")
        #expect(result.units == [])
    }
}
