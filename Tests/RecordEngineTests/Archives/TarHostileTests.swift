internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct TarHostileTests {
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

    @Test("damage of any kind ends or is noticed, and never goes on for ever", arguments: 0..<4)
    func flips(seed: UInt64) {
        var random = SeededRandom(seed + 11)
        var tar = TarFixture()
        tar.addPax(TarFixture.record("path", "long/name") + TarFixture.record("size", "700"))
        tar.add("a", [UInt8](repeating: 65, count: 700))
        tar.add("b", bytes("text of b"))
        tar.end()
        for _ in 0..<250 {
            var bad = tar.bytes
            for _ in 0...(random.next() % 3) {
                bad[Int(random.next() % UInt64(bad.count))] ^= 1 << UInt8(random.next() % 8)
            }
            let result = unpack(
                bad,
                ArchivePlan(format: .tar),
                chunk: [1, 512, .max][Int(random.next() % 3)]
            )
            #expect(result.totals.members <= 3)
            #expect(
                result.failure != nil || result.totals.members == result.totals.units + result.totals.rejected
            )
        }
    }
}
