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

    @Test(
        "G09: a bomb of every codec stops at the limit, with little memory and after little text",
        arguments: [InputCodec.gzip, .zstd, .bzip2, .xz, .zlib, .deflate]
    )
    func bombs(codec: InputCodec) throws {
        let zeros = [UInt8](repeating: 0, count: 64 << 20)
        let object = try stored(zeros, as: codec)
        let decoder = TextDecoder(InputLayers(codec), source: MemorySource(object), limits: Self.strict)
        let buffer = ByteBuffer()
        let error = #expect(throws: SluiceError.self) {
            while try decoder.read(into: buffer, upTo: 256 << 10) > 0 { buffer.removeAll() }
        }
        #expect(error?.code == .codecLimit)
        // One chunk of stored bytes may be taken before it is known how far it expands.
        let allowed = Self.strict.maxRatio * UInt64(min(object.count, 256 << 10)) + (2 << 20)
        #expect(decoder.textBytes <= allowed, "\(decoder.textBytes) bytes of \(object.count)")
    }

    @Test("G09: a bomb inside a codec stops, though the layer inside makes no text of it")
    func hollowBomb() throws {
        // 64 MiB of skippable frames, each empty, within zstd: no byte of text ever comes out.
        var frames: [UInt8] = []
        let frame: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]
        frames.reserveCapacity(64 << 20)
        for _ in 0..<(8 << 20) { frames += frame }
        let object = try stored(frames, as: .zstd)
        #expect(object.count < 64 << 10)
        #expect(failure(object) == "codec.limit")
        let layered = try stored(stored([UInt8](repeating: 0, count: 64 << 20), as: .zstd), as: .gzip)
        #expect(failure(layered) == "codec.limit", "each layer within 1,000, both together not")
    }

    /// 500 is below what each of the codecs reaches on zeros.
    private static var strict: EngineLimits {
        var limits = EngineLimits()
        limits.maxRatio = 500
        return limits
    }

    @Test("G06, G08: a dictionary of xz above the window is refused before its memory is asked for")
    func xzDictionary() throws {
        let text = sampleLines(50)
        let object = try #require(system("xz -c --lzma2=dict=128MiB", text))
        #expect(failure(object) == "codec.window-too-large")
        var limits = EngineLimits()
        limits.maxWindowBytes = 128 << 20
        #expect(try decode(object, limits: limits).text == text)
        #expect(try decode(try #require(system("xz -9 -c", text))).text == text, "64 MiB need no permission")
        let small = try #require(system("xz -c --lzma2=dict=16MiB", text))
        limits.maxWindowBytes = 8 << 20
        #expect(failure(small, limits: limits) == "codec.window-too-large")
    }

    @Test("G06: a long window of zstd is read when the limits allow it")
    func zstdWindow() throws {
        let text = sampleLines(50)
        let object = try #require(system("zstd -c --long=27", text))
        #expect(failure(object) == "codec.window-too-large")
        var limits = EngineLimits()
        limits.maxWindowBytes = 128 << 20
        #expect(try decode(object, limits: limits).text == text)
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
