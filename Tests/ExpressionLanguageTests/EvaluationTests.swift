internal import ExpressionLanguage
internal import Testing

/// Expressions after the conformance tests of cel-spec (tests/simple), and Sluice's rules for null and mixed
/// types.
@Suite struct EvaluationTests {
    @Test(
        "literals",
        arguments: [
            ("1", "1"), ("-1", "-1"), ("0x1F", "31"), ("-0x10", "-16"), ("1u", "1u"), ("0xFFu", "255u"),
            ("1.5", "1.5"),
            (".5", "0.5"), ("1e3", "1000.0"), ("1.5e-1", "0.15"), ("-1.5", "-1.5"), ("true", "true"),
            ("null", "null"),
            ("-9223372036854775808", "-9223372036854775808"), ("9223372036854775807", "9223372036854775807"),
            ("18446744073709551615u", "18446744073709551615u"), ("'a'", "'a'"), ("\"a\"", "'a'"),
            ("'''a'b\nc'''", "'a'b\nc'"), (#"r'a\n'"#, #"'a\n'"#), (#"'\x41\u00e9\U0001F600\101'"#, "'Aé😀A'"),
            (#"'\uD83D\uDE00'"#, "'😀'"),
            (#"'\a\b\f\n\r\t\v\\\?\'\"\`'"#, "'\u{7}\u{8}\u{C}\n\r\t\u{B}\\?'\"`'"),
            (#"'\377'"#, "'ÿ'"), ("''", "''"), ("1 // comment", "1"), ("'//no comment'", "'//no comment'"),
        ]
    )
    func literals(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "precedence and associativity",
        arguments: [
            ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 3 - 2", "5"), ("7 / 2", "3"), ("-7 / 2", "-3"),
            ("-7 % 3", "-1"),
            ("7 % -3", "1"), ("1 < 2 == true", "true"), ("true || false && false", "true"),
            ("!true || true", "true"),
            ("false ? 1 : true ? 2 : 3", "2"), ("1 + 1 == 2 ? 'yes' : 'no'", "'yes'"), ("--1", "1"),
            ("!!true", "true"),
            ("2 in [1, 2] && true", "true"), ("5u - 3u", "2u"), ("7u % 4u", "3u"), ("1.0 / 0.0", "inf"),
            ("2 * -3", "-6"),
            ("'a' + 'b' + 'c'", "'abc'"), ("1 + 1u", "2"), ("1 + 0.5", "1.5"), ("0.5 * 2u", "1.0"),
        ]
    )
    func precedence(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "numbers compare by value whatever their types",
        arguments: [
            ("1 == 1.0", "true"), ("1 == 1u", "true"), ("1u == 1.0", "true"), ("1 < 1.5", "true"),
            ("-1 < 1u", "true"),
            ("1u > -1", "true"), ("9007199254740993 == 9007199254740992.0", "false"),
            ("9007199254740993 > 9007199254740992.0", "true"),
            ("9223372036854775807 < 9223372036854775808.0", "true"),
            ("18446744073709551615u < 18446744073709551616.0", "true"),
            ("-9223372036854775808 <= -9223372036854775808.0", "true"),
            ("1.5 >= 1", "true"), ("-0.5 < 0", "true"), ("-1.5 > -1", "false"), ("0.0 == -0.0", "true"),
            ("0.0/0.0 == 0.0/0.0", "false"), ("0.0/0.0 < 1", "false"), ("1 != 0.0/0.0", "true"),
            ("1e300 > 1u", "true"),
            ("'a' < 'b'", "true"), ("'a' < 'ab'", "true"), ("'Z' < 'a'", "true"), ("'' < 'a'", "true"),
            ("'é' > 'z'", "true"),
            ("false < true", "true"), ("'a' >= 'a'", "true"),
        ]
    )
    func comparisons(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "integer overflow and division by zero are faults",
        arguments: [
            ("9223372036854775807 + 1", "integer overflow"), ("-9223372036854775808 - 1", "integer overflow"),
            ("9223372036854775807 * 2", "integer overflow"), ("0u - 1u", "integer overflow"),
            ("18446744073709551615u + 1u", "integer overflow"),
            ("-9223372036854775808 / -1", "integer overflow"),
            ("-9223372036854775808 % -1", "integer overflow"), ("1 / 0", "division by zero"),
            ("1 % 0", "division by zero"),
            ("1u / 0u", "division by zero"), ("18446744073709551615u + 1", "integer overflow"),
            ("int(1e30)", "integer overflow"), ("int(0.0/0.0)", "integer overflow"),
            ("uint(-1)", "integer overflow"),
            ("int('x')", "text that cannot be converted"),
            ("int('9223372036854775808')", "text that cannot be converted"),
            ("bool('yes')", "text that cannot be converted"),
            ("double('1,5')", "text that cannot be converted"),
            ("int('')", "text that cannot be converted"), ("-(-9223372036854775808)", "integer overflow"),
        ]
    )
    func faults(source: String, expected: String) throws {
        #expect(try evaluate(source) == "fault: \(expected)")
    }

    @Test(
        "&& and || absorb faults on either side",
        arguments: [
            ("false && 1/0 == 1", "false"), ("1/0 == 1 && false", "false"), ("true || 1/0 == 1", "true"),
            ("1/0 == 1 || true", "true"), ("1/0 == 1 && true", "fault: division by zero"),
            ("false || 1/0 == 1", "fault: division by zero"), ("1/0 == 1 || 1/0 == 1 || true", "true"),
            ("true ? 1 : 1/0", "1"), ("false ? 1/0 : 2", "2"),
            ("1/0 == 1 ? 1 : 2", "fault: division by zero"),
            ("1 in [1, 1/0]", "true"), ("1 in [1/0, 1]", "true"),
            ("1 in [2, 1/0]", "fault: division by zero"),
            ("!(1/0 == 1)", "fault: division by zero"),
        ]
    )
    func absorption(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "an absent field is null; comparisons with null are false; only a written null tests for it",
        arguments: [
            ("x == null", "true"), ("x != null", "false"), ("null == x", "true"), ("x == 1", "false"),
            ("x != 1", "false"),
            ("x < 1", "false"), ("x >= 1", "false"), ("x == y", "false"), ("has(x)", "false"),
            ("x in [1]", "false"),
            ("x in [null]", "true"), ("!(x == 1)", "true"), ("x && true", "false"), ("x || true", "true"),
            ("!x", "true"),
            ("x ? 1 : 2", "2"), ("x + 1", "null"), ("-x", "null"), ("x.contains('a')", "false"),
            ("x.matches('a')", "false"),
            ("'a'.startsWith(x)", "false"), ("size(x)", "null"), ("int(x)", "null"),
            ("x.size() > 3", "false"),
            ("null == null", "true"), ("x / 0 == 1", "false"), ("x in [y]", "false"),
        ]
    )
    func absentFields(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "values of different types are unequal and unordered; other operators fault",
        arguments: [
            ("s == 200", "false"), ("s != 200", "true"), ("s < 200", "false"), ("s >= 200", "false"),
            ("s in [200]", "false"),
            ("s + 1", "fault: value of the wrong type"), ("i + 'a'", "fault: value of the wrong type"),
            ("s - 1", "fault: value of the wrong type"), ("-s", "fault: value of the wrong type"),
            ("d % 2", "fault: value of the wrong type"),
            ("i.contains('2')", "fault: value of the wrong type"),
            ("s.contains(i)", "fault: value of the wrong type"),
            ("size(i)", "fault: value of the wrong type"),
            ("bool(i)", "fault: value of the wrong type"), ("int(b)", "fault: value of the wrong type"),
            ("s && true", "fault: condition is neither true nor false"), ("s && false", "false"),
            ("i || true", "true"),
            ("!i", "fault: condition is neither true nor false"),
            ("i ? 1 : 2", "fault: condition is neither true nor false"),
            ("b == 1", "false"), ("b < 1", "false"), ("j == 1", "false"), ("has(j)", "true"),
            ("j == j", "true"),
            ("j < j", "false"), ("size(j)", "fault: value of the wrong type"), ("string(j)", "'[1,2]'"),
            ("i == 200.0", "true"), ("d > 1", "true"), ("d + i", "201.5"),
        ]
    )
    func mixedTypes(source: String, expected: String) throws {
        let fields: [String: Sample] = [
            "s": .text("200"), "i": .int(200), "d": .double(1.5), "b": .bool(true), "j": .json("[1,2]"),
        ]
        #expect(try evaluate(source, fields) == expected)
    }

    @Test(
        "string functions",
        arguments: [
            ("path.contains('health')", "true"), ("path.contains('')", "true"),
            ("path.contains('/healthz/more')", "false"),
            ("path.startsWith('/h')", "true"), ("path.endsWith('z')", "true"), ("path.endsWith('')", "true"),
            ("''.contains('')", "true"), ("''.endsWith('a')", "false"), ("path.matches('^/health')", "true"),
            ("path.matches('heal')", "true"), ("path.matches('^heal')", "false"),
            (#"matches(path, r'z$')"#, "true"),
            (#"path.matches(r'^/\w+$')"#, "true"), ("path.matches('')", "true"),
            ("path.matches('^' + path + '$')", "true"),
            ("path.matches('(' + path)", "fault: invalid regular expression"), ("size('é😀')", "2"),
            ("'abc'.size()", "3"),
            ("size('')", "0"), ("(path + '?').endsWith('z?')", "true"), ("'x' + path", "'x/healthz'"),
        ]
    )
    func strings(source: String, expected: String) throws {
        #expect(try evaluate(source, ["path": .text("/healthz")]) == expected)
    }

    @Test(
        "conversions",
        arguments: [
            ("int('42')", "42"), ("int('-42')", "-42"), ("int('+7')", "7"), ("int(1.9)", "1"),
            ("int(-1.9)", "-1"), ("int(3u)", "3"),
            ("uint('42')", "42u"), ("uint(1.9)", "1u"), ("uint(7)", "7u"), ("double('1.5')", "1.5"),
            ("double(2)", "2.0"),
            ("double(2u)", "2.0"), ("string(42)", "'42'"), ("string(42u)", "'42'"), ("string(1.0)", "'1'"),
            ("string(-4.5e-3)", "'-0.0045'"), ("string(true)", "'true'"), ("string('a')", "'a'"),
            ("bool('true')", "true"),
            ("bool('F')", "false"), ("bool(true)", "true"),
            ("int('-9223372036854775808')", "-9223372036854775808"),
            ("string(1) + 'x'", "'1x'"), ("double('1e3') == 1000", "true"),
        ]
    )
    func conversions(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test("fields are reached by name, by selection and by index")
    func names() throws {
        let fields: [String: Sample] = [
            "user-agent": .text("curl"), "a.b": .int(1), "record": .int(2), "size": .int(3),
        ]
        #expect(try evaluate("record[\"user-agent\"].startsWith('curl')", fields) == "true")
        #expect(try evaluate("record['a.b'] + record.record + size", fields) == "6")
        #expect(try evaluate("has(record['user-agent']) && !has(record.missing)", fields) == "true")
        #expect(try evaluate("size(record['user-agent']) > size", fields) == "true")
    }

    @Test("text that is not UTF-8 is compared as bytes")
    func invalidText() throws {
        let fields: [String: Sample] = ["x": .bytes([0xFF, 0x61]), "y": .bytes([0xFF, 0x61])]
        #expect(try evaluate("x == y && x.endsWith('a') && !x.matches('^b')", fields) == "true")
    }

    @Test("the same scratch serves many records; made strings of one record do not disturb each other")
    func scratch() throws {
        let expression = try ExpressionCompiler.compile("(a + b) + (b + a)", environment: .record).get()
        let scratch = ExpressionScratch()
        for count in [1, 10_000, 3, 200_000, 0, 50] {
            let (a, b) = (String(repeating: "a", count: count), String(repeating: "b", count: count))
            #expect(
                run(expression, ["a": .text(a), "b": .text(b)], scratch: scratch) == "'\(a)\(b)\(b)\(a)'"
            )
            scratch.reset()
        }
    }

    @Test("more text than the limit is a fault, not memory without bound")
    func textLimit() throws {
        let expression = try ExpressionCompiler.compile("a + a", environment: .record).get()
        let long = String(repeating: "x", count: ExpressionScratch.maximumBytes / 2 + 1)
        let result = run(expression, ["a": .text(long)], scratch: ExpressionScratch())
        #expect(result == "fault: too much text made by one expression")
    }
}
