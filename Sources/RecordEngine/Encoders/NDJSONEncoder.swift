internal import CSimdjson

/// `encode: ndjson`: one JSON object a line.
///
/// A record of which nothing changed is written byte for byte, blanks included. In one that changed,
/// neighbouring untouched fields keep the bytes between them; elsewhere fields are joined by a comma.
struct NDJSONEncoder: RecordEncoder {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "ndjson",
        summary: "One JSON object a line.",
        semantics: 1,
        example: "- encode: ndjson",
        samples: [
            #"{"a": 1}"#
        ]
    )

    /// Appends one line per live record.
    func encode(_ batch: RecordBatch, _ range: Range<Int>, to output: ByteBuffer) {
        let arena = unsafe UnsafePointer(batch.arena.base.assumingMemoryBound(to: UInt8.self))
        var next = range.lowerBound
        let extent = batch.textExtent(of: range)
        output.reserve(extent + extent / 2 + 4_096)
        while true {
            let place = unsafe (output.base + output.count).assumingMemoryBound(to: UInt8.self)
            var written = 0
            next += unsafe sluice_encode_ndjson(
                batch.text,
                arena,
                batch.records + next,
                range.upperBound - next,
                batch.fields,
                batch.symbols.handle,
                place,
                output.capacity - output.count,
                &written
            )
            output.count &+= written
            if next == range.upperBound { return }
            unsafe output.reserve(
                sluice_ndjson_bound(batch.records + next, batch.fields, batch.symbols.handle)
            )
        }
    }
}
