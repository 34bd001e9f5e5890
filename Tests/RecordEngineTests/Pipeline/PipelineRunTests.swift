internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct PipelineRunTests {
    static let steps = """
        - drop_if: line.startsWith("#")
        - parse: json
        - keep_if: n % 3 != 0
        - set: { half: 100 / (n % 7) }
        - redact: { fields: [ip], as: mask }
        """

    static let text: [UInt8] = (1...20_000).flatMap { number -> [UInt8] in
        switch number % 11 {
        case 0: Array("# comment \(number)\n".utf8)
        case 1: Array("{\"n\":\(number),}\n".utf8)
        default: Array("{\"n\": \(number), \"ip\": \"10.0.0.\(number % 256)\", \"s\": \"\\u00e9\\n\"}\n".utf8)
        }
    }

    @Test("accounts for every record, stage by stage (promise 4)")
    func accounts() throws {
        let result = try run(Self.steps, Self.text)
        let tally = result.report.tally
        #expect(tally.isBalanced && tally.input == 20_000)
        #expect(tally.output == UInt64(result.lines.count))
        #expect(tally.rejected == UInt64(result.rejectLines.count))
        let stages = result.report.stages
        #expect(
            stages.map(\.name) == [
                "drop_if", "parse: json", "keep_if", "set: half", "redact", "encode: ndjson",
            ]
        )
        #expect(stages.map(\.dropped).reduce(0, +) == tally.dropped)
        #expect(stages.map(\.rejected).reduce(0, +) == tally.rejected)
        for (before, after) in zip(stages, stages.dropFirst()) {
            #expect(before.input - before.dropped - before.rejected == after.input)
        }
        let survivors = (1...20_000).filter { $0 % 11 > 1 && $0 % 3 != 0 }
        #expect(tally.output == UInt64(survivors.count { $0 % 7 != 0 }))
        #expect(stages[3].rejected == UInt64(survivors.count { $0 % 7 == 0 }))
    }

    @Test("numbers rejects by their line")
    func numbersRejects() throws {
        let result = try run(Self.steps, Self.text)
        let expected = (1...20_000).filter { number in
            number % 11 == 1 || (number % 11 > 1 && number % 3 != 0 && number % 7 == 0)
        }
        #expect(result.rejectLines.map { $0.prefix { $0 != "," } } == expected.map { "{\"line\":\($0)" })
    }

    @Test("writes the same bytes whatever the chunks and threads", arguments: [1, 4], [997, 65_536])
    func isDeterministic(_ threads: Int, _ chunk: Int) throws {
        let expected = try run(Self.steps, Self.text)
        let pipeline = try #require(compile(Self.steps).0)
        let pool = TestPool(threads)
        defer { pool.close() }
        let sinks = MemorySinks()
        let report = try pipeline.run(
            source: MemorySource(Self.text, chunk: chunk),
            sinks: sinks,
            executor: pool
        )
        #expect(sinks.result.bytes == expected.output)
        #expect(sinks.rejects.bytes == expected.rejects)
        #expect(report.stages == expected.report.stages)
    }

    @Test("does not balance when the splitter's count, a block or a written record is lost")
    func noticesLosses() throws {
        let pipeline = try #require(compile(Self.steps).0)
        func attempt(_ falsifier: DriverFalsifier) throws {
            var driver = pipeline.makeDriver()
            driver.falsifier = falsifier
            _ = try driver.run(
                source: MemorySource(Self.text),
                sinks: MemorySinks(),
                executor: InlineExecutor()
            )
        }
        try attempt(DriverFalsifier())
        var miscount = DriverFalsifier()
        miscount.block = { block in
            Block(text: block.text, firstRecord: block.firstRecord, recordCount: block.recordCount - 1)
        }
        #expect(throws: SluiceError.self) { try attempt(miscount) }
        var lost = DriverFalsifier()
        lost.encoded = { encoded in
            unsafe encoded.count = encoded.bytes.dropLast().lastIndex(of: 10).map { $0 + 1 } ?? 0
        }
        #expect(throws: SluiceError.self) { try attempt(lost) }
        var cut = DriverFalsifier()
        cut.block = { block in
            unsafe block.text.count = block.text.bytes.dropLast().lastIndex(of: 10).map { $0 + 1 } ?? 0
            return Block(text: block.text, firstRecord: block.firstRecord, recordCount: block.recordCount)
        }
        #expect(throws: SluiceError.self) { try attempt(cut) }
    }

    @Test("writes rejects whose bytes can be had back, valid UTF-8 or not (PEP 383)")
    func writesRecoverableRejects() throws {
        var seed: UInt64 = 42
        var text: [UInt8] = []
        for _ in 0..<300 {
            for _ in 0..<20 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let byte = UInt8(truncatingIfNeeded: seed >> 56)
                if byte != 10 && byte != 13 { text.append(byte) }
            }
            text += [0x7B, 10]
        }
        let result = try run("- parse: json", text)
        #expect(result.report.tally.rejected == 300)
        let script = """
            import json, sys
            lines = open(sys.argv[1], "rb").read().split(b"\\n")[:-1]
            rejects = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
            assert len(rejects) == len(lines) == 300
            for number, (line, reject) in enumerate(zip(lines, rejects), 1):
                assert reject["line"] == number
                assert reject["record"].encode("utf-8", "surrogateescape") == line, (line, reject)
            """
        #expect(try Python.run(script, files: [text, result.rejects]).status == 0)
    }

    @Test("raw output rejects records that would not be one line")
    func checksRawLines() throws {
        let steps = "- parse: json\n- encode: raw"
        let text =
            #"{"line":"a\tb"}"# + "\n" + #"{"line":"a\nb"}"# + "\n{}\n" + #"{"line":5}"# + "\n"
            + #"{"line":null}"#
        let result = try run(steps, text)
        #expect(result.text == "a\tb\n5\n")
        #expect(result.rejectLines.count == 3)
        #expect(result.rejectLines[0].contains("encode: raw: the field 'line' holds a line feed"))
        #expect(result.rejectLines[1].contains("encode: raw: no field 'line' to write"))
        #expect(result.report.tally.isBalanced)
    }
}
