internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct ZstdDecoderTests {
    private let text = bytes("one line\nand another line, another line, another line\n")
    private let skippable: [UInt8] = [0x53, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]

    @Test("G07: several frames and skippable ones, at every split")
    func framesAtEverySplit() throws {
        let frame = try encode(text, .zstd(level: 3))
        let stored =
            try skippable + frame + skippable + encode([], .zstd(level: 1)) + encode(text, .zstd(level: 19))
        for chunk in 1...stored.count {
            #expect(
                try decode(stored, chunk: chunk) == Decoded(text: text + text, warnings: [], codec: .zstd)
            )
        }
        for step in 1...64 { #expect(try decode(stored, chunk: 3, step: step).text == text + text) }
        #expect(try decode(skippable).text == [])
    }

    @Test("every truncation fails, unless it cuts between two frames")
    func everyTruncation() throws {
        let frame = try encode(text, .zstd(level: 3))
        let stored = frame + skippable + frame
        for count in 4..<stored.count where count != frame.count && count != frame.count + skippable.count {
            let found = failure(Array(stored[..<count]))
            #expect(found == "codec.truncated" || found == "codec.corrupt", "cut at \(count)")
        }
    }

    @Test("a wrong checksum, and anything behind the frames, is corrupt")
    func corrupt() throws {
        let frame = try encode(text, .zstd(level: 3))
        var wrong = frame
        wrong[wrong.count - 1] ^= 1
        #expect(failure(wrong) == "codec.corrupt")
        #expect(failure(frame + [0, 0, 0, 0, 0]) == "codec.corrupt")
        #expect(failure(frame + bytes("garbage")) == "codec.corrupt")
        #expect(failure(frame + [0x28]) == "codec.truncated")
        #expect(failure(text, as: .zstd) == "codec.corrupt")
    }

    @Test("G06: a frame that asks for a 2 GiB window is refused; the limit can be lowered")
    func window() throws {
        // Magic, no single segment, window descriptor 0xA8: 2^31 bytes (RFC 8878, section 3.1.1.1.2), one raw
        // block.
        let huge: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, 0x09, 0x00, 0x00, 0x41]
        #expect(failure(huge) == "codec.window-too-large")
        let long = sampleLines(60_000)
        let stored = try #require(system("zstd -c --long=21", long))
        var limits = EngineLimits()
        limits.maxWindowBytes = (2 << 20) - 1
        #expect(failure(stored, limits: limits) == "codec.window-too-large")
        limits.maxWindowBytes = 2 << 20
        #expect(try decode(stored, limits: limits).text == long)
    }

    @Test("G07: a frame that needs a dictionary is refused")
    func dictionary() {
        // Frame header descriptor 0x21: single segment, one byte of dictionary id.
        let stored: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x21, 0x07, 0x01, 0x09, 0x00, 0x00, 0x41]
        #expect(failure(stored) == "codec.unsupported")
    }

    @Test("decodes what the system's zstd makes")
    func systemTool() throws {
        let long = sampleLines(30_000)
        for options in ["-1", "-19", "-3 --no-check", "-3 --long=26"] {
            let stored = try #require(system("zstd -c \(options)", long))
            #expect(try decode(stored, chunk: 70_001).text == long)
        }
    }
}
