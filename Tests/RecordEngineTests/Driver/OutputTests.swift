internal import EventModel
internal import RecordEngine
internal import Testing

/// Several outputs, their parts and their frames.
@Suite struct OutputTests {
    private func run(
        _ steps: String,
        _ text: [UInt8],
        limits: String? = nil,
        seed: UInt64? = nil,
        falsifier: DriverFalsifier? = nil
    ) throws -> (OutputSinks, PipelineDriverReport) {
        let (pipeline, findings) = compile(steps, limits: limits)
        var driver = try #require(pipeline, "\(findings)").makeDriver()
        driver.falsifier = falsifier
        let sinks = OutputSinks()
        let pool = TestPool(3, seed: seed ?? 1)
        defer { pool.close() }
        let report = try driver.run(
            source: MemorySource(text, chunk: seed.map { Int($0) * 10_007 } ?? .max),
            sinks: sinks,
            executor: seed == nil ? InlineExecutor() : pool
        )
        return (sinks, report)
    }

    /// `{"k":"…","n":…}` with keys from a small alphabet.
    private static func records(_ count: Int, keys: Int) -> [UInt8] {
        var random = SeededRandom(11)
        var text: [UInt8] = []
        for number in 0..<count {
            text += bytes("{\"k\":\"key\(random.next() % UInt64(keys))\",\"n\":\(number)}\n")
        }
        return text
    }

    @Test("each output holds its records in their order, whatever the threads; together they are all")
    func partitions() throws {
        let text = Self.records(120_000, keys: 40)
        let steps = "- parse: json\n- partition: 'k={k}'\n- compress: gzip"
        let (expected, report) = try run(steps, text)
        #expect(report.outputs == 40 && report.tally.output == 120_000 && report.tally.isBalanced)
        var byKey: [String: String] = [:]
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            let key = line.split(separator: "\"")[3]
            byKey["||k=\(key)|0", default: ""] += line + "\n"
        }
        #expect(try expected.texts(as: .gzip) == byKey)
        #expect(expected.closed == Set(expected.opened))
        for seed in 1...3 as ClosedRange<UInt64> {
            let (sinks, other) = try run(steps, text, seed: seed)
            #expect(sinks.sinks.mapValues(\.bytes) == expected.sinks.mapValues(\.bytes))
            #expect(other == report && sinks.opened == expected.opened)
        }
    }

    @Test("memory is bounded by closing pieces early, at places that only the data decide")
    func evicts() throws {
        // 300 outputs that each gather 200 KiB would be 60 MB.
        let filler = String(repeating: "x", count: 3_000)
        var text: [UInt8] = []
        for number in 0..<21_000 { text += bytes("{\"k\":\(number % 300),\"f\":\"\(filler)\"}\n") }
        let steps = "- parse: json\n- partition: '{k}'\n- compress: zstd"
        let limits = "max_outputs: 300"
        let (expected, report) = try run(steps, text, limits: limits)
        #expect(report.outputs == 300 && report.tally.output == 21_000)
        let (sinks, other) = try run(steps, text, limits: limits, seed: 2)
        #expect(other == report && sinks.sinks.mapValues(\.bytes) == expected.sinks.mapValues(\.bytes))
        let frames = try #require(expected.sinks.first?.value.bytes)
        #expect(try decode(frames).text.split(separator: 10).count == 70)
    }

    @Test("too many outputs fail the object with a hint")
    func tooMany() throws {
        let text = Self.records(1_000, keys: 5)
        let error = #expect(throws: SluiceError.self) {
            try run("- parse: json\n- partition: '{k}'", text, limits: "max_outputs: 4")
        }
        #expect(error?.code.name == "engine.too-many-outputs" && error?.hint?.contains("max_outputs") == true)
        #expect(throws: Never.self) {
            try run("- parse: json\n- partition: '{k}'", text, limits: "max_outputs: 5")
        }
    }

    @Test("parts have as many records, or bytes, as they may", arguments: [nil, 1, 2] as [UInt64?])
    func rolls(seed: UInt64?) throws {
        let text = Self.records(5_000, keys: 2)
        let byRecords = "- parse: json\n- partition: { by: '{k}', roll: { records: 1000 } }"
        let (sinks, report) = try run(byRecords, text, seed: seed)
        for key in ["key0", "key1"] {
            let parts = sinks.opened.filter { $0.name.partition == key }
            #expect(parts.map(\.part) == Array(0..<parts.count) && parts.count == 3)
            let counts = parts.map { part in sinks.sinks[part]?.bytes.count { $0 == 10 } ?? 0 }
            #expect(counts.dropLast().allSatisfy { $0 == 1_000 } && counts.last ?? 0 > 0)
        }
        #expect(report.outputs == 6 && report.tally.output == 5_000)

        let bySize = "- parse: json\n- partition: { by: '{k}', roll: { size: 10KiB } }\n- compress: gzip"
        let (packed, _) = try run(bySize, text, seed: seed)
        let texts = try packed.texts(as: .gzip)
        for (name, text) in texts where texts[String(name.dropLast(1)) + "1"] != nil && name.hasSuffix("|0") {
            let last = text.split(separator: "\n").last?.utf8.count ?? 0
            #expect(text.utf8.count >= 10 << 10 && text.utf8.count - last - 1 < 10 << 10)
        }
        #expect(texts.values.map { $0.utf8.count }.reduce(0, +) == text.count)
    }

    @Test("one record more or less in any of the outputs is noticed")
    func conservation() throws {
        let text = Self.records(30_000, keys: 7)
        for steps in [
            "- parse: json\n- partition: '{k}'", "- parse: json\n- route: { odd: 'n % 2 == 1' }",
            "- parse: json\n- partition: { by: '{k}', roll: { records: 100 } }\n- compress: gzip",
        ] {
            var falsifier = DriverFalsifier()
            #expect(throws: Never.self) { try run(steps, text, falsifier: falsifier) }
            falsifier.encoded = { encoded in
                guard unsafe encoded.bytes.first == UInt8(ascii: "{") else { return }
                unsafe encoded.count = encoded.bytes.dropLast().lastIndex(of: 10).map { $0 + 1 } ?? 0
            }
            let error = #expect(throws: SluiceError.self) { try run(steps, text, falsifier: falsifier) }
            #expect(error?.code == .engineUnbalanced)
        }
    }

    @Test("a frame surrounds each output, whatever number of pieces it has, and counts as no record")
    func frames() throws {
        let text = bytes((0..<60_000).map { "keep \($0)\n" }.joined())
        for codec in [OutputCodec.none, .gzip(level: 1)] {
            var driver = PipelineDriver(processor: ListProcessor())
            driver.output = codec
            for text in [text, bytes("keep it\n"), [], bytes("drop\n")] {
                let (sinks, report) = try drive(driver, [FakeUnits.Member(name: "m", text: text)], seed: 3)
                let kept = text.split(separator: 10).filter { $0.first == UInt8(ascii: "k") }
                let list = kept.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n,") + "\n"
                let name = codec == .none ? InputCodec.none : .gzip
                let found = try sinks.texts(as: name)["m|||0"]
                #expect(found == "[\n" + (kept.isEmpty ? "" : list) + "]\n")
                #expect(report.tally.output == UInt64(kept.count))
            }
        }
        var driver = PipelineDriver(processor: ListProcessor())
        var falsifier = DriverFalsifier()
        falsifier.encoded = { $0.count -= min($0.count, 2) }
        driver.falsifier = falsifier
        let error = #expect(throws: SluiceError.self) {
            try drive(driver, [FakeUnits.Member(name: "m", text: bytes("keep\n"))])
        }
        #expect(error?.code == .engineUnbalanced)
    }

    @Test("rows with line feeds in quotes are counted and rolled as rows")
    func quotedRows() throws {
        var frame = OutputFrame()
        frame.prefix = bytes("\"a\nb\",c\n")
        frame.recordEnd = .unquotedLineFeed
        var driver = PipelineDriver(processor: RowProcessor(outputFrame: frame))
        let member = FakeUnits.Member(name: "m", text: bytes("1\n2\n3\n"))
        let (sinks, report) = try drive(driver, [member])
        #expect(report.tally.output == 3)
        #expect(
            try sinks.texts()["m|||0"] == "\"a\nb\",c\n" + "\"x\n\"\"y\"\n" + "\"x\n\"\"y\"\n"
                + "\"x\n\"\"y\"\n"
        )
        var falsifier = DriverFalsifier()
        falsifier.encoded = { $0.count -= 8 }
        driver.falsifier = falsifier
        #expect(throws: SluiceError.self) { try drive(driver, [member]) }
    }

    /// Writes each kept line as an element of a list.
    private struct ListProcessor: BlockProcessor {
        let lines = LineProcessor()
        let isStateless = true

        var outputFrame: OutputFrame {
            var frame = OutputFrame()
            frame.prefix = bytes("[\n")
            frame.suffix = bytes("]\n")
            frame.separatorCount = 1
            return frame
        }

        func makeScratch() -> any BlockScratch { lines.makeScratch() }

        func process(
            _ block: borrowing Block,
            into output: BlockOutput,
            scratch: any BlockScratch
        ) throws(SluiceError) {
            try lines.process(block, into: output, scratch: scratch)
            let plain = unsafe Array(output.encoded.bytes)
            output.encoded.removeAll()
            for line in plain.split(separator: 10) {
                output.encoded.append(UInt8(ascii: ","))
                for byte in line { output.encoded.append(byte) }
                output.encoded.append(10)
            }
        }
    }

    /// Writes a row with a line feed and a quote in it for each line.
    private struct RowProcessor: BlockProcessor {
        let outputFrame: OutputFrame
        let isStateless = true
        func makeScratch() -> any BlockScratch { LineProcessor().makeScratch() }
        func process(
            _ block: borrowing Block,
            into output: BlockOutput,
            scratch: any BlockScratch
        ) throws(SluiceError) {
            for _ in 0..<block.recordCount {
                for byte in bytes("\"x\n\"\"y\"\n") { output.encoded.append(byte) }
            }
        }
    }
}
