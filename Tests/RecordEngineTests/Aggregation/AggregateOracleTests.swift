internal import EventModel
internal import RecordEngine
internal import Testing

/// What groups hold, by a program that shares no code with the engine.
@Suite struct AggregateOracleTests {
    /// Groups by dictionaries, adds by fractions, sorts all values, and holds every row against that.
    private static let oracle = #"""
        import fractions, json, math, sys
        groups = {}
        for line in open(sys.argv[1]):
            record = json.loads(line, parse_float=fractions.Fraction)
            value = record.get("v")
            if isinstance(value, str):
                continue
            key = (record["t"][:13], json.dumps(record.get("k")))
            group = groups.setdefault(key, {"n": 0, "values": [], "users": set()})
            group["n"] += 1
            if value is not None:
                group["values"].append(value)
            if record.get("u") is not None:
                group["users"].add(json.dumps(record["u"]))
        rows = [json.loads(line, parse_float=fractions.Fraction) for line in open(sys.argv[2])]
        assert len(rows) == len(groups), (len(rows), len(groups))
        windows = [row["window"] for row in rows]
        assert windows == sorted(windows)
        for row in rows:
            group = groups[row["window"][:13], json.dumps(row["k"])]
            values = sorted(group["values"])
            assert row["n"] == group["n"] and row["m"] == len(values), row
            error = 4 * 1.04 / math.sqrt(4096)
            users = len(group["users"])
            assert abs(row["users"] - users) <= error * users + 0.5, (row, users)
            if not values:
                assert all(row[name] is None for name in "s low high mean p0 p50 p99".split()), row
                continue
            assert row["s"] == sum(values) and row["low"] == values[0] and row["high"] == values[-1], row
            assert math.isclose(row["mean"], sum(values) / len(values), rel_tol=1e-14, abs_tol=1e-300), row
            for name, share in (("p0", 0), ("p50", 0.5), ("p99", 0.99)):
                exact = values[math.floor(share * (len(values) - 1))]
                assert abs(row[name] - exact) <= abs(exact) * 0.01, (name, row[name], exact)
        """#

    private static let steps = """
        - parse: json
        - aggregate:
            by: [k]
            window: 1h
            time: t
            values:
              n: count
              m: { count: v }
              s: { sum: v }
              low: { min: v }
              high: { max: v }
              mean: { avg: v }
              users: { distinct: u }
              p0: { quantile: v, q: 0 }
              p50: { quantile: v, q: 0.5 }
              p99: { quantile: v, q: 0.99 }
        """

    private func records(_ seed: UInt64, _ count: Int) -> String {
        var random = SeededRandom(seed)
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        return (0..<count).map { _ in
            let sign = below(2) == 0 ? "-" : ""
            let values = [
                "\(sign)\(below(1_000_000))", "\(sign)\(below(1_000)).\(below(1_000_000))", "0", "null",
                "\(sign)9\(below(1_000_000))\(below(1_000_000))000000", "\"x\"",
            ]
            let keys = ["\"a\"", "\"b\u{E9}\"", "null", "12", "true", "[1]"]
            return """
                {"t":"2026-11-0\(1 + below(3))T1\(below(3)):\(10 + below(50)):07Z","k":\(keys[below(6)]),\
                "v":\(values[below(6)]),"u":\(below(20_000))}
                """
        }.joined(separator: "\n")
    }

    @Test("counts, sums and bounds are exact, estimates within what is stated", arguments: [1, 2, 3])
    func agreement(_ seed: UInt64) throws {
        let text = bytes(records(seed, 6_000))
        let pool = TestPool(2, seed: seed)
        defer { pool.close() }
        let pipeline = try #require(compile(Self.steps).0)
        let sinks = MemorySinks()
        let report = try pipeline.run(source: MemorySource(text), sinks: sinks, executor: pool)
        #expect(report.tally.isBalanced && report.tally.rejected > 0)
        let checked = try Python.run(Self.oracle, files: [text, sinks.result.bytes])
        #expect(checked.status == 0)
    }

    @Test("estimates of different values have the stated standard error", arguments: [100, 5_000, 60_000])
    func distinct(_ count: Int) throws {
        let text = (0..<count).flatMap { number in
            ["{\"v\":\"value \(number)\"}", "{\"v\":\"value \(number / 2)\"}"]
        }
        let values = "a: { distinct: v }, b: { distinct: v, precision: 16 }"
        let steps = "- parse: json\n- aggregate: { values: { \(values) } }"
        let row = try #require(try run(steps, text.joined(separator: "\n")).lines.first)
        let numbers = row.split { !$0.isNumber }.compactMap { Double($0) }
        #expect(numbers.count == 2)
        for (estimate, registers) in zip(numbers, [4_096.0, 65_536.0]) {
            let deviation = 1.04 / registers.squareRoot() * Double(count)
            #expect(abs(estimate - Double(count)) <= 3 * deviation, "\(row)")
        }
    }
}
