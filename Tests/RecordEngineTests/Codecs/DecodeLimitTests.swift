internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct DecodeLimitTests {
    @Test(
        "G09: a bomb is stopped by its ratio, after the first MiB",
        arguments: [OutputCodec.gzip(level: 6), .zstd(level: 3)]
    )
    func ratio(codec: OutputCodec) throws {
        let bomb = try encode([UInt8](repeating: 0, count: 8 << 20), codec)
        var limits = EngineLimits()
        limits.maxRatio = 100
        #expect(failure(bomb, limits: limits) == "codec.limit")
        limits.maxRatio = 100_000
        #expect(failure(bomb, limits: limits) == nil)
        let short = try encode([UInt8](repeating: 0, count: 1 << 20), codec)
        limits.maxRatio = 1
        #expect(failure(short, limits: limits) == nil, "short objects of repetitions are no bombs")
    }

    @Test(
        "G09: text above the limit is refused, text of exactly the limit is not",
        arguments: InputCodec.allCases
    )
    func length(codec: InputCodec) throws {
        let text = sampleLines(500)
        let object =
            switch codec {
            case .auto: try encode(text, .gzip(level: 1))
            default: try stored(text, as: codec)
            }
        var limits = EngineLimits()
        limits.maxOutputBytes = UInt64(text.count)
        #expect(failure(object, as: codec, limits: limits) == nil)
        limits.maxOutputBytes -= 1
        #expect(failure(object, as: codec, limits: limits) == "codec.limit")
    }

    @Test("an output above the limit is refused")
    func outputLength() throws {
        var driver = PipelineDriver(processor: Doubling())
        driver.limits.maxOutputBytes = 1000
        let text = [UInt8](repeating: 0x41, count: 700) + [10]
        #expect(throws: SluiceError.self) {
            try driver.run(source: MemorySource(text), sinks: MemorySinks(), executor: InlineExecutor())
        }
    }

    @Test("a codec that we know by sight only is named, not taken for text")
    func unsupported() {
        #expect(failure([0x02, 0x21, 0x4C, 0x18, 0x64, 0, 0, 0]) == "codec.unsupported")
        #expect(failure([0x02, 0x21, 0x4C, 0x18, 0x64, 0, 0, 0], as: .none) == nil)
    }

    /// Writes each block twice and says so.
    private struct Doubling: BlockProcessor {
        let isStateless = true
        final class Scratch: BlockScratch {}
        func makeScratch() -> any BlockScratch { Scratch() }
        func process(
            _ block: borrowing Block,
            into output: BlockOutput,
            scratch: any BlockScratch
        ) throws(SluiceError) {
            unsafe output.encoded.append(block.text.bytes)
            unsafe output.encoded.append(block.text.bytes)
            output.tally.created = block.recordCount
        }
    }
}
