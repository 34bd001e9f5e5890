internal import ExpressionLanguage
internal import Testing

@Suite struct CompiledExpressionTests {
    private func compile(_ source: String) throws -> CompiledExpression {
        try ExpressionCompiler.compile(source, environment: .record).get()
    }

    @Test("one slot per name, in the order of first use")
    func slots() throws {
        let expression = try compile("b == a && a != record['user-agent'] || has(b)")
        #expect(expression.fieldNames == ["b", "a", "user-agent"])
        #expect(expression.fieldUses.map(\.byteOffset) == [0, 5, 10, 15, 43])
        #expect(expression.fieldUses.map(\.isBareIdentifier) == [true, true, true, false, true])
    }

    @Test("equal logic has equal canonical text, other logic has other text")
    func canonicalText() throws {
        let first = try compile("path == \"/a\" && (status<0x10)").canonicalText
        #expect(first == #"cel1:(&& (== $"path" "/a") (< $"status" 16))"#)
        #expect(try compile(" record.path=='/a' &&status < 16 // same").canonicalText == first)
        let others = try [
            "path == '/a' || status < 16", "path == '/a' && status < 16u", "path == '/a' && status < 16.0",
        ]
        .map { try compile($0).canonicalText }
        #expect(Set(others + [first]).count == 4)
        #expect(
            try compile("x == 'a\" \"b'").canonicalText != compile("x == 'a\\\" \\\"b'").canonicalText
                || compile("'a\"b' == x").canonicalText.contains("\\\"")
        )
    }

    @Test(
        "the result's type is known where no field decides it",
        arguments: [
            ("a == 1", ExpressionType.bool), ("a + 1", .dynamic), ("1 + 1", .int), ("1 + 1.0", .double),
            ("1u + 1u", .uint),
            ("string(a)", .string), ("size(a)", .int), ("a", .dynamic), ("a ? 1 : 2", .int),
            ("a ? 1 : 'b'", .dynamic),
            ("null", .null), ("'a' + 'b'", .string), ("!a", .bool), ("a in [1]", .bool), ("-a", .dynamic),
            ("5 % 2", .int),
        ]
    )
    func resultType(source: String, expected: ExpressionType) throws {
        #expect(try compile(source).resultType == expected)
    }

    @Test("a value as a condition: null is no, other types than bool are a fault")
    func verdict() {
        #expect(ExpressionValue.bool(true).verdict == .yes)
        #expect(ExpressionValue.bool(false).verdict == .no)
        #expect(ExpressionValue.null.verdict == .no)
        #expect(ExpressionValue.int(1).verdict == .fault(ExpressionFault(.notBool, at: 0)))
        let fault = ExpressionFault(.overflow, at: 3)
        #expect(ExpressionValue.error(fault).verdict == .fault(fault))
    }

    @Test("one compiled expression serves many threads")
    func sharing() async throws {
        let expression = try compile("path.matches('^/a+$') && path == '/aaa'")
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let scratch = ExpressionScratch()
                    for _ in 0..<500 {
                        #expect(run(expression, ["path": .text("/aaa")], scratch: scratch) == "true")
                    }
                }
            }
        }
    }

    @Test("random expressions never crash and give the same result twice", arguments: 0..<40)
    func random(seed: UInt64) {
        var maker = RandomExpression(seed: seed)
        let fields: [String: Sample] = [
            "a": .int(3), "b": .text("x"), "c": .null, "d": .double(.nan), "e": .bool(true), "f": .json("{}"),
            "g": .uint(.max), "h": .bytes([0xC3, 0x28]),
        ]
        var compiled = 0
        for _ in 0..<250 {
            let source = maker.next()
            guard case .success(let expression) = ExpressionCompiler.compile(source, environment: .record)
            else { continue }
            compiled += 1
            let scratch = ExpressionScratch()
            let first = run(expression, fields, scratch: scratch)
            scratch.reset()
            #expect(run(expression, fields, scratch: scratch) == first, "\(source)")
        }
        #expect(compiled > 10)
    }

    @Test("any tokens in any order are compiled or refused", arguments: 0..<20)
    func noise(seed: UInt64) {
        var random = SplitMix(state: seed)
        let words = [
            "(", ")", "[", "]", "a", "1", "1u", ".5", "'", "\"", "'x'", "\\", "&&", "||", "!", "-", "?", ":",
            "in", ".", ",",
            "size", "has", "record", "==", "<", "%", "/", "//", "\n", "é", "\u{0}", "0x", "1e", "r'", "'''",
            "matches",
        ]
        for _ in 0..<500 {
            let source = (0..<random.next(below: 12)).map { _ in words[random.next(below: words.count)] }
                .joined(separator: random.next(below: 2) == 0 ? " " : "")
            if case .failure(let error) = ExpressionCompiler.compile(source, environment: .record) {
                #expect((0...source.utf8.count).contains(error.byteOffset))
                #expect(error.column >= 1)
            }
        }
    }
}

/// Makes expressions that mostly compile.
private struct RandomExpression {
    private var random: SplitMix

    init(seed: UInt64) { random = SplitMix(state: seed) }

    mutating func next(depth: Int = 4) -> String {
        guard depth > 0 else { return leaf() }
        let (x, y) = (next(depth: depth - 1), next(depth: depth - 1))
        switch random.next(below: 12) {
        case 0: return "(\(x) \(pick(["==", "!=", "<", "<=", ">", ">="])) \(y))"
        case 1, 2: return "(\(x) \(pick(["+", "-", "*", "/", "%"])) \(y))"
        case 3: return "(\(x) \(pick(["&&", "||"])) \(y))"
        case 4: return "(\(x) ? \(y) : \(leaf()))"
        case 5: return "(\(x) in [\(y), \(leaf())])"
        case 6: return "\(x).\(pick(["contains", "startsWith", "endsWith", "matches"]))(\(y))"
        case 7: return "\(pick(["int", "uint", "double", "string", "bool", "size"]))(\(x))"
        case 8: return "(-\(x))"
        case 9: return "(!\(x))"
        default: return leaf()
        }
    }

    private mutating func leaf() -> String {
        pick([
            "a", "b", "c", "d", "e", "f", "g", "h", "1", "0", "-1", "2u", "1.5", "'x'", "''", "'('", "true",
            "null",
        ])
    }

    private mutating func pick(_ choices: [String]) -> String { choices[random.next(below: choices.count)] }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed.
private struct SplitMix {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(limit))
    }
}
