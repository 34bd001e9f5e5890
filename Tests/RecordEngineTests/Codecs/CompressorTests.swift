internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct CompressorTests {
    static let codecs: [OutputCodec] =
        [.none] + (0...9).map { .gzip(level: $0) } + [1, 3, 9, 19].map { .zstd(level: $0) }
        + [0, 1, 3, 9, 12].map { .lz4(level: $0) } + [0, 3, 6].map { .xz(level: $0) }

    @Test("what is compressed decodes to the same bytes", arguments: codecs)
    func roundTrip(codec: OutputCodec) throws {
        var random = SeededRandom(5)
        let noise = (0..<1_500_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for text in [[], [65], sampleLines(3000), [UInt8](repeating: 0, count: 300_000), noise] {
            let stored = try encode(text, codec)
            let name: InputCodec =
                switch codec {
                case .none: .none
                case .gzip: .gzip
                case .zstd: .zstd
                case .lz4: .lz4
                case .xz: .xz
                }
            #expect(try decode(stored, as: name).text == text)
        }
    }

    @Test("the system's tools accept what we write: one gzip member, no warnings", arguments: codecs)
    func systemTools(codec: OutputCodec) throws {
        let tool =
            switch codec {
            case .none: "cat"
            case .gzip: "gzip -dc"
            case .zstd: "zstd -dc"
            case .lz4: "lz4 -dc"
            case .xz: "xz -dc"
            }
        for text in [[], sampleLines(30_000)] {
            let stored = try encode(text, codec)
            #expect(system(tool, stored) == text)
        }
    }

    @Test("a gzip output of several pieces is one member")
    func oneMember() throws {
        let text = sampleLines(60_000)
        #expect(text.count > 2 << 20)
        let stored = try encode(text, .gzip(level: 1))
        let python = """
            python3 -c 'import sys,zlib; d=zlib.decompressobj(31); t=d.decompress(sys.stdin.buffer.read()); \
            assert d.eof and not d.unused_data; sys.stdout.buffer.write(t)'
            """
        #expect(system(python, stored) == text)
    }

    @Test("compression compresses")
    func ratio() throws {
        let text = sampleLines(20_000)
        for codec in Self.codecs where codec != .none && codec != .gzip(level: 0) {
            #expect(try encode(text, codec).count < text.count / 2)
        }
    }
}
