internal import EventModel
internal import RecordEngine
internal import Testing

/// What is true of every codec, shown on files that nobody here wrote: python3's and the commands'.
@Suite struct CodecContractTests {
    private static let codecs = InputCodec.allCases.filter { $0 != .auto && $0 != .none }
    /// Those of which a second stream may follow the first.
    private static let repeating = codecs.filter { $0 != .deflate }
    private static let found = codecs.filter { $0 != .deflate }
    private let text = bytes("one line\nand another line, another line, another line\n")

    @Test(
        "G01, G07, G08: several streams are one text, at every split of the stored bytes",
        arguments: repeating
    )
    func everySplit(codec: InputCodec) throws {
        let one = try stored(text, as: codec)
        let object = try one + stored([], as: codec) + stored(bytes("x\n"), as: codec) + one
        let expected = text + bytes("x\n") + text
        for chunk in 1...object.count {
            #expect(
                try decode(object, chunk: chunk) == Decoded(text: expected, warnings: [], codec: codec),
                "chunks of \(chunk)"
            )
        }
        for step in 1...64 {
            for chunk in [3, .max] {
                #expect(try decode(object, as: codec, chunk: chunk, step: step).text == expected)
            }
        }
    }

    @Test("the result does not depend on the size of chunks", arguments: codecs)
    func chunkSizes(codec: InputCodec) throws {
        let long = sampleLines(6000)
        let object = try stored(long, as: codec)
        for chunk in [1, 2, 7, 4096, 1 << 20] {
            let decoded = try decode(object, as: codec, chunk: chunk)
            #expect(decoded.text == long && decoded.warnings == [], "chunks of \(chunk)")
        }
        for step in [1, 2, 7, 4096, 1 << 20] {
            #expect(try decode(object, as: codec, step: step).text == long, "\(step) bytes at a time")
        }
    }

    @Test("G03: a stream that is cut anywhere is truncated, never a shorter text", arguments: codecs)
    func everyTruncation(codec: InputCodec) throws {
        for text in [text, sampleLines(60)] {
            let object = try stored(text, as: codec)
            for count in 1..<object.count {
                let cut = Array(object[..<count])
                for chunk in [.max, 1] {
                    #expect(failure(cut, as: codec, chunk: chunk) == "codec.truncated", "cut at \(count)")
                }
                // zlib has no magic: what is left of a short text may look like text.
                if codec != .deflate, count >= (codec == .zlib ? 64 : 4) {
                    #expect(failure(cut) == "codec.truncated", "auto, cut at \(count)")
                }
            }
        }
    }

    @Test("G10: the first bytes decide for every codec but deflate, whatever the levels", arguments: found)
    func magic(codec: InputCodec) throws {
        for text in [[], bytes("a"), text, sampleLines(500)] {
            #expect(try decode(stored(text, as: codec)) == Decoded(text: text, warnings: [], codec: codec))
        }
    }

    @Test("L14, G11: an empty object is an empty text", arguments: InputCodec.allCases)
    func empty(codec: InputCodec) throws { #expect(try decode([], as: codec).text == []) }

    @Test("other bytes than the codec's are corrupt, from the first one on", arguments: codecs)
    func otherBytes(codec: InputCodec) throws {
        let found = failure(bytes("Plain text is no compressed stream, whatever it is called.\n"), as: codec)
        #expect(found == "codec.corrupt")
        for other in Self.codecs where other != codec && other != .deflate {
            let object = try stored(text, as: other)
            #expect(failure(object, as: codec) != nil, "\(other)")
        }
    }

    @Test("G02, G05: what stands behind the last stream is padding, a warning or an error, never silence")
    func trailingBytes() throws {
        let zeros = [UInt8](repeating: 0, count: 512)
        let garbage = bytes("garbage that is no stream")
        for codec in Self.codecs {
            let object = try stored(text, as: codec)
            for chunk in [1, 7, .max] {
                switch codec {
                case .gzip, .bzip2, .zlib:
                    let warned = try decode(object + zeros + garbage, as: codec, chunk: chunk)
                    #expect(warned.text == text && warned.warnings.count == 1, "\(codec)")
                    #expect(warned.warnings.first?.contains("\(garbage.count) bytes of garbage") == true)
                    let padded = try decode(object + zeros + object, as: codec, chunk: chunk)
                    #expect(padded == Decoded(text: text + text, warnings: [], codec: codec))
                case .xz:
                    let padded = try decode(object + zeros + object + zeros, as: codec, chunk: chunk)
                    #expect(padded == Decoded(text: text + text, warnings: [], codec: codec))
                    // Padding comes in fours (the .xz format 1.1.0, section 2.2).
                    #expect(failure(object + [0, 0, 0], as: codec, chunk: chunk) == "codec.corrupt")
                    #expect(failure(object + garbage, as: codec, chunk: chunk) == "codec.corrupt")
                case .zstd, .lz4, .deflate, .auto, .none:
                    #expect(failure(object + zeros, as: codec, chunk: chunk) == "codec.corrupt", "\(codec)")
                    #expect(failure(object + garbage, as: codec, chunk: chunk) == "codec.corrupt", "\(codec)")
                    #expect(failure(object + [1], as: codec, chunk: chunk) != nil, "\(codec)")
                }
            }
        }
    }

    @Test("G05: random bytes behind the beginning of a stream always come to an end", arguments: codecs)
    func noise(codec: InputCodec) throws {
        var random = SeededRandom(11)
        let object = try stored(text, as: codec)
        for _ in 0..<300 {
            let start = object.prefix(Int(random.next() % UInt64(object.count)))
            let noise = (0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            for decoded in [codec, .auto] {
                _ = failure(start + noise, as: decoded, chunk: random.next() % 2 == 0 ? 5 : .max)
            }
        }
    }
}
