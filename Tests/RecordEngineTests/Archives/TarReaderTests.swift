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
        ("size is no number", TarFixture.record("size", "abc")),
        ("size with a tail", TarFixture.record("size", "1x")),
        ("size empty", TarFixture.record("size", "")),
        ("size with a sign", TarFixture.record("size", "+1")),
        ("NUL in the path", TarFixture.record("path", "a\u{0}b")),
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

    /// What is wrong, the archive, the verdict.
    private static let hostileArchives: [(String, [UInt8], String)] = [
        (
            "header checksum",
            make { $0.add(broken { $0.checksumError = 1 }) }, "archive.corrupt"
        ),
        (
            "negative size",
            make { $0.add(broken { $0.size = [0xFF] + [UInt8](repeating: 0xFF, count: 11) }) },
            "archive.corrupt"
        ),
        (
            "huge size", make { $0.add(broken { $0.size = [0x80] + [UInt8](repeating: 0xFF, count: 11) }) },
            "archive.corrupt"
        ),
        ("size is no number", make { $0.add(broken { $0.size = bytes("12x") }) }, "archive.corrupt"),
        (
            "hard link with a size",
            make {
                $0.add(
                    broken {
                        $0.type = UInt8(ascii: "1"); $0.size = bytes("1")
                    },
                    [1]
                )
            }, "archive.ambiguous"
        ),
        (
            "global header with a path", make { $0.addPax(TarFixture.record("path", "y"), type: "g") },
            "archive.ambiguous"
        ),
        (
            "two pax headers",
            make {
                $0.addPax(TarFixture.record("path", "y")); $0.addPax(TarFixture.record("path", "z"))
            }, "archive.corrupt"
        ),
        (
            "pax header too long",
            make {
                $0.add(
                    broken {
                        $0.type = UInt8(ascii: "x"); $0.size = bytes("7777777")
                    }
                )
            }, "archive.corrupt"
        ),
    ]

    private static func broken(_ change: (inout TarFixture.Header) -> Void) -> TarFixture.Header {
        var header = TarFixture.Header("broken")
        change(&header)
        return header
    }

    private static func make(_ fill: (inout TarFixture) -> Void) -> [UInt8] {
        var tar = TarFixture()
        fill(&tar)
        tar.add("a", bytes("x"))
        tar.end()
        return tar.bytes
    }

    @Test("what readers take differently is refused", arguments: hostileArchives)
    func hostile(title: String, archive: [UInt8], code: String) {
        for chunk in [1, 512, .max] {
            let result = unpack(archive, ArchivePlan(format: .tar), chunk: chunk)
            #expect(result.failure == code, "\(title): \(result)")
            #expect(result.units == [])
        }
    }

    @Test("sparse files are refused by name, the files behind them are read")
    func sparse() {
        var tar = TarFixture()
        let map =
            TarFixture.record("GNU.sparse.major", "1") + TarFixture.record("GNU.sparse.minor", "0")
            + TarFixture.record("GNU.sparse.name", "holes.bin")
            + TarFixture.record("GNU.sparse.realsize", "99999")
        tar.addPax(map)
        let body = bytes("1\n0\n3\n") + [UInt8](repeating: 0, count: 505) + bytes("abc")
        tar.add("GNUSparseFile.0/holes.bin", body)
        tar.add("next", bytes("n"))
        tar.end()
        let result = unpack(tar.bytes)
        #expect(result.verdicts == ["holes.bin: archive.unsupported"])
        #expect(result.units == [.init("next", bytes("n"))])
        #expect(result.totals.rejected == 1 && result.totals.units == 1 && result.totals.members == 2)
    }

    @Test("a cut anywhere is never a whole archive, and never an error of a member")
    func cuts() {
        let files = [("a", bytes("0123456789")), ("b", [UInt8](repeating: 5, count: 600))]
        let whole = TarFixture.archive(files)
        for length in 513..<whole.count {
            let result = unpack(Array(whole[..<length]))
            // Between two members nothing shows but the missing end mark; one block of zeros is half of it.
            let isBetween = length == 1024 || length == 2560
            let isAccepted = isBetween || length == 3072
            #expect(result.verdicts == (isAccepted ? [] : ["archive.truncated"]), "\(length)")
            #expect(result.totals.warnings.count == (isBetween ? 1 : 0), "\(length)")
            #expect(result.units.allSatisfy { unit in files.contains { $0 == (unit.label, unit.text) } })
        }
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
