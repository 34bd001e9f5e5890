internal import EventModel
internal import RecordEngine
internal import Testing

/// The forms of each codec that its own command can write.
@Suite struct CodecVariantTests {
    private let text = sampleLines(20_000)

    @Test(
        "G08: every form that the codec's own tools write is read, in chunks that fit nothing",
        arguments: [
            "lz4 -c -B4 -BI", "lz4 -c -B4 -BD", "lz4 -c -B7 -BD -9", "lz4 -c --content-size", "lz4 -c -BX",
            "lz4 -c --no-frame-crc", "lz4 -c -B5 --no-frame-crc -BD",
            "bzip2 -c -1", "bzip2 -c -9",
            "xz -c -0", "xz -c -C none", "xz -c -C crc32", "xz -c -C sha256", "xz -c --block-size=65536",
            "xz -c --x86 --lzma2", "xz -c --delta=dist=4 --lzma2=preset=1", "xz -c -T2 --block-size=100000",
        ]
    )
    func variants(command: String) throws {
        let object = try #require(system(command, text))
        for chunk in [1009, 70_001, .max] {
            #expect(try decode(object, chunk: chunk).text == text, "chunks of \(chunk)")
        }
        #expect(failure(Array(object.dropLast(5))) == "codec.truncated")
    }

    @Test("python3 reads what we write, and we what it writes")
    func python3() throws {
        for (codec, module) in [(OutputCodec.xz(level: 1), "lzma"), (.gzip(level: 1), "gzip")] {
            let object = try encode(text, codec)
            #expect(system(python("\(module).decompress(data)"), object) == text)
        }
        for module in ["lzma", "gzip", "bz2"] {
            let object = try #require(system(python("\(module).compress(data)"), text))
            #expect(try decode(object, chunk: 4099).text == text)
        }
    }

    @Test("an lz4 frame that names a dictionary, and the legacy format, are refused by name")
    func unsupported() throws {
        // Flags 0x61: version 1, independent blocks, a dictionary's number (LZ4 frame format 1.6.1).
        let header: [UInt8] = [0x04, 0x22, 0x4D, 0x18, 0x61, 0x40, 1, 0, 0, 0, 0]
        #expect(failure(header) == "codec.unsupported")
        #expect(failure(try #require(system("lz4 -l -c", text))) == "codec.unsupported")
    }

    @Test("lz4 without a checksum of its content: the end must still be there, and nothing behind it")
    func lz4End() throws {
        let object = try #require(system("lz4 -c --no-frame-crc", bytes("short\n")))
        for count in 4..<object.count {
            #expect(failure(Array(object[..<count])) == "codec.truncated", "cut at \(count)")
        }
        #expect(failure(object + [0]) != nil)
    }

    @Test("deflate, which has no checksum: bytes behind its end are damage, however they were read")
    func deflateEnd() throws {
        let object = try stored(bytes("short\n"), as: .deflate)
        for extra in 1...20 {
            for chunk in [1, 2, 3, 7, .max] {
                let longer = object + [UInt8](repeating: 0, count: extra)
                #expect(failure(longer, as: .deflate, chunk: chunk) == "codec.corrupt", "\(extra) bytes more")
            }
        }
    }
}
