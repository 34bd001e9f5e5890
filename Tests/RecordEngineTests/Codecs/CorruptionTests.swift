internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct CorruptionTests {
    @Test(
        "G03, G04: seeded bit flips and cuts never look like a success with other text",
        arguments: [
            OutputCodec.gzip(level: 1), .gzip(level: 6), .zstd(level: 3),
        ]
    )
    func neverAFalseSuccess(codec: OutputCodec) throws {
        let text = sampleLines(400)
        let stored = try encode(text, codec)
        var random = SeededRandom(42)
        var failures = 0
        for _ in 0..<300 {
            var damaged = stored
            for _ in 0...random.next() % 3 {
                let bit = Int(random.next() % UInt64(damaged.count * 8))
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            if random.next() % 4 == 0 {
                damaged = Array(damaged.prefix(Int(random.next() % UInt64(damaged.count))))
            }
            if try isNoticed(damaged, stored, text, random.next() % 2 == 0 ? 1 << 16 : 13) { failures += 1 }
        }
        #expect(failures > 250, "most damage is an error")
    }

    /// Damage to what nobody uses (time, system) leaves the text; damage to the magic makes another codec of
    /// it.
    private func isNoticed(
        _ damaged: [UInt8],
        _ stored: [UInt8],
        _ text: [UInt8],
        _ chunk: Int
    ) throws -> Bool {
        do throws(SluiceError) {
            let decoded = try decode(damaged, as: .auto, chunk: chunk)
            guard decoded.codec == .gzip || decoded.codec == .zstd else { return true }
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
