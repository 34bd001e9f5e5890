import EventModel
import RecordEngine
import Settings

/// The reader of partial results: bytes in a valid frame are refused, or make the same bytes again and rows.
enum FuzzPartial {
    /// The word on the command line.
    static let name = "partial"

    /// A function with every kind of key and value.
    private static let pipeline: Pipeline = {
        var diagnostics = Diagnostics()
        let text = """
            - parse: json
            - aggregate:
                by: [a, { b: c + 1 }]
                window: 1h
                max_groups: 1000
                max_memory: 16MiB
                values: { n: count, s: { sum: v }, low: { min: v }, mean: { avg: v },
                          d: { distinct: v, precision: 4 }, q: { quantile: v, q: 0.5, error: 0.1 } }
            - flatten: { lists: index }
            """
        guard let steps = YAML.parse(Array(text.utf8), &diagnostics),
            let made = Pipeline.compile(steps: steps, diagnostics: &diagnostics)
        else { fatalError("\(diagnostics.findings)") }
        return made
    }()

    /// Reads the bytes as they are, and as the body of a frame that is right.
    static func check(_ bytes: [UInt8]) {
        guard let merger = AggregateMerger(pipeline), let framed = AggregateMerger(pipeline) else {
            fatalError("The function folds nothing.")
        }
        try? merger.add(bytes)
        // What stands in front of the groups, of a result without any.
        let frame = framed.partial().prefix(40)
        var whole = frame + bytes
        let checksum = checksum(of: whole)
        for shift in 0..<4 { whole.append(UInt8(truncatingIfNeeded: checksum >> UInt32(8 * shift))) }
        guard (try? framed.add(Array(whole))) != nil else { return }
        let again = framed.partial()
        guard let second = AggregateMerger(pipeline), (try? second.add(again)) != nil else {
            fatalError("What was read is refused when it is written down again.")
        }
        precondition(second.partial() == again, "A partial result reads differently the second time.")
        _ = try? framed.write(to: NoSinks())
    }

    /// The CRC-32 of gzip (RFC 1952, section 8), bit by bit.
    private static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        var state = UInt32.max
        for byte in bytes {
            state ^= UInt32(byte)
            for _ in 0..<8 { state = state & 1 == 1 ? (state >> 1) ^ 0xEDB8_8320 : state >> 1 }
        }
        return ~state
    }

    /// Nobody wants to see the rows.
    private final class NoSinks: PipelineSinks {
        func open(_ output: PipelineOutput) -> (any ByteSink)? { nil }
        func close(_ output: PipelineOutput) {}
        func discard(_ output: PipelineOutput) {}
    }
}
