internal import RecordEngine
internal import Testing

/// Runs one block over a function, as the driver does for a unit with a header; what was written and
/// rejected.
func runBlock(
    _ steps: String,
    header: String,
    _ input: String
) throws -> (lines: [String], rejects: [String]) {
    let (pipeline, findings) = compile(steps)
    let processor = try #require(pipeline?.makeBlockProcessor(), "\(findings)")
    let text = ByteBuffer()
    unsafe Array(input.utf8).withUnsafeBytes { unsafe text.append($0) }
    let count = UInt64(input.utf8.count { $0 == 10 })
    var block = Block(text: text, firstRecord: 1, recordCount: count)
    block.unit = UnitContext(header: Array(header.utf8))
    let output = BlockOutput()
    try processor.process(block, into: output, scratch: processor.makeScratch())
    func lines(_ buffer: ByteBuffer) -> [String] {
        unsafe String(decoding: buffer.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    return (lines(output.encoded), lines(output.rejects))
}
