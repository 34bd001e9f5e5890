internal import EventModel
internal import Glibc
internal import RecordEngine
internal import Testing

/// What a run wrote and said.
private struct Outcome: Equatable {
    var result: [UInt8]
    var rejects: [UInt8]
    var report: PipelineDriverReport
}

private func drive(
    _ driver: PipelineDriver,
    _ stored: [UInt8],
    chunk: Int = .max,
    _ executor: any BlockExecutor = InlineExecutor()
) throws(SluiceError) -> Outcome {
    let sinks = MemorySinks()
    let report = try driver.run(source: MemorySource(stored, chunk: chunk), sinks: sinks, executor: executor)
    return Outcome(result: sinks.result.bytes, rejects: sinks.rejects.bytes, report: report)
}

/// Lines of which one in `drops` is dropped and one in `rejected` rejected by `LineProcessor`.
private func mixedLines(_ count: Int, drops: Int = 3, rejected: Int = 1000) -> [UInt8] {
    var text: [UInt8] = []
    for line in 0..<count {
        let kind = line % rejected == 1 ? "reject" : line % drops == 0 ? "drop" : "keep"
        text += bytes(
            "\(kind) this is line \(line) of the object and it has some more text \(line &* 7919 % 1009)\n"
        )
    }
    return text
}

/// Compares part by part, so that a difference says where it is.
private func expectSame(_ found: Outcome, _ expected: Outcome, _ run: String = "") {
    #expect(found.report == expected.report, "\(run)")
    #expect(isSame(found.result, expected.result), "result of \(run)")
    #expect(isSame(found.rejects, expected.rejects), "rejects of \(run)")
}

/// Byte by byte takes seconds in a debug build.
private func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe memcmp(left, right, left.count) == 0
}

@Suite struct PipelineDriverTests {
    @Test(
        "output bytes do not depend on chunks or threads",
        arguments: [
            OutputCodec.gzip(level: 1), .gzip(level: 6), .zstd(level: 3), .lz4(level: 0), .lz4(level: 9),
            .xz(level: 0), .none,
        ]
    )
    func deterministic(codec: OutputCodec) throws {
        // Few drops make pieces of whole blocks, many make pieces that are gathered from several.
        for drops in [50, 2, 1] {
            let text = mixedLines(35_000, drops: drops)
            var driver = PipelineDriver(processor: LineProcessor())
            driver.output = codec
            driver.rejects = .gzip(level: 1)
            let stored = try encode(text, .gzip(level: 1))
            let expected = try drive(driver, stored)
            #expect(expected.report.tally.input == 35_000)
            for chunk in [4096, 1 << 20] { try expectSame(drive(driver, stored, chunk: chunk), expected) }
            for threads in [1, 2, 4] {
                let pool = TestPool(threads)
                defer { pool.close() }
                for chunk in [1, 2, .max] {
                    try expectSame(
                        drive(driver, stored, chunk: chunk, pool),
                        expected,
                        "\(threads) threads, \(chunk)"
                    )
                }
            }
            let kept = text.split(separator: 10).filter { $0.first == UInt8(ascii: "k") }
            #expect(try decode(expected.result).text.split(separator: 10) == kept)
        }
    }

    @Test(
        "output bytes do not depend on the order in which blocks are done",
        arguments: [OutputCodec.gzip(level: 1), .none]
    )
    func outOfOrder(codec: OutputCodec) throws {
        // Blocks that are pieces by themselves, and blocks of which little is left, next to each other.
        let full = [[UInt8]](repeating: mixedLines(1400, drops: 50, rejected: 700), count: 13).joined()
        let sparse = [[UInt8]](repeating: mixedLines(1400, drops: 1, rejected: 900), count: 24).joined()
        let text = Array(full) + Array(sparse) + Array(full)
        #expect(text.count > 4 * BlockSplitter.blockBytes)
        var driver = PipelineDriver(processor: LineProcessor())
        driver.output = codec
        driver.rejects = .gzip(level: 1)
        let expected = try drive(driver, text)
        for seed in 1...4 as ClosedRange<UInt64> {
            let pool = TestPool(4, seed: seed)
            defer { pool.close() }
            try expectSame(drive(driver, text, pool), expected, "order \(seed)")
        }
    }

    @Test("the report says what went in and came out")
    func report() throws {
        var driver = PipelineDriver(processor: LineProcessor())
        driver.output = .zstd(level: 1)
        let text = mixedLines(30_000)
        let stored = try encode(text, .gzip(level: 2)) + bytes("garbage")
        let outcome = try drive(driver, stored)
        let report = outcome.report
        #expect(report.codec == .gzip)
        #expect(report.storedBytesIn == UInt64(stored.count))
        #expect(report.textBytesIn == UInt64(text.count))
        #expect(report.storedBytesOut == UInt64(outcome.result.count))
        #expect(report.textBytesOut == UInt64(try decode(outcome.result).text.count))
        #expect(report.rejectsTextBytes == UInt64(outcome.rejects.count))
        #expect(report.tally.input == 30_000)
        #expect(report.tally.rejected == 30 && outcome.rejects.count { $0 == 10 } == 30)
        #expect(report.tally.output + report.tally.dropped == 29_970)
        #expect(report.counters.first == 30_000)
        #expect(report.warnings.count == 1)
    }

    @Test("L14: the result is opened at once and is valid though empty, the rejects with the first of them")
    func openings() throws {
        for codec in [
            OutputCodec.none, .gzip(level: 1), .gzip(level: 9), .zstd(level: 3), .lz4(level: 0),
            .xz(level: 0),
        ] {
            var driver = PipelineDriver(processor: LineProcessor())
            driver.output = codec
            for text in ["", "drop\n"] {
                let sinks = MemorySinks()
                _ = try driver.run(
                    source: MemorySource(bytes(text)),
                    sinks: sinks,
                    executor: InlineExecutor()
                )
                #expect(sinks.opened == [.result])
                #expect(sinks.result.bytes.isEmpty == (codec == .none))
                #expect(try decode(sinks.result.bytes).text == [])
            }
        }
        let sinks = MemorySinks()
        let driver = PipelineDriver(processor: LineProcessor())
        _ = try driver.run(
            source: MemorySource(bytes("keep\nreject\n")),
            sinks: sinks,
            executor: InlineExecutor()
        )
        #expect(sinks.opened == [.result, .rejects])
        #expect(sinks.result.bytes == bytes("keep\n") && sinks.rejects.bytes == bytes("reject\n"))
    }

    @Test("outputs that nobody wants are counted and not written")
    func unwanted() throws {
        let sinks = MemorySinks(wanted: [])
        let driver = PipelineDriver(processor: LineProcessor())
        let report = try driver.run(
            source: MemorySource(bytes("keep\nreject\n")),
            sinks: sinks,
            executor: InlineExecutor()
        )
        #expect(report.tally.output == 1 && report.tally.rejected == 1)
        #expect(report.storedBytesOut == 0 && report.textBytesOut == 5)
    }

    @Test("J06: oversized records reach the processor with their numbers and count as input")
    func oversized() throws {
        var driver = PipelineDriver(processor: LineProcessor())
        driver.limits.maxRecordBytes = 10
        let outcome = try drive(driver, bytes("keep 1\nkeep and this is long\nkeep 3\n"))
        #expect(outcome.result == bytes("keep 1\nkeep 3\n"))
        #expect(outcome.rejects == bytes("oversized 2 21\n"))
        #expect(outcome.report.tally.input == 3)
    }

    @Test("a stateful processor sees block after block, with one scratch")
    func stateful() throws {
        let pool = TestPool(4)
        defer { pool.close() }
        let text = mixedLines(60_000)
        let outcome = try drive(PipelineDriver(processor: RunningCount()), text, pool)
        let blocks = text.count / BlockSplitter.blockBytes + 1
        #expect(blocks > 3)
        #expect(outcome.result == bytes((1...blocks).map { "\($0)\n" }.joined()))
    }

    @Test("cancellation ends the run between blocks", arguments: [0, 3])
    func cancellation(threads: Int) throws {
        let pool = TestPool(max(threads, 1))
        defer { pool.close() }
        let source = RepeatingSource(unit: bytes("keep this line\n"), count: 1 << 40)
        var asked = 0
        let error = #expect(throws: SluiceError.self) {
            try PipelineDriver(processor: LineProcessor()).run(
                source: source,
                sinks: MemorySinks(wanted: []),
                executor: threads == 0 ? InlineExecutor() : pool
            ) { () throws(SluiceError) in
                asked += 1
                if asked > 20 { throw SluiceError(.cancelled, "The test has seen enough.") }
            }
        }
        #expect(error?.code == .cancelled)
    }

    @Test(
        "errors of source, processor and decoder end the run; the first in the object's order wins",
        arguments: [0, 3]
    )
    func errors(threads: Int) throws {
        let pool = TestPool(max(threads, 1))
        defer { pool.close() }
        let executor: any BlockExecutor = threads == 0 ? InlineExecutor() : pool
        let text = mixedLines(40_000)
        let cut = Array(try encode(text, .gzip(level: 1)).dropLast(20))
        #expect(throws: SluiceError.self) {
            try drive(PipelineDriver(processor: LineProcessor()), cut, executor)
        }
        for _ in 0..<5 {
            let error = #expect(throws: SluiceError.self) {
                try drive(PipelineDriver(processor: Failing()), cut, executor)
            }
            #expect(error?.message == "Block 1 failed.")
        }
        let failing = PipelineDriver(processor: LineProcessor())
        let error = #expect(throws: SluiceError.self) {
            try failing.run(source: BrokenSource(), sinks: MemorySinks(), executor: executor)
        }
        #expect(error?.code == .systemCall)
    }

    /// Writes how many blocks its scratch has seen.
    private struct RunningCount: BlockProcessor {
        let isStateless = false
        final class Scratch: BlockScratch { var blocks = 0 }
        func makeScratch() -> any BlockScratch { Scratch() }
        func process(
            _ block: borrowing Block,
            into output: BlockOutput,
            scratch: any BlockScratch
        ) throws(SluiceError) {
            guard let scratch = scratch as? Scratch else { return }
            scratch.blocks += 1
            for byte in bytes("\(scratch.blocks)\n") { output.encoded.append(byte) }
            output.tally.dropped = block.recordCount - 1
        }
    }

    /// Fails on every block.
    private struct Failing: BlockProcessor {
        let isStateless = true
        final class Scratch: BlockScratch {}
        func makeScratch() -> any BlockScratch { Scratch() }
        func process(
            _ block: borrowing Block,
            into output: BlockOutput,
            scratch: any BlockScratch
        ) throws(SluiceError) {
            throw SluiceError(.engineUnbalanced, "Block \(block.firstRecord) failed.")
        }
    }

    /// A disk that fails after some text.
    private final class BrokenSource: ByteSource {
        private var reads = 0
        func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
            reads += 1
            guard reads < 4 else { throw SluiceError(.systemCall, "The disk fails.") }
            for _ in 0..<100 { unsafe buffer.append(10, as: UInt8.self) }
        }
    }
}
