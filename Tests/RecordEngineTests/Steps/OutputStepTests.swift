internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

/// Steps that say where records go, and how many of them.
@Suite struct OutputStepTests {
    /// The outputs by `route|partition`, and the rejects.
    private func outputs(_ steps: String, _ lines: [String]) throws -> (texts: [String: String], MemoryRun) {
        let (pipeline, findings) = compile(steps)
        let compiled = try #require(pipeline, "\(findings)")
        let run = try compiled.runInMemory(bytes(lines.joined(separator: "\n")))
        var texts: [String: String] = [:]
        for result in run.results {
            let name = [result.output.name.route, result.output.name.partition].compactMap(\.self)
            texts[name.joined(separator: "|")] = String(decoding: result.bytes, as: UTF8.self)
        }
        return (texts, run)
    }

    /// The partition of one record; the reason where it is rejected.
    private func partition(_ value: String, _ line: String) throws -> String? {
        let (texts, run) = try outputs("- parse: json\n- partition: \(value)", [line])
        #expect(run.report.tally.isBalanced)
        if let reject = String(decoding: run.rejects, as: UTF8.self).split(separator: "\"").dropFirst(5).first
        {
            return String(reject)
        }
        return texts.keys.first
    }

    @Test("route sends a record to the first output whose condition holds")
    func routes() throws {
        let lines = [
            #"{"s":500,"t":9}"#, #"{"s":200,"t":9}"#, #"{"s":200,"t":1}"#, #"{"s":503}"#,
            #"{"s":200,"t":"x"}"#,
        ]
        let (texts, run) = try outputs("- parse: json\n- route: { errors: s >= 500, slow: t > 5 }", lines)
        #expect(texts["errors"] == "\(lines[0])\n\(lines[3])\n" && texts["slow"] == "\(lines[1])\n")
        #expect(texts["main"]?.contains(lines[2]) == true)
        #expect(run.report.tally.output == 5 - run.report.tally.rejected)
        let list = "- parse: json\n- route:\n  - slow: t > 5\n  - errors: s >= 500\n  - else: drop"
        let (other, dropped) = try outputs(list, Array(lines.prefix(4)))
        #expect(other == ["slow": "\(lines[0])\n\(lines[1])\n", "errors": "\(lines[3])\n"])
        #expect(dropped.report.tally.dropped == 1)
        let named = "- parse: json\n- route: { a: s == 1, else: rest }"
        #expect(try outputs(named, [lines[0]]).texts.keys.first == "rest")
    }

    @Test("a route's condition that cannot be evaluated rejects the record")
    func routeFaults() throws {
        let (texts, run) = try outputs("- parse: json\n- route: { a: s + 1 > 2 }", [#"{"s":"x"}"#])
        #expect(texts.isEmpty && run.report.tally.rejected == 1)
    }

    @Test("route and partition together name both; records keep their order")
    func routesAndPartitions() throws {
        let lines = (0..<200).map { "{\"n\":\($0),\"k\":\"\($0 % 3)\"}" }
        let (texts, _) = try outputs(
            "- parse: json\n- route: { odd: n % 2 == 1, else: even }\n- partition: 'k={k}'",
            lines
        )
        #expect(texts.count == 6)
        let places = (0..<200).filter { $0 % 2 == 1 && $0 % 3 == 2 }
        let expected = places.map { place -> String in lines[place] + "\n" }.joined()
        #expect(texts["odd|k=2"] == expected)
    }

    @Test(
        "K04: values are safe as parts of keys, whatever they are",
        arguments: [
            (#""web""#, "s=web"), (#""a/b""#, "s=a%2Fb"), (#""../x""#, "s=%2E.%2Fx"), (#""..""#, "s=%2E."),
            (#""""#, "s=_empty"), ("null", "s=_missing"), ("true", "s=true"), ("12", "s=12"),
            ("-1.5e3", "s=-1.5e3"), (#""a b\u0000\n""#, "s=a%20b%00%0A"), (#""\u00e9""#, "s=%C3%A9"),
            (#""%""#, "s=%25"), (#""C:\\x""#, "s=C%3A%5Cx"), (#"{"a":1}"#, "s=%7B%22a%22%3A1%7D"),
            (#""~=+@-._""#, "s=~=+@-._"),
        ]
    )
    func safeValues(_ value: String, _ expected: String) throws {
        #expect(try partition("'s={s}'", "{\"s\":\(value)}") == expected)
    }

    @Test("values that steps made, and escaped names of one value, name the same output")
    func sameValue() throws {
        let steps = "- parse: json\n- set: { b: n > 1 }\n- partition: '{s}/{b}'"
        let lines = [#"{"s":"a","n":1}"#, #"{"s":"\u0061","n":1}"#, #"{"s":"a","n":2}"#]
        let (texts, _) = try outputs(steps, lines)
        #expect(texts.keys.sorted() == ["a/false", "a/true"])
        #expect(texts["a/false"]?.split(separator: "\n").count == 2)
    }

    @Test("K04: long components are cut and end in a hash, so that different values stay apart")
    func longValues() throws {
        let long = String(repeating: "é", count: 300)
        let one = try #require(try partition("'s={s}/x'", "{\"s\":\"\(long)1\"}"))
        let two = try #require(try partition("'s={s}/x'", "{\"s\":\"\(long)2\"}"))
        #expect(one != two && one.hasSuffix("/x") && two.hasSuffix("/x"))
        for part in [one, two].map({ $0.dropLast(2) }) {
            #expect(part.utf8.count <= 255 && part.utf8.count > 250)
            // No escape is cut in two.
            let kept = part.dropLast(17)
            #expect(kept.dropFirst(2).utf8.count % 3 == 0 && kept.hasPrefix("s=%C3%A9%C3"))
        }
    }

    @Test(
        "J10: times are written in the zone and layout of the template",
        arguments: [
            (#"'dt={t:%Y-%m-%d}'"#, #""2026-11-21T23:30:00Z""#, "dt=2026-11-21"),
            (
                #"{ by: 'dt={t:%Y-%m-%d}/{t:%H}', zone: '+02:00' }"#, #""2026-11-21T23:30:00Z""#,
                "dt=2026-11-22/01"
            ),
            (#"'{t:%Y}/{t:%m}/{t:%d}'"#, #""21/Nov/2026:03:07:00 +0000""#, "2026/11/21"),
            (#"'{t:%H%M%S}'"#, "1795230420", "030700"), (#"'dt={t:%Y}'"#, "null", "dt=_missing"),
            (#"{ by: 'dt={t:%Y}', missing: none }"#, "null", "dt=none"),
            (#"'dt={t:%Y}'"#, #""soon""#, "partition: no time in any of the layouts"),
        ]
    )
    func times(_ value: String, _ time: String, _ expected: String) throws {
        #expect(try partition(value, "{\"t\":\(time)}") == expected)
    }

    @Test("each time goes to its own day, whatever day stood before it")
    func days() throws {
        var lines: [String] = []
        var expected: [String: Int] = [:]
        for number in 0..<3_000 {
            let day = number * 7_919 % 28 + 1
            let hour = number * 31 % 24
            let date = "2026-02-\(day < 10 ? "0" : "")\(day)"
            lines.append("{\"t\":\"\(date)T\(hour < 10 ? "0" : "")\(hour):59:59Z\"}")
            expected[date, default: 0] += 1
        }
        let (texts, _) = try outputs("- parse: json\n- partition: '{t:%Y-%m-%d}'", lines)
        #expect(texts.mapValues { $0.split(separator: "\n").count } == expected)
        #expect(texts.allSatisfy { day, text in text.split(separator: "\n").allSatisfy { $0.contains(day) } })
    }

    @Test(
        "what cannot be is a mistake of the configuration",
        arguments: [
            "partition: plain", "partition: '{a}/'", "partition: '/{a}'", "partition: '{a}//x'",
            "partition: '../{a}'", "partition: '{a'", "partition: '{t:%Y%f}'", "partition: '{t:%Q}'",
            "partition: 'a b{a}'", "partition: { by: '{a}', roll: {} }",
            "partition: { by: '{a}', zone: Mars }",
            "partition: { roll: { records: 1 } }", "route: {}", "route: { a/b: x == 1 }",
            "route: { a: '1 +' }",
            "route: { else: a, b: x == 1 }", "route: { '..': x == 1 }", "route: { a: 1 }", "sample: 2",
            "sample: { by: a }", "limit: -1", "limit: { by: a }", "dedupe: { window: 0 }",
            "partition: '{a}'\n- route: { b: x == 1 }", "partition: '{a}'\n- partition: '{b}'",
        ]
    )
    func refuses(_ step: String) {
        let (pipeline, findings) = compile("- parse: json\n- \(step)")
        #expect(pipeline == nil && findings.contains { $0.severity == .error }, "\(findings)")
    }

    @Test("a function says which placeholders its outputs have")
    func placeholders() throws {
        func names(_ steps: String) throws -> Set<String> { try #require(compile(steps).0).placeholders }
        #expect(try names("- parse: json") == [])
        #expect(try names("- unarchive: auto") == ["member"])
        #expect(try names("- unarchive: { merge: true }\n- parse: json") == [])
        let all = "- unarchive: { members: '**/*.log' }\n- parse: json\n- route: { a: x }\n"
        #expect(
            try names(all + "- partition: { by: '{b}', roll: { size: 1MiB } }")
                == ["member", "output", "partition", "part"]
        )
    }

    @Test("sample keeps the share that was asked for, all or none of a key, and the same in every run")
    func samples() throws {
        let lines = (0..<20_000).map { "{\"u\":\($0 % 2_000),\"n\":\($0)}" }
        let (texts, run) = try outputs("- parse: json\n- sample: { rate: 0.1, by: u }", lines)
        let kept = try #require(texts[""]).split(separator: "\n")
        #expect(kept.count % 10 == 0 && (1_500...2_500).contains(kept.count))
        #expect(run.report.tally.dropped == 20_000 - UInt64(kept.count))
        let (whole, _) = try outputs("- parse: json\n- sample: 0.5", lines)
        #expect((9_700...10_300).contains(try #require(whole[""]).split(separator: "\n").count))
        // Fixed for ever: who sampled yesterday gets the same records tomorrow.
        let (first, _) = try outputs(
            "- parse: json\n- sample: { rate: 0.05, by: u }",
            Array(lines.prefix(60))
        )
        let again = try #require(first[""]).split(separator: "\n").map { String($0) }
        #expect(again.allSatisfy { line in kept.contains { $0 == line } })
        #expect(try outputs("- parse: json\n- sample: 1", lines).1.report.tally.dropped == 0)
        #expect(try outputs("- parse: json\n- sample: 0", lines).1.report.tally.dropped == 20_000)
    }

    @Test("sample always keeps what its condition names")
    func sampleKeeps() throws {
        let lines = (0..<100).map { "{\"n\":\($0),\"level\":\"\($0 % 4 == 0 ? "ERROR" : "INFO")\"}" }
        let steps = "- parse: json\n- sample: { rate: 0, keep: level == \"ERROR\" }"
        #expect(try outputs(steps, lines).1.report.tally.output == 25)
    }

    @Test("limit keeps the first records, of all or of each value", arguments: [1, 3])
    func limits(threads: Int) throws {
        let lines = (0..<60_000).map {
            "{\"n\":\($0),\"k\":\"\(String(repeating: "x", count: 30))\($0 % 5)\"}"
        }
        let text = bytes(lines.joined(separator: "\n"))
        for (step, count) in [
            ("limit: 40000", 40_000), ("limit: 0", 0), ("limit: { count: 9000, by: k }", 45_000),
        ] {
            let pipeline = try #require(compile("- parse: json\n- \(step)").0)
            let pool = TestPool(threads, seed: 4)
            defer { pool.close() }
            for _ in 0..<2 {
                let sinks = MemorySinks()
                let report = try pipeline.run(source: MemorySource(text), sinks: sinks, executor: pool)
                let expected = lines.prefix(count).joined(separator: "\n") + (count > 0 ? "\n" : "")
                #expect(sinks.result.bytes == bytes(expected))
                #expect(report.tally.dropped == UInt64(60_000 - count))
            }
        }
    }

    @Test("limit rejects what it cannot count")
    func limitKeys() throws {
        let lines = (0..<100_010).map { "{\"k\":\($0)}" } + ["{\"k\":5}"]
        let (_, run) = try outputs("- parse: json\n- limit: { count: 1, by: k }", lines)
        #expect(run.report.tally.output == 100_000 && run.report.tally.rejected == 10)
        #expect(run.report.tally.dropped == 1)
    }

    @Test("dedupe takes out what a window of the newest keys holds, and says so")
    func dedupes() throws {
        var random = SeededRandom(5)
        let keys = (0..<5_000).map { _ in Int(random.next() % 400) }
        for window in [1, 7, 100, 399, 400, 100_000] {
            // First in, first out: the same with an array.
            var remembered: [Int] = []
            var expected: [Int] = []
            for (number, key) in keys.enumerated() where !remembered.contains(key) {
                expected.append(number)
                remembered.append(key)
                if remembered.count > window { remembered.removeFirst() }
            }
            let lines = keys.enumerated().map { "{\"n\":\($0.offset),\"k\":\($0.element)}" }
            let step = "dedupe: { fields: [k], window: \(window) }"
            let (texts, run) = try outputs("- parse: json\n- \(step)", lines)
            let found = try #require(texts[""]).split(separator: "\n").map(String.init)
            #expect(found == expected.map { lines[$0] }, "window \(window)")
            #expect(run.report.tally.deduplicated == UInt64(5_000 - expected.count))
        }
    }

    @Test("dedupe compares decoded values with their types, or whole records byte for byte")
    func dedupeKeys() throws {
        let lines = [
            #"{"a":"x","b":1}"#, #"{"b":1,"a":"\u0078"}"#, #"{"a":"x","b":"1"}"#, #"{"a":"x","b":1.0}"#,
            #"{"a":"x"}"#, #"{"a":"x","b":null}"#, #"{"a":"xb"}"#, #"{"a":"x","b":1}"#,
        ]
        let (byFields, _) = try outputs("- parse: json\n- dedupe: [a, b]", lines)
        #expect(byFields[""] == [0, 2, 3, 4, 6].map { lines[$0] + "\n" }.joined())
        let (whole, _) = try outputs("- parse: json\n- dedupe:", lines)
        #expect(whole[""] == lines.dropLast().map { $0 + "\n" }.joined())
    }
}
