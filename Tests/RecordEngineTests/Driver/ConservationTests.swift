internal import EventModel
internal import RecordEngine
internal import Testing

/// DESIGN 3, promise 4: one count or one record less at any stage, and the run fails.
@Suite struct ConservationTests {
    private static let text = bytes("keep 1\nkeep 2\ndrop 3\nreject 4\nkeep 5\n")

    private func run(_ driver: PipelineDriver, text: [UInt8] = text, threads: Int = 0) throws(SluiceError) {
        let pool = TestPool(max(threads, 1))
        defer { pool.close() }
        _ = try driver.run(
            source: MemorySource(text),
            sinks: MemorySinks(),
            executor: threads == 0 ? InlineExecutor() : pool
        )
    }

    private func code(_ driver: PipelineDriver, text: [UInt8] = text, threads: Int = 0) -> String? {
        do throws(SluiceError) {
            try run(driver, text: text, threads: threads)
            return nil
        } catch { return error.code.name }
    }

    @Test("an honest run balances")
    func honest() {
        #expect(code(PipelineDriver(processor: LineProcessor())) == nil)
    }

    @Test("step: a drop, a reject or a created record that is not counted")
    func stepCounts() {
        for fault: @Sendable (UInt64, BlockOutput) -> Void in [
            { $1.tally.dropped -= 1 }, { $1.tally.dropped += 1 }, { $1.tally.rejected -= 1 },
            { $1.tally.rejected += 1 },
            { $1.tally.created += 1 }, { $1.tally.deduplicated += 1 }, { $1.tally.aggregated += 1 },
        ] {
            #expect(code(PipelineDriver(processor: LineProcessor(fault: fault))) == "engine.unbalanced")
        }
    }

    @Test("step: a record that is lost, made up or not ended, in the result or in the rejects")
    func stepRecords() {
        for fault: @Sendable (UInt64, BlockOutput) -> Void in [
            { $1.encoded.count -= 7 }, { $1.encoded.count -= 1 }, { $1.encoded.append(10) },
            { $1.encoded.removeAll() },
            { $1.rejects.removeAll() }, { $1.rejects.append(10) },
        ] {
            #expect(code(PipelineDriver(processor: LineProcessor(fault: fault))) == "engine.unbalanced")
        }
    }

    @Test("step: a processor's own count of its output proves nothing")
    func ownCount() {
        let liar = LineProcessor { _, output in
            output.encoded.count -= 7
            output.tally.output = 3
        }
        #expect(code(PipelineDriver(processor: liar)) == "engine.unbalanced")
        #expect(code(PipelineDriver(processor: LineProcessor { $1.tally.input = 99 })) == nil)
    }

    @Test("step: one count in one block of many", arguments: [0, 2])
    func oneBlockOfMany(threads: Int) {
        let text = Array([[UInt8]](repeating: bytes("keep this line\n"), count: 300_000).joined())
        var driver = PipelineDriver(processor: LineProcessor())
        driver.output = .gzip(level: 1)
        #expect(code(driver, text: text, threads: threads) == nil)
        driver.processor = LineProcessor { firstRecord, output in
            if firstRecord > 100_000, firstRecord < 150_000 { output.tally.dropped += 1 }
        }
        #expect(code(driver, text: text, threads: threads) == "engine.unbalanced")
    }

    @Test("splitter: a record that is cut and not counted, or counted and not cut")
    func splitter() {
        for (extra, removed) in [(UInt64(1), 0), (0, 7)] {
            var driver = PipelineDriver(processor: LineProcessor())
            var falsifier = DriverFalsifier()
            falsifier.block = { block in
                block.text.count -= removed
                return Block(
                    text: block.text,
                    firstRecord: block.firstRecord,
                    recordCount: block.recordCount - extra
                )
            }
            driver.falsifier = falsifier
            #expect(code(driver) == "engine.unbalanced")
        }
    }

    @Test("writer: an encoded record that does not reach the compressor")
    func writer() {
        for codec in [OutputCodec.none, .gzip(level: 1), .zstd(level: 1)] {
            var driver = PipelineDriver(processor: LineProcessor())
            driver.output = codec
            var falsifier = DriverFalsifier()
            falsifier.encoded = { $0.count -= 7 }
            driver.falsifier = falsifier
            #expect(code(driver) == "engine.unbalanced")
        }
    }

    @Test("writer: a piece that is lost when bytes are passed through")
    func bytesLost() {
        var driver = PipelineDriver(processor: nil)
        #expect(code(driver) == nil)
        var falsifier = DriverFalsifier()
        falsifier.encoded = { $0.count -= 1 }
        driver.falsifier = falsifier
        #expect(code(driver) == "engine.unbalanced")
    }
}
