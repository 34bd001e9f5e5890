internal import EventModel
internal import RecordEngine
internal import Testing

/// Codecs around codecs, and what tells a codec from text.
@Suite struct LayerTests {
    private let text = sampleLines(50)

    /// What a decoder of these layers makes, and what it found.
    private func decode(
        _ object: [UInt8],
        _ layers: InputLayers,
        chunk: Int = .max,
        limits: EngineLimits = EngineLimits()
    ) throws(SluiceError) -> (text: [UInt8], codecs: [InputCodec]) {
        let decoder = TextDecoder(layers, source: MemorySource(object, chunk: chunk), limits: limits)
        let buffer = ByteBuffer()
        while try decoder.read(into: buffer, upTo: 1000) > 0 {}
        return (unsafe Array(buffer.bytes), decoder.codecs)
    }

    private func code(
        _ object: [UInt8],
        _ layers: InputLayers,
        limits: EngineLimits = EngineLimits()
    ) -> String? {
        do throws(SluiceError) {
            _ = try decode(object, layers, limits: limits)
            return nil
        } catch { return error.code.name }
    }

    @Test("G09: auto opens two layers of any two codecs, at every split")
    func twoLayers() throws {
        let codecs: [InputCodec] = [.gzip, .zstd, .bzip2, .xz, .lz4, .zlib]
        for (index, inner) in codecs.enumerated() {
            let outer = codecs[(index + 1) % codecs.count]
            let object = try stored(stored(text, as: inner), as: outer)
            for chunk in 1...200 {
                let decoded = try decode(object, .auto, chunk: chunk)
                #expect(decoded.text == text && decoded.codecs == [outer, inner], "\(outer)+\(inner)")
            }
        }
    }

    @Test("G09: a third layer is beyond the limit, by its number and not by what is in it")
    func threeLayers() throws {
        var object = text
        for _ in 0..<3 { object = try stored(object, as: .gzip) }
        #expect(code(object, .auto) == "codec.limit")
        var limits = EngineLimits()
        limits.maxNesting = 3
        #expect(try decode(object, .auto, limits: limits).codecs == [.gzip, .gzip, .gzip])
        limits.maxNesting = 1
        #expect(code(try stored(text, as: .zstd), .auto, limits: limits) == nil)
        #expect(code(try stored(stored(text, as: .gzip), as: .zstd), .auto, limits: limits) == "codec.limit")
    }

    @Test("named layers are opened and no others")
    func named() throws {
        let gzip = try stored(text, as: .gzip)
        let object = try stored(gzip, as: .deflate)
        let two = try #require(InputLayers([.deflate, .gzip]))
        #expect(two.text == "deflate+gzip")
        #expect(try decode(object, two, chunk: 3).text == text)
        #expect(try decode(object, InputLayers(.deflate)).text == gzip)
        #expect(code(gzip, two) == "codec.corrupt")
        #expect(InputLayers([.gzip, .auto]) == nil && InputLayers([.none, .gzip]) == nil)
        #expect(InputLayers([]) == nil)
    }

    @Test("a failure of an inner or of the outer layer is one of the object")
    func damagedLayers() throws {
        let inner = try stored(text, as: .gzip)
        #expect(code(try stored(Array(inner.dropLast(3)), as: .zstd), .auto) == "codec.truncated")
        var outer = try stored(inner, as: .gzip)
        outer[outer.count - 6] ^= 1
        #expect(code(outer, .auto) == "codec.corrupt", "the text is whole, the checksum around it is wrong")
        let garbage = try decoderWarnings(stored(inner + [1, 2, 3], as: .bzip2) + [9])
        #expect(garbage.count == 2, "\(garbage)")
    }

    private func decoderWarnings(_ object: [UInt8]) throws -> [String] {
        let decoder = TextDecoder(.auto, source: MemorySource(object), limits: EngineLimits())
        let buffer = ByteBuffer()
        while try decoder.read(into: buffer, upTo: 1000) > 0 {}
        return decoder.warnings
    }

    @Test("text is never taken for a codec, though it begins like one")
    func textStaysText() throws {
        let lines = [
            "x^2 + y^2 = z^2\n", "x^", "x", "hC is no zlib\n", "8O\n", "BZh is a fine way to begin a line\n",
            "BZh9 too\n", "BZ", "(", "P*M\n", "7zXZ\n", "x\u{DA}\n", "\u{1F}", "\u{4}",
        ]
        for line in lines {
            let short = bytes(line)
            let long = short + sampleLines(200)
            for object in [short, long] {
                for chunk in [1, .max] {
                    let decoded = try decode(object, .auto, chunk: chunk)
                    #expect(decoded.text == object && decoded.codecs == [InputCodec.none], "\(line)")
                }
            }
            // The same text, compressed: the text inside is not opened further.
            #expect(try decode(stored(long, as: .gzip), .auto).codecs == [.gzip])
        }
        let latin: [UInt8] = [0x78, 0xDA] + bytes(" is Latin-1\n")
        #expect(try decode(latin, .auto).codecs == [InputCodec.none])
    }

    @Test("zlib is found at every level, from the shortest stream on; a cut one is not taken for text")
    func zlib() throws {
        for level in [0, 1, 5, 6, 9] {
            for text in [bytes("a"), bytes("ab"), sampleLines(3), sampleLines(3000)] {
                let object = try #require(system(python("zlib.compress(data, \(level))"), text))
                for chunk in [1, .max] {
                    let decoded = try decode(object, .auto, chunk: chunk)
                    #expect(decoded.text == text && decoded.codecs == [.zlib], "level \(level)")
                }
                if text.count > 100 {
                    #expect(code(Array(object.dropLast(2)), .auto) == "codec.truncated")
                    #expect(
                        code(object.dropLast() + [object[object.count - 1] ^ 1], .auto) == "codec.corrupt"
                    )
                }
            }
        }
        let small = "zlib.compressobj(9, 8, 9); text = text.compress(data) + text.flush()"
        let object = try #require(system(python(small), text))
        #expect(try decode(object, InputLayers(.zlib)).text == text, "a window of 512 bytes, by name")
        let preset = "zlib.compressobj(zdict=b\"GET POST\"); text = text.compress(data) + text.flush()"
        #expect(code(try #require(system(python(preset), text)), InputLayers(.zlib)) == "codec.unsupported")
    }

    @Test("G07: skippable frames before the first frame belong to zstd or to lz4, as what follows says")
    func skippable() throws {
        let frame: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 7, 7, 7]
        for codec: InputCodec in [.zstd, .lz4] {
            let object = try frame + frame + stored(text, as: codec) + frame + stored(text, as: codec)
            for chunk in 1...40 {
                let decoded = try decode(object, .auto, chunk: chunk)
                #expect(decoded.text == text + text && decoded.codecs == [codec])
            }
            #expect(try decode(object, InputLayers(codec)).text == text + text)
        }
        for count in 4..<frame.count { #expect(code(Array(frame[..<count]), .auto) == "codec.truncated") }
        #expect(code(frame + bytes("text\n"), .auto) == "codec.corrupt")
    }
}
