internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct CorruptionTests {
    /// With a checksum over the text; zstd and lz4 as their commands write them, which is with one.
    @Test("a second zlib stream with one wrong bit, or cut anywhere, is damage and no garbage")
    func secondZlibStream() throws {
        let first = try stored(bytes("first\n"), as: .zlib)
        let object = try first + stored(bytes("second\n"), as: .zlib)
        for bit in (first.count * 8)..<(object.count * 8) {
            var damaged = object
            damaged[bit / 8] ^= 1 << (bit % 8)
            guard failure(damaged, as: .zlib) == nil else { continue }
            // The bits between the last block and the checksum mean nothing (RFC 1951, section 3.2.3).
            let same = Decoded(text: bytes("first\nsecond\n"), warnings: [], codec: .zlib)
            #expect(try decode(damaged, as: .zlib) == same, "bit \(bit)")
        }
        for count in (first.count + 1)..<object.count {
            #expect(failure(Array(object[..<count]), as: .zlib) == "codec.truncated", "\(count) bytes")
        }
    }

    private static let checked: [InputCodec] = [.gzip, .zstd, .bzip2, .xz, .lz4, .zlib]

    @Test(
        "G03, G04, G08: seeded bit flips and cuts never look like a success with other text",
        arguments: checked
    )
    func neverAFalseSuccess(codec: InputCodec) throws {
        let text = sampleLines(400)
        try damage(stored(text, as: codec), as: codec, text)
    }

    @Test(
        "G03, G04: what we write ourselves is protected as well",
        arguments: [
            OutputCodec.gzip(level: 1), .gzip(level: 6), .zstd(level: 3), .lz4(level: 0), .xz(level: 1),
        ]
    )
    func ownOutput(codec: OutputCodec) throws {
        let name: InputCodec =
            switch codec {
            case .none: .none
            case .gzip: .gzip
            case .zstd: .zstd
            case .lz4: .lz4
            case .xz: .xz
            }
        let text = sampleLines(400)
        try damage(encode(text, codec), as: name, text)
    }

    /// 300 damaged objects; found by `auto` and by name in turn.
    private func damage(_ object: [UInt8], as codec: InputCodec, _ text: [UInt8]) throws {
        var random = SeededRandom(42)
        var failures = 0
        for round in 0..<300 {
            var damaged = object
            for _ in 0...random.next() % 3 {
                let bit = Int(random.next() % UInt64(damaged.count * 8))
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            if random.next() % 4 == 0 {
                damaged = Array(damaged.prefix(Int(random.next() % UInt64(damaged.count))))
            }
            let chunk = random.next() % 2 == 0 ? 1 << 16 : 13
            if isNoticed(damaged, as: round % 2 == 0 ? .auto : codec, text, chunk) { failures += 1 }
        }
        #expect(failures > 250, "most damage is an error")
    }

    /// Damage to what nobody uses (time, system) leaves the text; damage to the magic makes another codec of
    /// it, which the report says.
    private func isNoticed(_ damaged: [UInt8], as codec: InputCodec, _ text: [UInt8], _ chunk: Int) -> Bool {
        do throws(SluiceError) {
            let decoded = try decode(damaged, as: codec, chunk: chunk)
            guard decoded.codec != InputCodec.none else { return true }
            let isSame = decoded.text == text || (decoded.text.isEmpty && damaged.isEmpty)
            #expect(isSame || !decoded.warnings.isEmpty, "other text without a word")
            return false
        } catch {
            #expect(error.code.blame == .object)
            return true
        }
    }

    @Test("G05: random bytes behind a magic always come to an end")
    func randomBytes() throws {
        var random = SeededRandom(3)
        for magic: [UInt8] in [
            [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], [0x28, 0xB5, 0x2F, 0xFD], [0x50, 0x2A, 0x4D, 0x18],
        ] {
            for _ in 0..<200 {
                let count = Int(random.next() % 300)
                let noise = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                _ = failure(magic + noise)
                _ = failure(try encode(bytes("good\n"), .gzip(level: 1)) + magic + noise)
            }
        }
    }
}
