internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct ObjectReaderTests {
    private static let text = sampleLines(300)

    @Test("an object that is no archive is one unit without a name", arguments: [1, 7, 4096, .max])
    func plain(chunk: Int) throws {
        for plan in [nil, ArchivePlan(), ArchivePlan(format: .none)] {
            let packed = try encode(Self.text, .gzip(level: 1))
            for stored in [Self.text, packed] {
                let result = unpack(stored, plan, chunk: chunk)
                #expect(result.units == [.init("", Self.text)])
                #expect(result.verdicts == [] && result.totals.warnings == [])
                #expect(result.totals.archive == nil)
                #expect(result.totals.textBytes == UInt64(Self.text.count))
                #expect(result.totals.storedBytes == UInt64(stored.count))
            }
        }
    }

    @Test("an empty object is one empty unit, and an empty archive where one is named (trap L14)")
    func empty() {
        #expect(unpack([]).units == [.init("", [])])
        #expect(unpack([], ArchivePlan(format: .tar)).units == [])
        #expect(unpack([], ArchivePlan(format: .zip)).verdicts == [])
        let zeros = [UInt8](repeating: 0, count: 10240)
        #expect(unpack(zeros).units == [] && unpack(zeros).verdicts == [])
        let log = zeros + bytes("a line behind a hole\n")
        #expect(unpack(log).units == [.init("", log)], "copytruncate makes such logs")
    }

    @Test("an archive that nobody opens is bytes, with a warning")
    func unopened() throws {
        let tar = TarFixture.archive([("a", Self.text)])
        let result = try unpack(encode(tar, .gzip(level: 1)), nil)
        #expect(result.units == [.init("", tar)])
        #expect(
            result.totals.warnings == [
                "this is a tar archive, taken as it is: add `unarchive: auto` to open it"
            ]
        )
    }

    @Test("codecs around members and archives in archives are opened, and named (trap T03)")
    func nested() throws {
        let inner = TarFixture.archive([
            ("c.log", bytes("c\n")), ("d.log.gz", try encode(bytes("d\n"), .gzip(level: 1))),
        ])
        let zip = ZipFixture([
            ("x.log", bytes("x\n")), ("b.tar.gz", try encode(inner, .gzip(level: 1))),
            ("y.log", bytes("y\n")),
        ])
        let result = try unpack(zip.bytes())
        #expect(
            result.units == [
                .init("x.log", bytes("x\n")), .init("b.tar.gz!c.log", bytes("c\n")),
                .init("b.tar.gz!d.log.gz", bytes("d\n")), .init("y.log", bytes("y\n")),
            ]
        )
        #expect(result.totals.members == 5 && result.totals.containers == 1 && result.totals.units == 4)
    }

    @Test("key parts are relative, different and safe; nested members lie below their archive")
    func keyParts() throws {
        let inner = TarFixture.archive([("./dir//c.log", bytes("c\n"))])
        let archive = TarFixture.archive([("./b.tar", inner), ("e.log", bytes("e"))])
        let reader = ObjectReader(InputPlan(archive: ArchivePlan()), source: MemorySource(archive))
        let first = try #require(try reader.nextUnit())
        #expect(first.keyPart == bytes("b.tar/dir/c.log"))
        #expect(first.label == "b.tar!dir/c.log")
        #expect(first.modified == Timestamp(milliseconds: 1_700_000_000_000))
        #expect(first.byteCount == 2)
        #expect(try reader.nextUnit()?.keyPart == bytes("e.log"))
        #expect(try reader.nextUnit() == nil)
    }

    private static let names: [(name: String, keyPart: String)] = [
        ("../up", "up"), ("a/../../up", "a/up"), ("/etc/cron.d/x", "etc/cron.d/x"), ("c:\\x", "x"),
        ("C:/x", "x"),
        ("..\\..\\up", "up"), ("a\\b", "a/b"), ("//x", "x"), ("a\u{0}.exe", "a%00.exe"), ("a..b", "a..b"),
        ("./d/./z", "d/z"), ("-rf", "-rf"), ("~", "~"),
    ]

    @Test("names are labels, and made safe as parts of keys (traps K04, Z05, T01)", arguments: names)
    func safeNames(name: String, keyPart: String) throws {
        let zip = try ZipFixture([(name, bytes("x"))]).bytes()
        let reader = ObjectReader(InputPlan(archive: ArchivePlan()), source: MemorySource(zip))
        #expect(try reader.nextUnit()?.keyPart == bytes(keyPart))
    }

    private static let hopeless = [
        "", ".", "./", "..", "/", "c:", String(repeating: "n", count: 256),
        String(repeating: "ab/", count: 342) + "x",
    ]

    @Test(
        "names of which nothing safe is left, or too much, are rejected (traps K04, K05)",
        arguments: hopeless
    )
    func unsafeNames(name: String) throws {
        let zip = try ZipFixture([(name, bytes("x")), ("a", bytes("ok"))]).bytes()
        let result = unpack(zip)
        #expect(result.rejects.map(\.code) == ["archive.unsafe-name"])
        #expect(result.labels == ["a"])
        let merged = unpack(zip, ArchivePlan(merge: true))
        #expect(merged.units.count == 2, "one output needs no names")
    }

    @Test("the second member of one name is rejected in every format")
    func duplicates() throws {
        let files = [("a", bytes("1")), ("b", bytes("2")), ("./a", bytes("3"))]
        for archive in [TarFixture.archive(files), try ZipFixture(files).bytes()] {
            let result = unpack(archive)
            #expect(result.units == [.init("a", bytes("1")), .init("b", bytes("2"))])
            #expect(result.verdicts == ["a: archive.duplicate-member"])
            #expect(unpack(archive, ArchivePlan(merge: true)).units.map(\.text) == files.map(\.1))
        }
    }

    @Test("only members that a pattern takes are read; the others need not even be sound")
    func selection() throws {
        var zip = ZipFixture([("a.log", bytes("a")), ("dir/b.log", bytes("b")), ("secret.bin", bytes("s"))])
        zip.members[2].flags |= 1
        let result = try unpack(zip.bytes(), ArchivePlan(members: [Glob("**/*.log")]))
        #expect(result.labels == ["a.log", "dir/b.log"])
        #expect(result.verdicts == [])
        #expect(result.totals.unselected == 1)
    }

    @Test("a member that is damaged inside is rejected alone; a damaged archive within is named")
    func damagedMembers() throws {
        var cut = try encode(Self.text, .gzip(level: 1))
        cut.removeLast(9)
        let nested = Array(TarFixture.archive([("n", bytes("n")), ("m", Self.text)]).dropLast(2000))
        let files = [("1.gz", cut), ("2.log", bytes("2")), ("3.tar", nested), ("4.log", bytes("4"))]
        for archive in [TarFixture.archive(files), try ZipFixture(files).bytes()] {
            let result = unpack(archive)
            #expect(result.labels == ["2.log", "3.tar!n", "4.log"])
            #expect(result.verdicts == ["1.gz: codec.truncated", "3.tar: archive.truncated"])
            let totals = result.totals
            #expect(totals.members == totals.units + totals.rejected + totals.unselected + totals.containers)
        }
    }

    @Test("a nested archive that ends within a member's first bytes is rejected, and all members are counted")
    func nestedEnd() throws {
        let nested = Array(TarFixture.archive([("n", bytes("n")), ("m", Self.text)])[..<(3 * 512 + 100)])
        let files = [("1.log", bytes("1")), ("2.tar", nested), ("3.log", bytes("3"))]
        for archive in [TarFixture.archive(files), try ZipFixture(files).bytes()] {
            let result = unpack(archive)
            #expect(result.labels == ["1.log", "2.tar!n", "3.log"])
            #expect(result.verdicts == ["2.tar: archive.truncated"])
            #expect(result.totals.members == 4 && result.totals.rejected == 1 && result.totals.units == 3)
        }
    }

    @Test("warnings of members are named and kept up to a limit")
    func memberWarnings() throws {
        let packed = try encode(bytes("x"), .gzip(level: 1)) + bytes("garbage")
        let result = unpack(TarFixture.archive((0..<100).map { ("\($0).gz", packed) }))
        #expect(result.units.count == 100 && result.totals.warnings.count == 20)
        let first = "0.gz: 7 bytes of garbage behind the last gzip member were ignored"
        #expect(result.totals.warnings.first == first)
    }

    @Test("damage of the object ends it, wherever it is noticed (traps G03, G04)")
    func damagedObject() throws {
        let files = (0..<20).map { ("\($0).log", sampleLines(500, seed: UInt64($0) + 1)) }
        let packed = try encode(TarFixture.archive(files), .gzip(level: 1))
        for length in stride(from: 20, to: packed.count, by: 997) {
            let result = unpack(Array(packed[..<length]))
            #expect(result.failure == "codec.truncated")
            #expect(result.rejects == [])
        }
        var bad = packed
        bad[bad.count - 6] ^= 1
        #expect(unpack(bad).failure == "codec.corrupt", "only the last checksum tells")
    }

    @Test("more members or text than allowed fail the object")
    func limits() {
        let tar = TarFixture.archive((0..<10).map { ("\($0)", bytes("0123456789")) })
        var limits = EngineLimits()
        limits.maxMembers = 9
        #expect(unpack(tar, limits: limits).failure == "archive.limit")
        limits.maxMembers = 10
        limits.maxOutputBytes = 99
        #expect(unpack(tar, limits: limits).failure == "codec.limit")
        limits.maxOutputBytes = 100
        #expect(unpack(tar, limits: limits).units.count == 10)
    }

    @Test("an error of the source is the object's end, not a member's")
    func brokenSource() throws {
        let tar = TarFixture.archive([("a", Self.text), ("b", Self.text)])
        for archive in [tar, try ZipFixture([("a", Self.text)]).bytes()] {
            let reader = ObjectReader(
                InputPlan(archive: ArchivePlan()),
                source: FailingSource(Array(archive.prefix(600)))
            )
            #expect(throws: SluiceError.self) {
                while try reader.nextUnit() != nil { try reader.skipRest() }
            }
            #expect(!reader.canContinue && reader.failedLabel == nil)
        }
    }

    @Test("labels show no control characters")
    func labels() {
        #expect(
            unpack(TarFixture.archive([("a\u{1B}[31m\nb", bytes("x"))])).labels == ["a\\u{1b}[31m\\u{a}b"]
        )
    }
}

/// Gives some bytes, then fails as a network does.
private final class FailingSource: ByteSource {
    private let start: MemorySource
    private var left: Int

    init(_ bytes: [UInt8]) {
        start = MemorySource(bytes)
        left = bytes.count
    }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let before = buffer.byteCount
        try start.read(into: &buffer)
        left -= buffer.byteCount - before
        if buffer.byteCount == before { throw SluiceError(.systemCall, "The connection was closed.") }
    }
}
