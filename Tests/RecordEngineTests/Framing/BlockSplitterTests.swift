internal import EventModel
internal import RecordEngine
internal import Testing

/// What the splitter made of a text.
private struct Cut: Equatable {
    var blocks: [[UInt8]] = []
    var firstRecords: [UInt64] = []
    var counts: [UInt64] = []
    var oversized: [[UInt64]] = []
    var prefixes: [[UInt8]] = []

    var text: [UInt8] { Array(blocks.joined()) }
    var records: UInt64 { counts.reduce(0, +) }
}

private func split(_ source: any ByteSource, maxRecord: Int = 1 << 20) throws(SluiceError) -> Cut {
    let splitter = BlockSplitter(
        TextDecoder(.auto, source: source, limits: EngineLimits()),
        maxRecordBytes: maxRecord
    )
    let buffer = ByteBuffer()
    let index = RecordIndex()
    var cut = Cut()
    while let block = try splitter.next(into: buffer, index: index) {
        cut.blocks.append(unsafe Array(block.text.bytes))
        cut.firstRecords.append(block.firstRecord)
        cut.counts.append(block.recordCount)
        for record in block.oversized {
            cut.oversized.append([record.record, record.byteCount])
            cut.prefixes.append(record.prefix)
        }
    }
    return cut
}

private func split(_ text: [UInt8], maxRecord: Int = 1 << 20, chunk: Int = .max) throws(SluiceError) -> Cut {
    try split(MemorySource(text, chunk: chunk), maxRecord: maxRecord)
}

@Suite struct BlockSplitterTests {
    private static let blockBytes = BlockSplitter.blockBytes

    @Test("a block ends at the first record end at or after 1 MiB of text, however the text was read")
    func boundaries() throws {
        let text = sampleLines(70_000)
        let whole = try split(text)
        #expect(whole.text == text)
        #expect(whole.blocks.count > 2)
        for block in whole.blocks.dropLast() {
            #expect(block.count >= Self.blockBytes && block.last == 10)
            #expect(block[(Self.blockBytes - 1)..<(block.count - 1)].allSatisfy { $0 != 10 })
        }
        #expect(whole.records == 70_000)
        for chunk in [1, 2, 7, 4096, 1 << 20] { #expect(try split(text, chunk: chunk) == whole) }
        #expect(try split(encode(text, .gzip(level: 1)), chunk: 1000) == whole)
        #expect(try split(encode(text, .zstd(level: 1)), chunk: 1000) == whole)
    }

    @Test("a record that ends exactly at 1 MiB ends its block there", arguments: [-1, 0, 1])
    func exactBoundary(delta: Int) throws {
        let first = [UInt8](repeating: 65, count: Self.blockBytes - 1 + delta) + [10]
        let cut = try split(first + bytes("b\nc\n"))
        // One byte short of 1 MiB, the block takes one record more.
        #expect(cut.blocks.map(\.count) == (delta < 0 ? [first.count + 2, 2] : [first.count, 4]))
        #expect(cut.records == 3)
    }

    @Test(
        "records are counted and numbered exactly: empty lines, a last line without end",
        arguments: [
            ("", 0), ("\n", 1), ("a", 1), ("a\n", 1), ("a\nb", 2), ("\n\n\n", 3), ("a\r\nb\r\n", 2),
            ("\r", 1), ("a\n\n", 2),
        ]
    )
    func counts(text: String, count: UInt64) throws {
        for chunk in [1, 2, .max] {
            let cut = try split(bytes(text), chunk: chunk)
            #expect(cut.records == count)
            #expect(cut.text == bytes(text))
        }
    }

    @Test("J07: only line feeds end records: NUL, lone CR, form feed and U+2028 do not")
    func otherSeparators() throws {
        let text = bytes("a\u{0}b\rc\u{C}d\u{2028}e\u{85}f\ng\n")
        #expect(try split(text).records == 2)
    }

    @Test("a byte order mark at the start is skipped, and only there")
    func byteOrderMark() throws {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        for chunk in [1, 2, 3, .max] {
            #expect(
                try split(mark + bytes("a\n") + mark + bytes("b\n"), chunk: chunk).text == bytes("a\n") + mark
                    + bytes("b\n")
            )
            #expect(try split(mark, chunk: chunk) == Cut())
            #expect(try split(Array(mark.prefix(2)), chunk: chunk).text == Array(mark.prefix(2)))
        }
        // The mark is no text: the block is as long as without it.
        let text = sampleLines(40_000)
        #expect(try split(mark + text) == split(text))
    }

    @Test("J06: records above the limit are taken out and described; all others stay, at every chunk size")
    func oversized() throws {
        let long = [UInt8](repeating: 0x58, count: 2000)
        let text = bytes("one\n") + long + bytes("\ntwo\n") + long + bytes("Y\r\nthree\n") + long + long
        for chunk in [1, 2, 7, 999, .max] {
            let cut = try split(text, maxRecord: 1999, chunk: chunk)
            #expect(cut.text == bytes("one\ntwo\nthree\n"))
            #expect(cut.oversized == [[2, 2000], [4, 2001], [6, 4000]])
            #expect(cut.prefixes.allSatisfy { $0 == [UInt8](repeating: 0x58, count: 1024) })
            #expect(cut.records == 6)
        }
    }

    @Test("J06: the limit is that of the record without its line ending", arguments: [1, 10, 4096])
    func limit(max: Int) throws {
        for ending in ["\n", "\r\n", ""] {
            let fits = [UInt8](repeating: 65, count: max)
            #expect(try split(bytes("a\n") + fits + bytes(ending), maxRecord: max).oversized == [])
            let cut = try split(bytes("a\n") + fits + [65] + bytes(ending), maxRecord: max)
            #expect(cut.oversized == [[2, UInt64(max + 1)]])
            #expect(cut.text == bytes("a\n"))
        }
    }

    @Test(
        "J06: a record that crosses the end of a block, with its line ending on every side of the limit",
        arguments: [
            (1 << 20, -2), (1 << 20, -1), (1 << 20, 0), (1 << 20, 1), (1 << 20, 2), (100_000, 0),
            (100_000, 1), (100_000, 40_000),
        ]
    )
    func crossing(max: Int, delta: Int) throws {
        let start = [UInt8](repeating: 65, count: Self.blockBytes - 50_000) + [10]
        for ending in ["\n", "\r\n"] {
            let record = [UInt8](repeating: 66, count: max + delta)
            let text = start + record + bytes(ending) + bytes("after\n")
            let whole = try split(text, maxRecord: max == 100_000 ? Self.blockBytes : max)
            let cut = try split(text, maxRecord: Swift.max(max, start.count))
            #expect(cut == whole || max != 1 << 20)
            for chunk in [4096, 65_537] {
                #expect(try split(text, maxRecord: max, chunk: chunk) == split(text, maxRecord: max))
            }
            let found = try split(text, maxRecord: max)
            let expected = [
                start.count - 1 > max ? [1, UInt64(start.count - 1)] : nil,
                delta > 0 ? [2, UInt64(max + delta)] : nil,
            ]
            #expect(found.oversized == expected.compactMap { $0 })
            #expect(found.records == 3)
            #expect(found.text.suffix(6) == bytes("after\n")[...])
        }
    }

    @Test("J06: a line of 64 MiB costs the memory of one block; the lines after it are processed")
    func hugeLine() throws {
        let unit = [UInt8](repeating: 0x41, count: 4096)
        let source = RepeatingSource(
            head: bytes("first\n"),
            unit: unit,
            count: 16_384,
            tail: bytes("\nlast\n")
        )
        let splitter = BlockSplitter(
            TextDecoder(.none, source: source, limits: EngineLimits()),
            maxRecordBytes: 1 << 20
        )
        let buffer = ByteBuffer()
        let index = RecordIndex()
        var text: [UInt8] = []
        var long: [UInt64] = []
        while let block = try splitter.next(into: buffer, index: index) {
            text += unsafe Array(block.text.bytes)
            long += block.oversized.map(\.byteCount)
        }
        #expect(text == bytes("first\nlast\n"))
        #expect(long == [64 << 20])
        #expect(buffer.capacity < 8 << 20)
    }

    @Test("many records above a small limit are numbered right among the others, block after block")
    func numbering() throws {
        var random = SeededRandom(11)
        var text: [UInt8] = []
        var expected: [[UInt64]] = []
        for line in 1...60_000 as ClosedRange<UInt64> {
            let length = Int(random.next() % 60)
            text += [UInt8](repeating: 0x61, count: length) + [10]
            if length > 50 { expected.append([line, UInt64(length)]) }
        }
        let cut = try split(text, maxRecord: 50)
        #expect(cut.oversized == expected)
        #expect(cut.records == 60_000)
        #expect(cut.blocks.count == 2)
        #expect(try split(text, maxRecord: 50, chunk: 7) == cut)
    }

    @Test("it can be cancelled while it skips a record without end")
    func cancellation() {
        let source = RepeatingSource(unit: [UInt8](repeating: 0x41, count: 4096), count: 1 << 40)
        var reads = 0
        let splitter = BlockSplitter(
            TextDecoder(.none, source: source, limits: EngineLimits()),
            maxRecordBytes: 1 << 20
        ) { () throws(SluiceError) in
            reads += 1
            if reads > 100 { throw SluiceError(.cancelled, "The test has seen enough.") }
        }
        let error = #expect(throws: SluiceError.self) {
            _ = try splitter.next(into: ByteBuffer(), index: RecordIndex())
        }
        #expect(error?.code == .cancelled)
    }
}
