/// `encode: json`: one list of all records, each an object on a line of its own.
struct JSONListEncoder: RecordEncoder {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "json",
        summary: "One JSON list of all records.",
        semantics: 1,
        example: "- encode: json",
        notes: """
            Each record stands on a line of its own, so that the list can be read and compared line by line.
            An output without records is an empty list.
            """,
        samples: ["{\"a\": 1}\n{\"a\": 2}"]
    )

    /// Brackets around, a comma between.
    var frame: OutputFrame {
        var frame = OutputFrame()
        frame.prefix = Array("[".utf8)
        frame.suffix = Array("]\n".utf8)
        frame.separatorCount = 1
        return frame
    }

    /// Appends one object per live record, each with the comma before it.
    func encode(_ batch: RecordBatch, _ range: Range<Int>, to output: ByteBuffer) {
        let lines = NDJSONEncoder()
        for index in range where unsafe batch.records[index].isLive {
            output.append(UInt8(ascii: ","))
            lines.encode(batch, index..<index + 1, to: output)
        }
    }
}
