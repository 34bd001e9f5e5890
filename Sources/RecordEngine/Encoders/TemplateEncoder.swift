internal import CSimdjson

/// `encode: { format: raw, template: "{timestamp} {message}" }`: one line of text a record.
///
/// A record whose text holds a line feed is rejected: it would not be one line.
struct TemplateEncoder: RecordEncoder {
    /// The template, in order.
    let segments: [TextStep.Segment]

    /// Appends one line per live record.
    func encode(_ batch: RecordBatch, _ range: Range<Int>, to output: ByteBuffer) {
        for index in range where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            let start = output.count
            for segment in segments {
                switch segment {
                case .literal(let bytes): unsafe bytes.withUnsafeBytes { unsafe output.append($0) }
                case .field(let symbol):
                    guard let field = batch.lastField(symbol, of: record) else { continue }
                    if field.isEscaped { batch.reserveForDecoding(record) }
                    unsafe output.append(batch.writtenText(of: field))
                }
            }
            if unsafe output.bytes[start...].contains(UInt8(ascii: "\n")) {
                output.count = start
                unsafe batch.records[index].reject(.lineFeedInText)
                continue
            }
            output.append(UInt8(ascii: "\n"))
        }
    }
}
