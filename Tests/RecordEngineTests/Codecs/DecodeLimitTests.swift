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
        let stored =
            switch codec {
            case .gzip, .auto: try encode(text, .gzip(level: 1))
            case .zstd: try encode(text, .zstd(level: 1))
            case .none: text
            }
        var limits = EngineLimits()
        limits.maxOutputBytes = UInt64(text.count)
        #expect(failure(stored, as: codec, limits: limits) == nil)
        limits.maxOutputBytes -= 1
        #expect(failure(stored, as: codec, limits: limits) == "codec.limit")
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

    @Test("codecs that we know by sight only are named, not taken for text")
    func unsupported() {
        #expect(failure([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0, 0]) == "codec.unsupported")
        #expect(failure([0x04, 0x22, 0x4D, 0x18, 0x64]) == "codec.unsupported")
        #expect(failure(bytes("BZh91AY&SY....")) == "codec.unsupported")
        #expect(failure(bytes("BZh is a fine way to begin a line\n")) == nil)
        #expect(failure([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0, 0], as: .none) == nil)
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
