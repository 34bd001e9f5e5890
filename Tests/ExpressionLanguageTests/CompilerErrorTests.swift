internal import EventModel
internal import ExpressionLanguage
internal import Testing

/// Every mistake is refused with its place and, where we know it, what to write instead.
@Suite struct CompilerErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let source: String
        let code: String
        let byteOffset: Int
        let message: String
        var hint: String?
        var testDescription: String { source }

        init(_ source: String, _ code: String, _ byteOffset: Int, _ message: String, hint: String? = nil) {
            self.source = source
            self.code = "expression." + code
            self.byteOffset = byteOffset
            self.message = message
            self.hint = hint
        }
    }

    private static let syntax = [
        Case("", "syntax", 0, "is empty"), Case("  ", "syntax", 0, "is empty"),
        Case("1 +", "syntax", 3, "found the end"),
        Case("a = 1", "syntax", 2, "'='", hint: "=="), Case("a & b", "syntax", 2, "'&'", hint: "&&"),
        Case("a =~ 'x'", "syntax", 2, "'='", hint: "matches"),
        Case("a and b", "syntax", 2, "'and'", hint: "&&"),
        Case("not a", "syntax", 4, "'a'"), Case("a b", "syntax", 2, "found 'b'"),
        Case("(a", "syntax", 0, "')' is missing"),
        Case("f(a", "syntax", 1, "')' is missing"), Case("[1, 2", "syntax", 0, "']' is missing"),
        Case("a)", "syntax", 1, "')'"),
        Case("a ? b", "syntax", 5, "':'"), Case("'abc", "syntax", 0, "does not end"),
        Case("'a\nb'", "syntax", 0, "does not end"),
        Case("'''abc''", "syntax", 0, "does not end"), Case(#"'\d'"#, "syntax", 1, "escape", hint: "raw"),
        Case(#"'\x4'"#, "syntax", 1, "2 hexadecimal"), Case(#"'\uD800'"#, "syntax", 1, "no Unicode"),
        Case(#"'\400'"#, "syntax", 1, "escape"), Case(#"'\08'"#, "syntax", 1, "octal"),
        Case("12abc", "syntax", 0, "neither"), Case("0x", "syntax", 0, "digits"),
        Case("9223372036854775808", "syntax", 0, "signed"),
        Case("99999999999999999999", "syntax", 0, "64 bits"), Case("1e999", "syntax", 0, "double"),
        Case("a.", "syntax", 2, "name"), Case("a.1", "syntax", 1, "found a number"),
        Case("if", "syntax", 0, "reserved", hint: "record"),
        Case("a == “b”", "syntax", 5, "“", hint: "plain quotes"),
        Case("{'a': 1}", "syntax", 0, "'{'", hint: "Maps"),
        Case("size(a,)", "syntax", 7, "value"), Case("a == 'é' $", "syntax", 10, "'$'"),
        Case("\u{1}", "syntax", 0, "control"),
        Case(#"'\"#, "syntax", 1, "escape"),
    ]

    private static let meaning = [
        Case("1 < 'a'", "type", 2, "'<' does not work"), Case("'a' == 1", "type", 4, "never equal"),
        Case("'a' + 1", "type", 4, "'+'", hint: "string(x)"), Case("'a' - 'b'", "type", 4, "'-'"),
        Case("true + 1", "type", 5, "'+'"),
        Case("1.5 % 2", "type", 4, "'%'"), Case("!1", "type", 1, "true or false"),
        Case("a && 'b'", "type", 5, "true or false"),
        Case("1 ? 2 : 3", "type", 0, "true or false"), Case("-'a'", "type", 1, "'-'"),
        Case("-(1u)", "type", 2, "'-'"),
        Case("a < null", "type", 2, "no order"), Case("a in b", "type", 5, "list"),
        Case("a in 'b'", "type", 5, "list"),
        Case("1 in ['a']", "type", 6, "never equal"), Case("[1] == a", "type", 0, "right of 'in'"),
        Case("startWith(a, 'b')", "unknown-function", 0, "no function", hint: "startsWith"),
        Case("a.startWith('b')", "unknown-function", 2, "no function", hint: "startsWith"),
        Case("contains(a, 'b')", "unknown-function", 0, "like this", hint: "x.contains"),
        Case("a.contains()", "unknown-function", 2, "like this"),
        Case("a.int()", "unknown-function", 2, "like this"),
        Case("[a].all(x, x)", "unknown-function", 4, "subset"),
        Case("frobnicate(1)", "unknown-function", 0, "no function"),
        Case("a.contains(1)", "type", 11, "needs a string"), Case("size(1)", "type", 5, "needs a string"),
        Case("int(true)", "type", 4, "cannot convert"), Case("has(1)", "type", 4, "name"),
        Case("has()", "unknown-function", 0, "one name"),
        Case("a.b", "unknown-name", 2, "inside", hint: "record"), Case("a[0]", "unknown-name", 1, "Elements"),
        Case("record", "unknown-name", 0, "whole record"), Case("record[a]", "type", 7, "string"),
        Case("a.matches('(')", "invalid-pattern", 10, "missing"),
        Case("a.matches('(?=x)')", "invalid-pattern", 10, "refused"),
    ]

    @Test("the mistake, its place and its hint", arguments: syntax + meaning)
    func mistakes(expected: Case) throws {
        let error = try #require(throws: ExpressionError.self) {
            try ExpressionCompiler.compile(expected.source, environment: .record).get()
        }
        #expect(error.code.name == expected.code)
        #expect(error.byteOffset == expected.byteOffset)
        #expect(error.message.contains(expected.message), "\(error.message)")
        if let hint = expected.hint {
            #expect(error.hint?.contains(hint) == true, "\(error.hint ?? "no hint")")
        }
    }

    @Test("columns count characters, lines are told apart")
    func columns() throws {
        let error = try #require(throws: ExpressionError.self) {
            try ExpressionCompiler.compile("a == 'ü' &&\n 'é😀' == 1", environment: .record).get()
        }
        #expect(error.line == 2)
        #expect(error.column == 7)
    }

    @Test("unknown names of the event are told with the nearest known one")
    func eventNames() throws {
        let error = try #require(throws: ExpressionError.self) {
            try ExpressionCompiler.compile("1 < 2 && object.sise < 5", environment: .event).get()
        }
        #expect(error.code == .expressionUnknownName)
        #expect(error.byteOffset == 9)
        #expect(error.hint == "Did you mean 'object.size'?")
        for source in ["object", "object['key'] == 'a'", "size", "event.key == 'a'"] {
            #expect(throws: ExpressionError.self) {
                try ExpressionCompiler.compile(source, environment: .event).get()
            }
        }
        #expect(throws: ExpressionError.self, "a declared type is checked") {
            try ExpressionCompiler.compile("object.size < '5'", environment: .event).get()
        }
    }

    @Test(
        "10,000 brackets or operators give an error, not a crash (trap J04)",
        arguments: [
            String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000),
            String(repeating: "(", count: 10_000), String(repeating: "[", count: 10_000),
            String(repeating: "!", count: 10_000) + "a",
            String(repeating: "-", count: 10_000) + "a",
            String(repeating: "a?b:", count: 10_000) + "c", String(repeating: "size(", count: 10_000),
            String(repeating: "a[", count: 10_000), "a" + String(repeating: "+a", count: 10_000),
            "a" + String(repeating: "<a", count: 10_000), "a" + String(repeating: ".b", count: 10_000),
            "a" + String(repeating: "*a", count: 10_000), "a" + String(repeating: ".size()", count: 9_000),
        ]
    )
    func depth(source: String) throws {
        let error = try #require(throws: ExpressionError.self) {
            try ExpressionCompiler.compile(source, environment: .record).get()
        }
        #expect(error.code == .expressionTooLarge)
    }

    @Test("100 levels and long chains of && and || are fine")
    func allowedDepth() throws {
        let nested = String(repeating: "(", count: 100) + "a" + String(repeating: ")", count: 100)
        #expect(try evaluate(nested, ["a": .int(1)]) == "1")
        let chain = (0..<3000).map { "x == \($0)" }.joined(separator: " || ")
        #expect(try evaluate(chain, ["x": .int(2999)]) == "true")
        let list = (0..<5000).map(String.init).joined(separator: ",")
        #expect(try evaluate("4999 in [\(list)]") == "true")
    }

    @Test("a source over 64 KiB is refused")
    func length() throws {
        let error = try #require(throws: ExpressionError.self) {
            try ExpressionCompiler.compile(String(repeating: " ", count: 65_536) + "1", environment: .record)
                .get()
        }
        #expect(error.code == .expressionTooLarge)
    }
}
