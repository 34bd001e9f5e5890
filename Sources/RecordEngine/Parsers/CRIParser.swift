internal import CSimdjson

/// `parse: cri`: what containerd and CRI-O write for each line of a container.
///
/// `timestamp stream tags message` (the Kubernetes design document "CRI: Log Format",
/// github.com/kubernetes/design-proposals-archive, node/kubelet-cri-logging.md).
struct CRIParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "cri",
        summary: "Container logs of Kubernetes, as containerd and CRI-O write them.",
        semantics: 1,
        example: "- parse: cri",
        fields: ["timestamp", "stream", "partial", "message"],
        notes: """
            The runtime splits lines that are longer than its buffer (16 KiB as a rule): the parts but the
            last have `partial: true`, and they stay records of their own.
            """,
        fieldKinds: [
            "timestamp": "text, RFC 3339 with nanoseconds", "stream": "text: `stdout` or `stderr`",
            "partial": "true where the line goes on in a later record, else false",
        ],
        samples: [
            "2016-10-06T00:17:09.669794202Z stdout P log content 1", "just text",
        ]
    )

    /// The parser.
    static let plan = ParserPlan(spec) { CRIParser(symbols: $0.symbols(of: spec.fields)) }

    /// The symbols of the spec's fields, in order.
    private let symbols: [UInt16]

    /// Takes the symbols of the fields, in the order of the spec.
    init(symbols: [UInt16]) { self.symbols = symbols }

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        unsafe symbols.withUnsafeBufferPointer { symbols in
            guard let symbols = symbols.baseAddress else { return }
            unsafe batch.parseLines(fieldBound: batch.count * Self.spec.fields.count) { start, end, fields in
                var line = unsafe LineScan(batch.text, start, end, fields, symbols)
                let reason = unsafe Self.scan(&line)
                return unsafe line.verdict(reason)
            }
        }
    }

    /// Scans a line; nil when it has the format.
    @inline(__always)
    private static func scan(_ line: inout LineScan) -> RejectReason? {
        guard unsafe line.isInternetTime, unsafe line.word(0) else { return .logTimestamp }
        guard unsafe line.isNext("stdout ") || line.isNext("stderr ") else { return .criStream }
        unsafe line.put(1, SLUICE_TEXT, line.at, line.at + 6)
        unsafe line.at += 7
        // Tags are separated by colons; the first says whether the line is partial or full.
        guard unsafe line.isByte(0, UInt8(ascii: "F")) || line.isByte(0, UInt8(ascii: "P")) else {
            return .criTag
        }
        let stop = unsafe line.wordEnd
        guard unsafe stop == line.at + 1 || line.at[1] == UInt8(ascii: ":") else { return .criTag }
        let isPartial = unsafe line.at.pointee == UInt8(ascii: "P")
        unsafe line.put(2, isPartial ? SLUICE_TRUE : SLUICE_FALSE, line.at, line.at)
        unsafe line.at = unsafe stop
        _ = unsafe line.skip(UInt8(ascii: " "))
        unsafe line.put(3, SLUICE_TEXT, line.at, line.end)
        return nil
    }
}
