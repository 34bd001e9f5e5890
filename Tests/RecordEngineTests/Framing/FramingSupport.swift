internal import EventModel
internal import RecordEngine
internal import Testing

/// What a framing made of a text.
struct Framed: Equatable {
    var records: [[UInt8]] = []
    /// Numbers of the records that the framing rejects, and of those that it cut off, from 0.
    var rejected: [Int] = []
    var truncated: [Int] = []
    /// Number, length and first bytes of those that are too long.
    var oversized: [[UInt64]] = []
    var prefixes: [[UInt8]] = []
    var header: [UInt8] = []
    var warnings: [String] = []
    var blockBytes: [Int] = []
    var firstRecords: [UInt64] = []
    /// The largest buffer that was needed.
    var capacity = 0

    var texts: [String] { records.map { String(decoding: $0, as: UTF8.self) } }

    static func == (left: Framed, right: Framed) -> Bool {
        left.records == right.records && left.rejected == right.rejected && left.truncated == right.truncated
            && left.oversized == right.oversized && left.prefixes == right.prefixes
            && left.header == right.header && left.warnings == right.warnings
            && left.blockBytes == right.blockBytes && left.firstRecords == right.firstRecords
    }
}

/// The chunk sizes at which nothing may differ.
let framingChunks = [1, 2, 7, 4096, 1 << 20]

/// Cuts a text with the framing of steps written in YAML.
func frame(
    _ steps: String,
    _ source: any ByteSource,
    limits: String? = nil
) throws -> Framed {
    let (pipeline, findings) = compile(steps, limits: limits)
    let compiled = try #require(pipeline, "\(findings)")
    let processor = try #require(compiled.makeBlockProcessor())
    let blocks = processor.framing.makeSource(
        TextDecoder(.none, source: source, limits: compiled.limits),
        limits: compiled.limits
    ) { () throws(SluiceError) in }
    var result = Framed()
    let text = ByteBuffer()
    let index = RecordIndex()
    while let block = try blocks.next(into: text, index: index) {
        add(block, to: &result)
        result.capacity = max(result.capacity, text.capacity)
    }
    result.header = blocks.header
    result.warnings = blocks.warnings
    return result
}

/// Cuts a text that is read in chunks.
func frame(_ steps: String, _ text: [UInt8], limits: String? = nil, chunk: Int = .max) throws -> Framed {
    try frame(steps, MemorySource(text, chunk: chunk), limits: limits)
}

/// Cuts a text at every chunk size, and shows that it makes no difference.
func frameAtAllChunks(_ steps: String, _ text: [UInt8], limits: String? = nil) throws -> Framed {
    let whole = try frame(steps, text, limits: limits)
    for chunk in framingChunks where chunk < text.count * 2 {
        #expect(try frame(steps, text, limits: limits, chunk: chunk) == whole, "chunks of \(chunk)")
    }
    return whole
}

private func add(_ block: borrowing Block, to result: inout Framed) {
    let bytes = unsafe block.text.bytes
    let first = result.records.count
    let missing = result.oversized.count
    if let index = block.index {
        for slice in index.slices {
            let start = Int(slice.offset)
            unsafe result.records.append(Array(bytes[start..<start + Int(slice.length)]))
        }
        result.rejected += index.rejectedSlices.map { $0 + first }
        result.truncated += index.truncatedSlices.map { $0 + first }
        #expect(block.recordCount == UInt64(index.slices.count + block.oversized.count))
    } else {
        var start = 0
        while start < bytes.count {
            let end = unsafe Newlines.first(in: bytes, from: start) ?? bytes.count
            var line = unsafe Array(bytes[start..<end])
            if end < bytes.count, line.last == UInt8(ascii: "\r") { line.removeLast() }
            result.records.append(line)
            start = end + 1
        }
    }
    result.oversized += block.oversized.map { [$0.record, $0.byteCount] }
    result.prefixes += block.oversized.map(\.prefix)
    result.blockBytes.append(bytes.count)
    result.firstRecords.append(block.firstRecord)
    let made = result.records.count - first + result.oversized.count - missing
    #expect(block.recordCount == UInt64(made))
}

/// Runs steps over a text block by block, with the framing that they ask for.
func runFramed(_ steps: String, _ text: [UInt8], limits: String? = nil) throws -> PipelineResultOfBlocks {
    let (pipeline, findings) = compile(steps, limits: limits)
    let compiled = try #require(pipeline, "\(findings)")
    let processor = try #require(compiled.makeBlockProcessor())
    let blocks = processor.framing.makeSource(
        TextDecoder(.none, source: MemorySource(text), limits: compiled.limits),
        limits: compiled.limits
    ) { () throws(SluiceError) in }
    let scratch = processor.makeScratch()
    let buffer = ByteBuffer()
    let index = RecordIndex()
    var result = PipelineResultOfBlocks()
    while let block = try blocks.next(into: buffer, index: index) {
        let output = BlockOutput()
        try processor.process(block, into: output, scratch: scratch)
        unsafe result.output += Array(output.encoded.bytes)
        unsafe result.rejects += Array(output.rejects.bytes)
        let lines = unsafe UInt64(Newlines.count(in: output.encoded.bytes))
        #expect(block.recordCount == lines + output.tally.dropped + output.tally.rejected)
        #expect(unsafe UInt64(Newlines.count(in: output.rejects.bytes)) == output.tally.rejected)
    }
    return result
}

/// What the blocks of a text became.
struct PipelineResultOfBlocks {
    var output: [UInt8] = []
    var rejects: [UInt8] = []

    var lines: [String] { Self.lines(output) }
    var rejectLines: [String] { Self.lines(rejects) }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
