internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct ZipHostileTests {
    private static let plain = ZipFixture([("a", bytes("text of a\n")), ("b", bytes("text of b\n"))])

    private static func with(_ change: (inout ZipFixture) -> Void) -> ZipFixture {
        var copy = plain
        change(&copy)
        return copy
    }

    private static let archives: [(String, String, ZipFixture)] = [
        ("names disagree", "archive.ambiguous", plain.changing { $0.localName = bytes("evil") }),
        ("methods disagree", "archive.ambiguous", plain.changing { $0.localMethod = 0 }),
        ("sizes disagree", "archive.ambiguous", plain.changing { $0.localTextBytes = 3 }),
        (
            "the descriptor lies", "archive.ambiguous",
            plain.changing {
                $0.hasDescriptor = true
                $0.descriptorError = 1
            }
        ),
        ("two entries share one member", "archive.ambiguous", with { $0.members[1].localOffset = 0 }),
        (
            "an entry outside of the archive", "archive.ambiguous",
            plain.changing { $0.localOffset = 0xFFFF_FFF0 }
        ),
        ("an entry in the middle of another", "archive.ambiguous", plain.changing { $0.localOffset = 7 }),
        ("a member that is not listed", "archive.ambiguous", plain.changing { $0.isListed = false }),
        ("more entries than counted", "archive.ambiguous", with { $0.countError = -1 }),
        ("fewer entries than counted", "archive.corrupt", with { $0.countError = 1 }),
        ("the directory is elsewhere", "archive.ambiguous", with { $0.offsetError = -4 }),
        ("bytes in front shift everything", "archive.ambiguous", shifted()),
        (
            "an end record in the comment", "archive.ambiguous",
            with { $0.comment = [0x50, 0x4B, 5, 6, 1, 2, 3] }
        ),
        ("two end records", "archive.ambiguous", with { $0.comment = endRecord }),
        ("one disk of several", "archive.unsupported", with { $0.disk = 1 }),
        ("malformed extra fields", "archive.corrupt", plain.changing { $0.extra = [1, 0, 9, 0, 0] }),
        ("zip64 field too short", "archive.corrupt", short64()),
    ]

    private static let endRecord = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)

    private static func shifted() -> ZipFixture {
        with {
            $0.prefix = bytes("#!/bin/sh\n")
            $0.offsetError = -10
        }
    }

    private static func short64() -> ZipFixture {
        plain.changing {
            $0.textBytes = UInt64(UInt32.max)
            $0.extra = [1, 0, 0, 0]
        }
    }

    @Test(
        "what readers take differently is refused before any member goes out (traps Z01 to Z03)",
        arguments: archives
    )
    func refused(title: String, code: String, zip: ZipFixture) throws {
        for chunk in [7, .max] {
            let result = try unpack(zip.bytes(), ArchivePlan(format: .zip), chunk: chunk)
            #expect(result.failure == code, "\(title): \(result)")
            #expect(result.units == [])
        }
    }

    @Test("bytes in front that all offsets know of are reported and nothing more")
    func selfExtracting() throws {
        let zip = Self.with { $0.prefix = bytes("#!/bin/sh\nunzip\n") }
        let result = try unpack(zip.bytes(), ArchivePlan(format: .zip))
        #expect(result.labels == ["a", "b"])
        #expect(result.totals.warnings == ["16 bytes of the zip archive belong to no member"])
    }

    @Test("entries of one kernel of data are refused, however they are nested (Fifield's bomb, trap Z03)")
    func overlap() throws {
        // Each stored member's data is the next one's header and data, down to the kernel.
        let kernel = try ZipFixture([("z", [UInt8](repeating: 0, count: 1000))]).bytes()
        var zip = ZipFixture([("y", kernel), ("z", [UInt8](repeating: 0, count: 1000))])
        zip.members[0].method = 0
        zip.members[1].isStored = false
        // The local header of "y" takes 31 bytes; its data begins with the header of "z".
        zip.members[1].localOffset = 31
        #expect(try unpack(zip.bytes()).failure == "archive.overlap")
    }

    @Test("a cut anywhere is never a whole archive")
    func cuts() throws {
        let whole = try Self.plain.bytes()
        for length in 4..<whole.count {
            let result = unpack(Array(whole[..<length]))
            #expect(result.failure == "archive.truncated", "\(length): \(result.verdicts)")
            #expect(result.units == [])
        }
    }

    @Test("a flipped bit never gives another text", arguments: 0..<4)
    func flips(seed: UInt64) throws {
        var random = SeededRandom(seed + 1)
        let whole = try Self.plain.bytes()
        let texts = [bytes("text of a\n"), bytes("text of b\n")]
        for _ in 0..<250 {
            var bad = whole
            bad[Int(random.next() % UInt64(bad.count))] ^= 1 << UInt8(random.next() % 8)
            let result = unpack(bad, ArchivePlan(format: .zip))
            #expect(result.units.allSatisfy { texts.contains($0.text) }, "\(bad)")
        }
    }

    @Test("an archive within an archive without end stops at the limit (trap G09)")
    func quine() throws {
        var inner = ZipFixture([("leaf.log", bytes("leaf\n"))])
        for depth in 1...4 {
            inner = ZipFixture([("\(depth).zip", try inner.bytes()), ("\(depth).log", bytes("\(depth)\n"))])
        }
        let result = try unpack(inner.bytes())
        #expect(result.labels == ["4.zip!3.log", "4.log"])
        #expect(result.verdicts == ["4.zip!3.zip: archive.limit"])
        var limits = EngineLimits()
        limits.maxNesting = 5
        let deep = try unpack(inner.bytes(), limits: limits)
        #expect(deep.labels.contains("4.zip!3.zip!2.zip!1.zip!leaf.log"))
        #expect(deep.verdicts == [])
    }
}
