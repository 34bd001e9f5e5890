internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct ZipReaderTests {
    private static let files = [
        ("a.log", bytes("one\ntwo\n")), ("dir/b.log", sampleLines(400)), ("empty", []),
        ("caf\u{E9}.log", bytes("x")),
    ]
    private static let expected = files.map { Unpacked.Unit($0.0, $0.1) }

    @Test("members are units, whatever the chunks", arguments: [1, 2, 7, 4096, 1 << 20])
    func members(chunk: Int) throws {
        let result = try unpack(ZipFixture(Self.files).bytes(), chunk: chunk, step: chunk)
        #expect(result.units == Self.expected)
        #expect(result.verdicts == [])
        #expect(result.totals.archive == .zip)
        #expect(result.totals.warnings == [])
    }

    @Test("stored members, data descriptors, zip64 and comments are read", arguments: 0..<16)
    func forms(bits: Int) throws {
        var zip = ZipFixture(Self.files)
        for index in zip.members.indices {
            zip.members[index].method = bits & 1 == 0 ? 8 : 0
            zip.members[index].hasDescriptor = bits & 2 != 0
            zip.members[index].isZip64 = bits & 4 != 0
        }
        zip.hasZip64End = bits & 8 != 0
        zip.comment = bits & 8 == 0 ? bytes("made by hand") : []
        let result = try unpack(zip.bytes())
        #expect(result.units == Self.expected)
        #expect(result.verdicts == [])
    }

    @Test("methods for which there are decoders are read", arguments: [12, 93, 95] as [UInt16])
    func methods(method: UInt16) throws {
        let codec: [UInt16: String] = [12: "bzip2", 93: "zstd", 95: "xz"]
        let text = sampleLines(500)
        let data = try #require(system("\(codec[method] ?? "") -c", text))
        let zip = ZipFixture([("a", text)]).changing {
            $0.method = method
            $0.data = data
        }
        #expect(try unpack(zip.bytes()).units == [.init("a", text)])
    }

    @Test("names without the UTF-8 flag are code page 437")
    func codePage() throws {
        let zip = ZipFixture([("", bytes("x"))]).changing {
            $0.flags = 0
            $0.name = [0x81, 0x2E, 0xE1]
        }
        #expect(try unpack(zip.bytes()).labels == ["ü.ß"])
    }

    @Test("directories, links and devices are skipped and counted (traps T01, Z05)")
    func specials() throws {
        var zip = ZipFixture([("d/", []), ("link", bytes("/etc/passwd")), ("pipe", []), ("a", bytes("x"))])
        zip.members[0].attributes = 0o040_755 << 16
        zip.members[1].attributes = 0o120_777 << 16
        zip.members[2].attributes = 0o010_644 << 16
        let result = try unpack(zip.bytes())
        #expect(result.labels == ["a"])
        #expect(result.totals.skipped.directories == 1)
        #expect(result.totals.skipped.links == 1)
        #expect(result.totals.skipped.specials == 1)
    }

    private static let badMembers: [(String, String, @Sendable (inout ZipFixture.Member) -> Void)] = [
        ("encrypted", "archive.unsupported", { $0.flags |= 1 }),
        ("strongly encrypted", "archive.unsupported", { $0.flags |= 0x41 }),
        ("AES", "archive.unsupported", { $0.method = 99 }),
        ("deflate64", "archive.unsupported", { $0.method = 9 }),
        ("LZMA", "archive.unsupported", { $0.method = 14 }),
        ("a wrong checksum", "archive.corrupt", { $0.checksum = 1 }),
        ("too much text", "archive.corrupt", { $0.textBytes = 3 }),
        ("too little text", "archive.corrupt", { $0.textBytes = 5000 }),
        ("cut data", "codec.truncated", { $0.data = [0x4B] }),
        ("bytes behind the data", "codec.corrupt", { $0.data = [0x4B, 0x4C, 0x04, 0x00, 0x55, 0x55] }),
        ("no deflate", "codec.corrupt", { $0.data = [0xFF, 0xFF, 0xFF] }),
    ]

    @Test("a bad member is rejected by name, the others go out (trap Z04)", arguments: badMembers)
    func badMember(title: String, code: String, change: @Sendable (inout ZipFixture.Member) -> Void) throws {
        let zip = ZipFixture([("bad", bytes("abcd")), ("good", bytes("fine\n"))]).changing(change)
        let result = try unpack(zip.bytes())
        #expect(result.verdicts == ["bad: \(code)"], "\(title)")
        #expect(result.units == [.init("good", bytes("fine\n"))])
        #expect(result.message?.hasPrefix("Member bad: ") == true)
        let merged = try unpack(zip.bytes(), ArchivePlan(merge: true))
        #expect(merged.failure == code, "one output cannot do without a member")
    }

    @Test("a member that expands without bounds ends the object (trap G09)")
    func bomb() throws {
        let zeros = [UInt8](repeating: 0, count: 20 << 20)
        var limits = EngineLimits()
        limits.maxRatio = 100
        let result = try unpack(ZipFixture([("good", bytes("x")), ("bomb", zeros)]).bytes(), limits: limits)
        #expect(result.failure == "codec.limit")
        #expect(result.labels == ["good"])
        #expect(result.totals.textBytes < 4 << 20, "it stops soon after the limit")
    }

    @Test("an archive that is too large to be kept is refused")
    func spoolLimit() throws {
        var limits = EngineLimits()
        let zip = try ZipFixture(Self.files).bytes()
        limits.maxSpoolBytes = UInt64(zip.count) - 1
        #expect(unpack(zip, limits: limits).failure == "archive.spool-limit")
        limits.maxSpoolBytes += 1
        #expect(unpack(zip, limits: limits).units == Self.expected)
    }

    @Test("an archive is kept outside of the memory once it is large")
    func largeSpool() throws {
        var random = SeededRandom(3)
        let noise = (0..<(5 << 20)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let zip = ZipFixture([("noise", noise), ("b", bytes("b"))]).changing { $0.method = 0 }
        #expect(try unpack(zip.bytes()).units == [.init("noise", noise), .init("b", bytes("b"))])
    }
}
