internal import EventModel
internal import FunctionRuntime
internal import TestSupport
internal import Testing

/// Gzip files whose digest is known beforehand.
@Suite struct CheckedGzipTests {
    /// All of the text, read in buffers of this size.
    private func read(_ stored: [UInt8], md5: String, by size: Int = 7) throws -> [UInt8] {
        let source = CheckedGzip(MemorySource(stored), md5: md5)
        var text: [UInt8] = []
        try source.readToEnd(chunkSize: size) { piece in
            text += unsafe piece.withUnsafeBytes { unsafe Array($0) }
        }
        return text
    }

    @Test("a file that ends anywhere is refused, whatever its digest is said to be")
    func truncated() throws {
        let whole = try InventoryTree.gzip(Array("\"inbox\",\"a\"\n".utf8))
        for count in 1..<whole.count {
            let part = Array(whole[..<count])
            for digest in [InventoryTree.digest(part), InventoryTree.digest(whole)] {
                #expect(throws: SluiceError.self) { try read(part, md5: digest) }
            }
        }
    }

    @Test("a whole file that is another, or has something behind it, is refused")
    func another() throws {
        let whole = try InventoryTree.gzip(Array("a\n".utf8))
        let other = try InventoryTree.gzip(Array("b\n".utf8))
        for stored in [other, whole + whole, whole + [0], []] {
            let error = #expect(throws: SluiceError.self) {
                try read(stored, md5: InventoryTree.digest(whole))
            }
            #expect(error?.message.contains("MD5 digest") == true)
        }
    }

    @Test("text comes whole through buffers of any size", arguments: [1, 13, 4096, 1 << 20])
    func reads(size: Int) throws {
        let text = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31 / 7) }
        let stored = try InventoryTree.gzip(text)
        let digest = InventoryTree.digest(stored)
        #expect(try read(stored, md5: digest.uppercased(), by: size) == text)
        let twice = stored + stored
        #expect(try read(twice, md5: InventoryTree.digest(twice), by: size) == text + text)
    }
}
