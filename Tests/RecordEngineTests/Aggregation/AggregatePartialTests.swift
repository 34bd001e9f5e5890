internal import CISAL
internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

/// Partial results of many objects and what is merged of them.
@Suite struct AggregatePartialTests {
    private static let steps = """
        - parse: json
        - drop_if: drop == true
        - aggregate:
            by: [service, { even: v % 2 == 0 }]
            window: 1h
            values:
              n: count
              s: { sum: v }
              d: { sum: took }
              low: { min: took }
              high: { max: v }
              mean: { avg: v }
              users: { distinct: user, precision: 6 }
              p: { quantile: took, q: 0.9, error: 0.05 }
        """

    private func pipeline(_ steps: String = Self.steps) throws -> Pipeline {
        let (pipeline, findings) = compile(steps)
        return try #require(pipeline, "\(findings)")
    }

    /// Records of some seed; one in ten is rejected or dropped.
    private func lines(_ seed: UInt64, _ count: Int) -> [String] {
        var random = SeededRandom(seed)
        let services = [#""web""#, #""we\u0062""#, #""db""#, "null", "7", "[1]"]
        return (0..<count).map { _ in
            let service = services[random.below(services.count)]
            let time = "2026-11-21T0\(random.below(3)):00:00Z"
            let took = "\(random.below(2) == 0 ? "-" : "")\(random.below(50)).\(random.below(1_000))"
            let value = random.below(20) == 0 ? "\"text\"" : "\(random.below(1_000_000_000) * 4_000_000_000)"
            let drop = random.below(20) == 0
            return """
                {"timestamp":"\(time)","service":\(service),"v":\(value),"took":\(took),\
                "user":"u\(random.below(300))","drop":\(drop)}
                """
        }
    }

    private func partial(_ pipeline: Pipeline, _ lines: some Sequence<String>) throws -> PipelineReport {
        try pipeline.run(
            source: MemorySource(bytes(lines.joined(separator: "\n"))),
            sinks: MemorySinks(),
            executor: InlineExecutor(),
            givesPartial: true
        )
    }

    /// Puts the frame of another partial result around a body.
    private func framed(_ body: [UInt8], like other: [UInt8]) -> [UInt8] {
        var bytes = other[..<40] + body
        let checksum = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe bytes.baseAddress.map { unsafe crc32_gzip_refl(0, $0, UInt64(bytes.count)) } ?? 0
        }
        for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: checksum >> UInt32(8 * shift))) }
        return Array(bytes)
    }

    @Test("merging the partial results of any split, in any order and tree, equals the whole run")
    func splits() throws {
        let pipeline = try pipeline()
        #expect(pipeline.aggregates)
        for seed in 1...12 as ClosedRange<UInt64> {
            var random = SeededRandom(seed)
            let lines = lines(seed, 200 + random.below(600))
            let whole = try pipeline.runInMemory(bytes(lines.joined(separator: "\n")))
            var partials: [[UInt8]] = []
            var rest = lines[...]
            var tally = RecordTally()
            while !rest.isEmpty {
                let part = rest.prefix(1 + random.below(200))
                rest = rest.dropFirst(part.count)
                let report = try partial(pipeline, part)
                tally += report.tally
                partials.append(try #require(report.totals.partial))
            }
            #expect(tally.isBalanced && tally.created == 0 && tally.output == 0)
            #expect(tally.aggregated == whole.report.tally.aggregated)
            // Two at a time, until one is left.
            while partials.count > 1 {
                let one = partials.remove(at: random.below(partials.count))
                let two = partials.remove(at: random.below(partials.count))
                let merger = try #require(AggregateMerger(pipeline))
                try merger.add(one)
                try merger.add(two)
                partials.append(merger.partial())
            }
            let merger = try #require(AggregateMerger(pipeline))
            try merger.add(partials[0])
            let sinks = MemorySinks()
            let report = try merger.write(to: sinks)
            #expect(sinks.result.bytes == whole.results[0].bytes, "seed \(seed)")
            #expect(report.tally.created == report.tally.output && report.tally.isBalanced)
            #expect(merger.records == tally.aggregated)
            #expect(try partial(pipeline, lines).totals.partial == partials[0])
        }
    }

    @Test("a run that gives a partial result opens no result, and writes its rejects")
    func outputs() throws {
        let sinks = MemorySinks()
        let report = try pipeline().run(
            source: MemorySource(bytes("{}\n{\n")),
            sinks: sinks,
            executor: InlineExecutor(),
            givesPartial: true
        )
        #expect(sinks.opened == [.rejects] && report.totals.outputs == 0)
        #expect(report.tally.aggregated == 1 && report.tally.rejected == 1)
        let empty = try #require(try partial(pipeline(), []).totals.partial)
        let merger = try #require(AggregateMerger(pipeline()))
        try merger.add(empty)
        let written = MemorySinks()
        #expect(try merger.write(to: written).totals.outputs == 1)
        #expect(written.result.bytes == [] && merger.groupCount == 0)
    }

    @Test("damaged bytes, and those of other functions, are refused and add nothing")
    func damage() throws {
        let pipeline = try pipeline()
        let good = try #require(try partial(pipeline, lines(1, 60)).totals.partial)
        let merger = try #require(AggregateMerger(pipeline))
        for place in good.indices {
            var bad = good
            bad[place] ^= 1 << UInt8(place % 8)
            let error = #expect(throws: SluiceError.self) { try merger.add(bad) }
            #expect(error?.code.name == "engine.damaged-partial")
            let cut = #expect(throws: SluiceError.self) { try merger.add(Array(good[..<place])) }
            #expect(cut?.code.name == "engine.damaged-partial")
        }
        #expect(merger.groupCount == 0 && merger.records == 0)
        let other = try self.pipeline(Self.steps.split(separator: "\n").dropLast().joined(separator: "\n"))
        let foreign = try #require(try partial(other, lines(1, 60)).totals.partial)
        let error = #expect(throws: SluiceError.self) { try merger.add(foreign) }
        #expect(error?.code.name == "engine.foreign-partial")
        #expect(AggregateMerger(try self.pipeline("- parse: json")) == nil)
    }

    @Test("bytes in a valid frame that are no table are refused, and never crash")
    func forged() throws {
        let pipeline = try pipeline()
        let good = try #require(try partial(pipeline, lines(2, 40)).totals.partial)
        var random = SeededRandom(3)
        for _ in 0..<3_000 {
            var body = Array(good[40..<good.count - 4])
            for _ in 0...random.below(3) { body[random.below(body.count)] = UInt8(random.below(256)) }
            if random.below(4) == 0 { body.removeLast(random.below(body.count)) }
            let merger = try #require(AggregateMerger(pipeline))
            guard (try? merger.add(framed(body, like: good))) != nil else { continue }
            let sinks = MemorySinks()
            #expect(try merger.write(to: sinks).tally.isBalanced)
            let again = try #require(AggregateMerger(pipeline))
            try again.add(merger.partial())
            #expect(again.partial() == merger.partial())
        }
    }

    @Test("the bytes do not depend on threads, nor on how the object is read")
    func threads() throws {
        let pipeline = try pipeline()
        let text = bytes((0..<30).flatMap { lines($0, 400) }.joined(separator: "\n"))
        let pool = TestPool(3, seed: 5)
        defer { pool.close() }
        var results: Set<[UInt8]> = []
        for (chunk, executor) in [(Int.max, InlineExecutor() as any BlockExecutor), (7_001, pool)] {
            let report = try pipeline.run(
                source: MemorySource(text, chunk: chunk),
                sinks: MemorySinks(),
                executor: executor,
                givesPartial: true
            )
            results.insert(try #require(report.totals.partial))
        }
        #expect(results.count == 1)
    }

    @Test("the members of an archive have rows of their own, and one partial result")
    func members() throws {
        let tar = TarFixture.archive(
            [1, 2].map { ("\($0).log", bytes(lines($0, 50).joined(separator: "\n"))) }
        )
        let pipeline = try pipeline("- unarchive: tar\n" + Self.steps)
        #expect(try pipeline.runInMemory(tar).results.count == 2)
        let report = try pipeline.run(
            source: MemorySource(tar),
            sinks: MemorySinks(),
            executor: InlineExecutor(),
            givesPartial: true
        )
        let together = try partial(self.pipeline(), lines(1, 50) + lines(2, 50))
        #expect(report.totals.partial == together.totals.partial)
    }
}

extension SeededRandom {
    /// A number from 0 to `limit` - 1.
    fileprivate mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
