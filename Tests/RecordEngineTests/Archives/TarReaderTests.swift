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

    private static let sparseForms: [(String, [UInt8])] = [
        ("1.0", TarFixture.record("GNU.sparse.major", "1") + TarFixture.record("GNU.sparse.minor", "0")),
        ("0.1", TarFixture.record("GNU.sparse.map", "0,3") + TarFixture.record("GNU.sparse.size", "9")),
        ("0.0", TarFixture.record("GNU.sparse.numblocks", "0")),
        ("star", TarFixture.record("SCHILY.realsize", "99")),
    ]

    @Test("sparse files are refused by name, the files behind them are read (T02)", arguments: sparseForms)
    func sparse(form: String, records: [UInt8]) {
        var tar = TarFixture()
        tar.addPax(TarFixture.record("path", "h\u{F6}les.bin") + records)
        let map = form == "1.0" ? bytes("1\n0\n3\n") + [UInt8](repeating: 0, count: 506) : []
        tar.add("GNUSparseFile.0/holes.bin", map + bytes("abc"))
        tar.add("next", bytes("n"))
        tar.end()
        let result = unpack(tar.bytes)
        #expect(result.verdicts == ["h\u{F6}les.bin: archive.sparse"], "\(form)")
        #expect(result.units == [.init("next", bytes("n"))])
        #expect(result.totals.rejected == 1 && result.totals.units == 1 && result.totals.members == 2)
    }

    @Test("GNU's old sparse files are refused, with all blocks of their map")
    func oldSparse() {
        var tar = TarFixture()
        var header = TarFixture.Header("holes", size: 3, type: "S")
        header.magic = bytes("ustar  \u{0}")
        // 41 bytes of other fields, one entry of the map, the mark of one more block of it, the real size.
        let entry = bytes("00000000000\u{0}00000000003\u{0}")
        header.prefix = [UInt8](repeating: 0, count: 41) + entry + [UInt8](repeating: 0, count: 72) + [1]
        header.prefix += bytes("00000000011")
        tar.add(header, [UInt8](repeating: 0, count: 512) + bytes("abc"))
        tar.add("next", bytes("n"))
        tar.end()
        let result = unpack(tar.bytes)
        #expect(result.verdicts == ["holes: archive.sparse"])
        #expect(result.units == [.init("next", bytes("n"))])
    }

    @Test("sizes in base 256 are read, as GNU tar writes them from 8 GiB on")
    func base256() {
        var header = TarFixture.Header("a")
        header.size = [0x80] + [UInt8](repeating: 0, count: 10) + [3]
        var tar = TarFixture()
        tar.add(header, bytes("abc"))
        tar.end()
        #expect(unpack(tar.bytes).units == [.init("a", bytes("abc"))])
    }

    @Test("names that are no UTF-8 are kept, and written so that stores take them", arguments: [false, true])
    func rawNames(isPax: Bool) throws {
        var tar = TarFixture()
        var header = TarFixture.Header("a", size: 1)
        let name: [UInt8] = bytes("caf") + [0xE9] + bytes(".log")
        if isPax {
            tar.addPax(bytes("19 path=") + name + bytes("xy\n"))
        } else {
            header.name = name + bytes("xy")
        }
        tar.add(header, bytes("x"))
        tar.end()
        let reader = ObjectReader(InputPlan(archive: ArchivePlan()), source: MemorySource(tar.bytes))
        let unit = try #require(try reader.nextUnit())
        #expect(unit.keyPart == bytes("caf%E9.logxy"))
        #expect(unit.label == "caf\u{FFFD}.logxy")
    }

    @Test("concatenated archives are read to the end; garbage behind them is reported")
    func concatenated() {
        let first = TarFixture.archive([("a", bytes("1"))])
        let second = TarFixture.archive([("b", bytes("2"))])
        #expect(unpack(first + second).labels == ["a", "b"])
        #expect(unpack(first + [UInt8](repeating: 0, count: 8192) + second).labels == ["a", "b"])
        for garbage in [bytes("junk"), sampleLines(100)] {
            for chunk in [1, 512, .max] {
                let result = unpack(first + garbage, chunk: chunk)
                #expect(result.labels == ["a"])
                #expect(result.verdicts == [])
                #expect(result.totals.warnings.count == 1)
                #expect(result.totals.warnings.first?.hasPrefix("\(garbage.count) bytes of garbage") == true)
            }
        }
    }
}
