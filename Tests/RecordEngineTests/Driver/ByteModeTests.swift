internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct ByteModeTests {
    @Test("without a processor bytes pass through unchanged: no line is cut, no mark skipped, no end added")
    func unchanged() throws {
        var random = SeededRandom(9)
        let noise = (0..<2_500_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for text in [[], [0xEF, 0xBB, 0xBF, 65], [UInt8](sampleLines(40_000).prefix((1 << 20) + 1)), noise] {
            for threads in [0, 2] {
                let pool = TestPool(max(threads, 1))
                defer { pool.close() }
                var driver = PipelineDriver(processor: nil)
                driver.input = InputLayers(.gzip)
                driver.output = .zstd(level: 1)
                let sinks = MemorySinks()
                let report = try driver.run(
                    source: MemorySource(encode(text, .gzip(level: 1)), chunk: 50_000),
                    sinks: sinks,
                    executor: threads == 0 ? InlineExecutor() : pool
                )
                #expect(try decode(sinks.result.bytes, as: .zstd).text == text)
                #expect(report.textBytesIn == UInt64(text.count) && report.textBytesOut == UInt64(text.count))
                #expect(report.tally == RecordTally())
                #expect(sinks.opened == [.result])
            }
        }
    }

    @Test(
        "recompressed bytes do not depend on chunks or threads",
        arguments: [OutputCodec.gzip(level: 1), .zstd(level: 3), .lz4(level: 3), .xz(level: 1)]
    )
    func deterministic(codec: OutputCodec) throws {
        let text = sampleLines(60_000)
        let expected = try encode(text, codec)
        var driver = PipelineDriver(processor: nil)
        driver.output = codec
        for threads in [1, 2, 4] {
            let pool = TestPool(threads)
            defer { pool.close() }
            for chunk in [1, 7, 4096] {
                let sinks = MemorySinks()
                _ = try driver.run(source: MemorySource(text, chunk: chunk), sinks: sinks, executor: pool)
                #expect(sinks.result.bytes == expected)
            }
        }
    }
}
