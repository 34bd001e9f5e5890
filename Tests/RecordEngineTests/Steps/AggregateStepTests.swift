internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

/// Groups, their values and their rows.
@Suite struct AggregateStepTests {
    /// The rows of records grouped in one way.
    private func rows(_ step: String, _ lines: [String]) throws -> [String] {
        try run("- parse: json\n- aggregate: \(step)", lines.joined(separator: "\n")).lines
    }

    @Test("each combination of values is a group; null and absent are one, and types tell groups apart")
    func keys() throws {
        let lines = [
            #"{"a":"x","b":1}"#, #"{"b":1,"a":"\u0078"}"#, #"{"a":"x","b":1.0}"#, #"{"a":"x","b":"1"}"#,
            #"{"a":null,"b":1}"#, #"{"b":1}"#, #"{"a":true,"b":[1, 2]}"#, #"{"a":"x","a":"y","b":1}"#,
        ]
        let rows = try rows("{ by: [a, b], values: { n: count } }", lines)
        #expect(
            rows == [
                #"{"a":null,"b":1,"n":2}"#, #"{"a":true,"b":[1, 2],"n":1}"#, #"{"a":"x","b":1,"n":2}"#,
                #"{"a":"x","b":1.0,"n":1}"#, #"{"a":"x","b":"1","n":1}"#, #"{"a":"y","b":1,"n":1}"#,
            ]
        )
    }

    @Test("rows are ordered by their keys, numbers by their value")
    func order() throws {
        let lines = ["10", "9", "-1", "1e3", "\"b\"", "\"a\"", "false", "\"ab\""].map { "{\"k\":\($0)}" }
        let rows = try rows("{ by: k, values: { n: count } }", lines.reversed())
        let keys = rows.map { $0.dropFirst(5).prefix { $0 != "," } }
        #expect(keys == ["false", "-1", "9", "10", "1e3", "\"a\"", "\"ab\"", "\"b\""])
    }

    @Test("keys may be computed; what cannot be computed rejects the record")
    func expressions() throws {
        let step = "{ by: [{ error: status >= 500 }, { kind: status / 100 }], values: { n: count } }"
        let lines = [#"{"status":503}"#, #"{"status":500}"#, #"{"status":200}"#, #"{"status":"x"}"#]
        let result = try run("- parse: json\n- aggregate: \(step)", lines.joined(separator: "\n"))
        #expect(result.lines == [#"{"error":false,"kind":2,"n":1}"#, #"{"error":true,"kind":5,"n":2}"#])
        #expect(result.rejectLines.count == 1)
        #expect(result.report.tally.aggregated == 3 && result.report.tally.created == 2)
    }

    @Test("sums, bounds and averages; what is null or absent is not counted")
    func numbers() throws {
        let step = """
            { values: { n: count, m: { count: v }, s: { sum: v }, low: { min: v }, high: { max: v }, \
            mean: { avg: v } } }
            """
        let lines = ["{\"v\":0.1}", "{\"v\":0.2}", "{\"v\":-3}", "{\"v\":null}", "{}"]
        #expect(
            try rows(step, lines) == [#"{"n":5,"m":3,"s":-2.7,"low":-3,"high":0.2,"mean":-0.9}"#]
        )
        let none = #"{"n":1,"m":0,"s":null,"low":null,"high":null,"mean":null}"#
        #expect(try rows(step, ["{\"w\":1}"]) == [none])
        #expect(try rows(step, []) == [])
    }

    @Test(
        "sums are exact beyond 64 bits and in decimals; other numbers are doubles",
        arguments: [
            (["9223372036854775807", "9223372036854775807", "1"], "18446744073709551615"),
            (["18446744073709551615", "-18446744073709551616"], "-1"),
            (["9007199254740993", "2"], "9007199254740995"),
            (["1.000000001", "2.999999999"], "4"), (["1e3", "0.5"], "1000.5"), (["-0", "0"], "0"),
            (["1e-3", "1"], "1.001"), (["1.50", "1.500000000000"], "3"), (["1e300", "1"], "1e+300"),
            (["1e16", "1.00000000001", "-1e16"], "1.00000000001"),
        ]
    )
    func sums(_ numbers: [String], _ expected: String) throws {
        let rows = try rows("{ values: { s: { sum: v } } }", numbers.map { "{\"v\":\($0)}" })
        #expect(rows == ["{\"s\":\(expected)}"])
    }

    @Test(
        "bounds keep whole numbers beyond the doubles, and compare them with doubles",
        arguments: [
            (["9007199254740993", "9007199254740992"], "9007199254740992", "9007199254740993"),
            (["1e400", "1"], "1", "1"), (["1e-20", "0", "-1e-20"], "-1e-20", "1e-20"),
            (["1e30", "99999999999999999999"], "99999999999999999999", "1e+30"),
        ]
    )
    func bounds(_ numbers: [String], _ low: String, _ high: String) throws {
        let step = "{ values: { low: { min: v }, high: { max: v } } }"
        #expect(
            try rows(step, numbers.map { "{\"v\":\($0)}" }) == ["{\"low\":\(low),\"high\":\(high)}"]
        )
    }

    @Test("a record without a number where one is wanted is rejected, and leaves no trace")
    func rejects() throws {
        let lines = [#"{"k":1,"v":1}"#, #"{"k":1,"v":"2"}"#, #"{"k":2,"v":true}"#, #"{"k":1,"v":[3]}"#]
        let steps = "- parse: json\n- aggregate: { by: k, values: { n: count, s: { sum: v } } }"
        let result = try run(steps, lines.joined(separator: "\n"))
        #expect(result.lines == [#"{"k":1,"n":1,"s":1}"#])
        #expect(result.rejectLines.count == 3)
        #expect(result.rejectLines[0].contains(#""line":2,"reason":"aggregate: number expected""#))
    }

    @Test("windows begin at multiples of their length; times that cannot be read reject the record")
    func windows() throws {
        let lines = [
            #"{"t":"2026-11-21T03:59:59.9Z"}"#, #"{"t":"2026-11-21T05:00:00+02:00"}"#, #"{"t":null}"#,
            #"{"t":"21/Nov/2026:04:00:00 +0000"}"#, #"{"t":"soon"}"#,
            #"{"t":"1969-12-31T23:59:59Z"}"#,
        ]
        let steps = "- parse: json\n- aggregate: { window: 1h, time: t, values: { n: count } }"
        let result = try run(steps, lines.joined(separator: "\n"))
        #expect(
            result.lines == [
                #"{"window":null,"n":1}"#, #"{"window":"1969-12-31T23:00:00Z","n":1}"#,
                #"{"window":"2026-11-21T03:00:00Z","n":2}"#, #"{"window":"2026-11-21T04:00:00Z","n":1}"#,
            ]
        )
        #expect(result.rejectLines.count == 1)
    }

    @Test("steps behind it, encoders and partitions work on the rows")
    func behind() throws {
        let lines = (0..<100).map { "{\"k\":\"k\($0 % 7)\",\"v\":\($0)}" }
        let head = "- parse: json\n- aggregate: { by: k, values: { n: count, s: { sum: v } } }\n"
        let text = lines.joined(separator: "\n")
        let having = try run(head + "- keep_if: n > 14\n- rename: { s: total }", text)
        #expect(having.lines == [#"{"k":"k0","n":15,"total":735}"#, #"{"k":"k1","n":15,"total":750}"#])
        #expect(having.report.tally.dropped == 5 && having.report.tally.created == 7)
        #expect(having.report.stages.map(\.input) == [100, 100, 7, 2, 2])
        let csv = try run(head + "- limit: 2\n- encode: csv", text)
        #expect(csv.text == "k,n,s\nk0,15,735\nk1,15,750\n")
        let raw = try run(head + "- encode: raw", text)
        #expect(raw.report.tally.rejected == 7)
        #expect(raw.rejectLines[0].contains(#""line":1,"reason":"encode: raw: no field 'line' to write""#))
        let compiled = try #require(compile(head + "- partition: 'k={k}'").0)
        let parts = try compiled.runInMemory(bytes(text))
        #expect(parts.results.count == 7)
        #expect(parts.results[0].bytes == bytes(#"{"k":"k0","n":15,"s":735}"# + "\n"))
    }

    @Test(
        "mistakes are found at compile time",
        arguments: [
            ("{ by: a }", "needs 'values'"), ("{ values: { n: sum } }", "does not say of which field"),
            ("{ values: { n: { quantile: a } } }", "needs 'q'"), ("{ values: {} }", "must be a mapping"),
            ("{ by: n, values: { n: count } }", "two fields 'n'"), ("{ values: { n: cont } }", "must be"),
            ("{ values: { n: { quantile: a, q: 2 } } }", "must be a number"),
            ("{ values: { n: { sum: a, max: a } } }", "one function"),
            ("{ values: { n: count }, time: t }", "says nothing"),
            ("{ values: { n: count }, window: 0s }", "must be from"),
            ("{ values: { n: count }, max_groups: 0 }", "must be an integer"),
            ("{ values: { n: { sum: a, precision: 12 } } }", "not known"),
            ("{ values: { n: { distinct: a, precision: 3 } } }", "must be an integer"),
        ]
    )
    func mistakes(_ step: String, _ expected: String) {
        let (pipeline, findings) = compile("- parse: json\n- aggregate: \(step)")
        #expect(pipeline == nil)
        #expect(findings.contains { $0.message.contains(expected) }, "\(findings.map(\.message))")
    }

    @Test("it stands once, not behind steps that say where records go; later steps see its fields alone")
    func places() {
        let step = "- aggregate: { by: a, values: { n: count } }"
        #expect(compile("- parse: json\n\(step)\n\(step)").0 == nil)
        #expect(compile("- parse: json\n- partition: 'a={a}'\n\(step)").0 == nil)
        #expect(compile(step).0 == nil)
        let (_, findings) = compile("- parse: json\n\(step)\n- drop: [b]")
        #expect(findings.contains { $0.message.contains("'b'") })
        #expect(compile("- parse: json\n- aggregate: { values: { n: count } }\n- keep: [n]").1.isEmpty)
    }

    @Test("too many groups, or too much memory, fail the object with a hint")
    func limits() throws {
        let text = (0..<200).map { "{\"k\":\($0)}" }.joined(separator: "\n")
        let step = "- parse: json\n- aggregate: { by: k, values: { n: count }, max_groups:"
        #expect(try run("\(step) 200 }", text).lines.count == 200)
        let error = #expect(throws: SluiceError.self) { try run("\(step) 199 }", text) }
        #expect(error?.code.name == "engine.too-many-groups" && error?.hint?.contains("max_groups") == true)
        let sketches = "d: { distinct: v, precision: 16 }, e: { distinct: v, precision: 16 }"
        let wide = "- parse: json\n- aggregate: { by: k, values: { \(sketches) }, max_memory: 1MiB }"
        let values = (0..<100_000).map { "{\"k\":\($0 % 20),\"v\":\"\($0)\"}" }
        #expect(try run(wide, values.prefix(4_000).joined(separator: "\n")).lines.count == 20)
        #expect(throws: SluiceError.self) { try run(wide, values.joined(separator: "\n")) }
    }
}
