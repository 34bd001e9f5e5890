internal import EventModel
internal import TestSupport
internal import Testing

@Suite struct GlobTests {
    private static let cases: [(pattern: String, taken: [String], refused: [String])] = [
        ("*.log", ["a.log", "a.b.log"], ["a/b.log", ".log", "a.logs", "log", ".a.log", "a.LOG"]),
        (
            "**/*.log", ["a.log", "a/b.log", "a/b/c.log"],
            [".git/a.log", "a/.b.log", "a/.log", "/a.log", "a//b.log", "a.log/"]
        ),
        (
            "nginx/**/*.log.gz", ["nginx/a.log.gz", "nginx/x/y/a.log.gz"],
            ["a.log.gz", "nginx.log.gz", "nginx/.x/a.log.gz"]
        ),
        ("a/**", ["a/b", "a/b/c"], ["a", "a/", "b/a", "a/.b", "a/b/.c"]),
        ("**", ["a", "a/b"], ["", ".a", "a/.b", "a/"]),
        ("**/a", ["a", "x/a", "x/y/a"], ["xa", "a/x", ".x/a"]),
        ("a/**/b/**/c", ["a/b/c", "a/x/b/y/z/c", "a/b/b/c/c"], ["a/c", "a/b", "b/c"]),
        ("a?c", ["abc", "a.c", "a\u{1}c"], ["ac", "a/c", "abbc", "aéc"]),
        ("?a", ["xa"], [".a", "a"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "x", "abx"]), ("[!a-c]x", ["dx"], ["ax", ".x", "/x"]),
        ("[^a]x", ["bx"], ["ax"]),
        ("[]a]", ["]", "a"], ["b"]), ("[a-]", ["a", "-"], ["b"]), ("[a\\]]", ["a", "]"], ["\\"]),
        ("[!-a]", ["b"], ["-", "a"]),
        ("*.{log,txt}", ["a.log", "a.txt"], ["a.csv", "a.{log,txt}"]),
        ("{a,b/c}/*.{x,y{1,2}}", ["a/f.x", "b/c/f.y2"], ["c/f.x", "a/f.y", "b/f.x"]),
        ("a{,b}", ["a", "ab"], ["abb"]),
        ("\\*.log", ["*.log"], ["a.log"]), ("a\\{b", ["a{b"], ["ab"]), ("a,b}", ["a,b}"], ["a"]),
        (".well-known/*", [".well-known/a"], [".well-known/.a", ".x/a"]),
        ("**/.env", [".env", "a/.env"], ["env", ".a/.env"]),
        (".*", [".a", "."], ["a"]), ("*", ["a", "ü"], ["", "a/b", ".a"]),
        ("a*b*c", ["abc", "axbxc", "abcbc"], ["acb", "ab/c"]),
        ("*a*", ["a", "bab"], ["b", ".a"]),
    ]

    @Test("a glob takes these keys and not those", arguments: cases)
    func matching(pattern: String, taken: [String], refused: [String]) throws {
        let glob = try Glob(pattern)
        for key in taken { #expect(glob.matches(Array(key.utf8)), "\(pattern) should take \(key)") }
        for key in refused { #expect(!glob.matches(Array(key.utf8)), "\(pattern) should refuse \(key)") }
    }

    @Test(
        "a pattern with a mistake is refused at its place",
        arguments: [
            ("", 0, "empty"), ("/a", 0, "begin"), ("a/", 2, "empty"), ("a//b", 0, "empty"),
            ("a**", 0, "alone"), ("**a/b", 0, "alone"),
            ("***", 0, "alone"), ("a/../b", 0, "'..'"), ("./a", 0, "'.'"), ("[a", 0, "missing"),
            ("a[", 1, "missing"),
            ("[z-a]", 0, "backwards"), ("[ä]", 0, "several"), ("a{b", 1, "missing"),
            ("a{b,{c}", 1, "missing"), ("a\\", 1, "needs"),
            ("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", 34, "more than 64"),
            ("{{{{{{{{{a}}}}}}}}}", 8, "8 levels"),
            (String(repeating: "a", count: 1025), 1024, "longer"),
        ]
    )
    func mistakes(pattern: String, byteOffset: Int, message: String) throws {
        let error = try #require(throws: GlobError.self) { try Glob(pattern) }
        #expect(error.message.contains(message), "\(error.message)")
        #expect(error.byteOffset == byteOffset)
    }

    @Test("keys that are not UTF-8 match byte by byte (trap W17)")
    func bytes() throws {
        #expect(try Glob("*/?.log").matches([0xFF, 0xFE] + Array("/".utf8) + [0xC3] + Array(".log".utf8)))
        #expect(try Glob("*").matches([0x0A, 0x00, 0x80]))
    }

    @Test("a pattern made to backtrack costs the key's length times its own, not a power of it")
    func noBacktracking() throws {
        let glob = try Glob(String(repeating: "*a", count: 100) + "b")
        let key = Array(repeating: UInt8(ascii: "a"), count: 1024)
        #expect(!glob.matches(key))
        let deep = try Glob(String(repeating: "**/a/", count: 50) + "b")
        #expect(!deep.matches(Array(String(repeating: "a/", count: 511).utf8) + [UInt8(ascii: "a")]))
    }

    @Test("matching agrees with a plain recursive matcher on random patterns", arguments: 0..<20)
    func oracle(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        for _ in 0..<150 {
            let pattern = random.path { random in
                random.below(4) == 0 ? "**" : random.word(["a", "b", "*", "?", "[ab]", "."])
            }
            guard let glob = try? Glob(pattern) else { continue }
            for _ in 0..<20 {
                let key = random.path { random in random.word(["a", "b", "."]) }
                let expected = PlainGlob.matches(
                    pattern.split(separator: "/")[...],
                    key.split(separator: "/")[...]
                )
                #expect(glob.matches(Array(key.utf8)) == expected, "\(pattern) on \(key)")
            }
        }
    }
}

/// The rules again, as simply as they can be said; exponential, for short inputs only.
private enum PlainGlob {
    static func matches(_ pattern: ArraySlice<Substring>, _ key: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return key.isEmpty }
        if first == "**" {
            if pattern.count == 1 { return !key.isEmpty && key.allSatisfy { !$0.hasPrefix(".") } }
            if matches(pattern.dropFirst(), key) { return true }
            guard let name = key.first, !name.hasPrefix(".") else { return false }
            return matches(pattern, key.dropFirst())
        }
        guard let name = key.first, first.hasPrefix(".") || !name.hasPrefix(".") else { return false }
        return component(first, name) && matches(pattern.dropFirst(), key.dropFirst())
    }

    private static func component(_ pattern: Substring, _ name: Substring) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            return component(pattern.dropFirst(), name)
                || (!name.isEmpty && component(pattern, name.dropFirst()))
        }
        guard let next = name.first else { return false }
        if pattern.hasPrefix("[ab]") {
            return (next == "a" || next == "b") && component(pattern.dropFirst(4), name.dropFirst())
        }
        return (first == "?" || first == next) && component(pattern.dropFirst(), name.dropFirst())
    }
}
