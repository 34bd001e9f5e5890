internal import EventModel
internal import Glibc
internal import RecordEngine
internal import Settings
internal import Testing

/// Patterns that are known to backtrack: each is refused when it is compiled, or ends within a second on the
/// longest subject (trap X05).
@Suite(.serialized) struct PatternLimitTests {
    /// From reports of denial of service by regular expressions, and made after them (owasp.org, "ReDoS";
    /// cwe.mitre.org, 1333).
    private static let known = [
        "(a+)+b", "(a+)+$", "([a-zA-Z]+)*$", "(a|aa)+$", "(a|a?)+$", "(.*a){20}", "(a?){30}a{30}b",
        #"^(([a-z])+.)+[A-Z]([a-z])+$"#, #"^(\w+\s?)*$#"#, #"(\d+)*\D!"#, #"(x+x+)+y"#, #"\s+$"#,
        #"^\s+|\s+$#"#, #"(?:.*?,){11}P"#, #"([^"]*"[^"]*")*z"#, #"(a+)\1+b"#, #"(.*)\1\1z"#,
        #"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@)[a-z0-9]+[.](([a-z]{2,3})|([a-z]{2,3}[.]{1}))$"#,
        #"^(?:[a-z0-9]+(?:[._-]?[a-z0-9]+)*)+@x$"#, #"(?:(?:\d{1,3}\.?)+)+!"#, #"^(\d+,?)+;$"#,
        #"<(?:[^>"']|"[^"]*"|'[^']*')*x>#"#, #"(?:\/\*(?:[^*]|\*[^/])*)*\*\/z"#, #"(.+)+\1z"#,
        #"(?s)(.|\n)*z"#, #"(?:\S+\s+)*\S+z"#, #"(\s*\w+\s*)+;"#, #"(?:(?!.*z).)*y"#, #"(?:(?=.*zz)a)*b"#,
        #".*(?=.*z)"#, #"(?=(a+))a*b\1"#, #"(?:a|b|ab)*c"#, #"(?:a{1,100}){1,100}b"#,
        #"(?:[a-z]*[0-9]*)*#"#, #".*.*=.*"#, #".*.*.*x"#, #"a*a*a*a*a*b"#, #"\w+\w+\w+\w+b"#, #"(a*?)*?b"#,
        #"(?:a+b?)+c"#,
    ]
    /// What is repeated, and the shapes in which repetitions hurt; `X` stands for it.
    private static let atoms = ["a", #"\w"#, "[a-z]", ".", "(?:a|b)", #"\d"#, #"(?:\w|-)"#, "[^,]"]
    private static let shapes = [
        "(X+)+#", "(X*)*#", "(X|X)*#", "(X+X+)+#", "X*X*X*#", "(X+,?)*#", "(?:X*?)+?#", "X*#X*@",
        "(X{2,9})+#",
        "^(X+)*$#", "(?:X+|,)*#", "(?:,X*)*#", "X+,X+;#", "(?:(?=X*@)X)*#", "(?:X?){9}#", "(X)\\1*#",
        "(?:X,?)+#", "X{1,50}#", "(X+)\\1#", "(?:X++)*#",
    ]

    /// 200 patterns.
    private static var patterns: [String] {
        known
            + shapes.flatMap { shape in
                atoms.map {
                    shape.split(separator: "X", omittingEmptySubsequences: false).joined(separator: $0)
                }
            }
    }

    /// The longest subjects: repetitions that end in what the pattern's last part needs, out of reach.
    private static var subjects: [String] {
        ["a", "1", "a,", "a ", "é"].flatMap { unit in
            ["", "\u{1}#\u{1}@\u{1}b\u{1}"].map { tail in
                let room = 16_384 - tail.utf8.count
                return String(repeating: unit, count: room / unit.utf8.count) + tail
            }
        }
    }

    /// Processor time of this thread in seconds.
    private static func processorTime() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test("each known bad pattern is refused, or ends within a second on the longest subject")
    func bounded() throws {
        #expect(Self.patterns.count == 200)
        var refused = 0
        for pattern in Self.patterns {
            let quoted = pattern.split(separator: "'", omittingEmptySubsequences: false).joined(
                separator: "''"
            )
            let (pipeline, findings) = compile("- parse: { format: regex, pattern: '(?<all>\(quoted))' }")
            guard let pipeline else {
                refused += 1
                #expect(findings.map(\.code) == [.configPatternExplodes], "\(pattern): \(findings)")
                continue
            }
            for subject in Self.subjects {
                let start = Self.processorTime()
                let result = try pipeline.runInMemory(Array(subject.utf8))
                let seconds = Self.processorTime() - start
                #expect(seconds < 1, "\(pattern) on \(subject.prefix(4))…")
                #expect(result.report.tally.input == 1)
            }
        }
        #expect(refused > 50 && refused < 190, "\(refused)")
    }
}
