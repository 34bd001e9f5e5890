internal import EventModel
internal import Testing
internal import TriggerRules

@Suite struct KeyPatternTests {
    private func refusal(
        _ key: ObjectKey,
        _ globs: [String],
        ignored: IgnoredNames = .temporary
    ) throws -> String? {
        KeyPattern(globs: try globs.map { try Glob($0) }, ignored: ignored).refusal(of: key)
    }

    @Test("prefixes and suffixes are compared as bytes; any of each suffices")
    func prefixes() {
        let pattern = KeyPattern(prefixes: ["logs/", "old/"], suffixes: [".gz", ".zst"])
        #expect(pattern.refusal(of: "logs/a.gz") == nil)
        #expect(pattern.refusal(of: "old/x/a.zst") == nil)
        #expect(pattern.refusal(of: "new/a.gz") == "the key does not begin with any of 'logs/', 'old/'")
        #expect(pattern.refusal(of: "logs/a.log") == "the key does not end with any of '.gz', '.zst'")
        #expect(KeyPattern(prefixes: ["ab"], suffixes: ["bc"]).refusal(of: "abc") == nil)
        #expect(
            KeyPattern(prefixes: [ObjectKey(bytes: [0xFF])]).refusal(of: ObjectKey(bytes: [0xFF, 0x61]))
                == nil
        )
        #expect(KeyPattern().refusal(of: "anything/at.all") == nil)
    }

    @Test("a glob's refusal names the pattern, and says why a dot name is not taken")
    func globRefusals() throws {
        #expect(try refusal("a.txt", ["*.log"]) == "the key does not match '*.log'")
        #expect(try refusal("a.txt", ["*.log", "x/*"]) == "the key does not match any of '*.log', 'x/*'")
        #expect(
            try refusal(".git/a.log", ["**/*.log"])
                == "the key does not match '**/*.log'; wildcards do not take names that begin with a dot"
        )
        #expect(
            try refusal("a", ["b", "c", "d", "e", "f"])
                == "the key does not match any of 'b', 'c', 'd' and 2 more"
        )
    }

    @Test(
        "temporary names are left out by default (trap W08)",
        arguments: [
            "a.part", "x/a.log.part", "a.crdownload", "a.tmp", "a.~x", "a.log~", "~$report.docx", "a.swp",
            "#a#", "a.partial",
            "a.filepart",
        ]
    )
    func temporaryNames(key: String) throws {
        #expect(try refusal(ObjectKey(key), ["**"])?.hasPrefix("the name looks temporary") == true)
        #expect(KeyPattern().refusal(of: ObjectKey(key))?.hasPrefix("the name looks temporary") == true)
        #expect(try refusal(ObjectKey(key), ["**"], ignored: .none) == nil)
    }

    @Test(
        "dot names are left out of prefixes unless the prefix names them",
        arguments: [
            (".nfs0001", [], true), (".a.swp", [], true), ("x/.hidden/a", [], true),
            (".well-known/a", [".well-known/"], false),
            (".well-known/.a", [".well-known/"], true), ("a.log", [], false), ("x/.env", ["x/.env"], false),
        ]
    )
    func dotNames(key: String, prefixes: [String], isRefused: Bool) {
        let pattern = KeyPattern(prefixes: prefixes.map { ObjectKey($0) })
        #expect((pattern.refusal(of: ObjectKey(key)) != nil) == isRefused)
    }

    @Test("a pattern that spells a temporary name out means it")
    func spelt() throws {
        #expect(try refusal("a.tmp", ["*.tmp"]) == nil)
        #expect(try refusal("a.tmp", ["*.{log,tmp}"]) == nil)
        #expect(try refusal("a.log.tmp", ["*.log*"]) != nil)
        #expect(try refusal("~$a.docx", ["*.docx"]) != nil)
        #expect(KeyPattern(suffixes: [".tmp"]).refusal(of: "a.tmp") == nil)
        #expect(KeyPattern(suffixes: [".log", ".p"]).refusal(of: "a.tmp") != nil)
    }

    @Test("our own files can never be taken", arguments: [".sluice", ".sluice/1/2/3-0"])
    func ownFiles(key: String) throws {
        #expect(
            try refusal(ObjectKey(key), [".sluice/**", ".*"], ignored: .none)
                == "keys under '.sluice/' belong to Sluice"
        )
        #expect(KeyPattern(ignored: .none).refusal(of: ObjectKey(key)) != nil)
        #expect(try refusal("a/.sluice/b", ["a/.sluice/*"], ignored: .none) == nil)
    }
}
