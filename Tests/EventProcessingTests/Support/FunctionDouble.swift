internal import EventModel
internal import FunctionRuntime
internal import Synchronization

/// A function made of a closure; counts how often it ran.
final class FunctionDouble: Function {
    typealias Body = @Sendable (Invocation) throws(SluiceError) -> InvocationReport

    let name: FunctionName
    let fingerprint: Fingerprint
    private let body: Body
    private let runs = Mutex<[ObjectKey: Int]>([:])

    init(_ name: FunctionName, fingerprint: String = "f1", _ body: @escaping Body) {
        self.name = name
        self.fingerprint = Fingerprint(hex: fingerprint)
        self.body = body
    }

    /// How often it ran on a key.
    func runs(on key: ObjectKey) -> Int { runs.withLock { $0[key] ?? 0 } }
    /// How often it ran at all.
    var totalRuns: Int { runs.withLock { $0.values.reduce(0, +) } }

    func invoke(_ invocation: Invocation) throws(SluiceError) -> InvocationReport {
        runs.withLock { $0[invocation.event.key, default: 0] += 1 }
        return try body(invocation)
    }

    /// Writes what it reads, changed by `change`, to one output; one record per line.
    static func mapping(
        _ name: FunctionName,
        fingerprint: String = "f1",
        _ change: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) -> FunctionDouble {
        FunctionDouble(name, fingerprint: fingerprint) { invocation throws(SluiceError) in
            let bytes = try readAll(invocation.source)
            guard let sink = try invocation.outputs.open(OutputPart(role: .result)) else {
                return InvocationReport()
            }
            let output = change(bytes)
            try write(output, to: sink)
            var report = InvocationReport()
            var tally = RecordTally()
            tally.input = UInt64(bytes.count { $0 == 0x0A })
            tally.output = tally.input
            report.tally = tally
            return report
        }
    }

    /// Writes every line to an output of its own, `{member}` being the line's number.
    static func splitting(_ name: FunctionName) -> FunctionDouble {
        FunctionDouble(name) { invocation throws(SluiceError) in
            let bytes = try readAll(invocation.source)
            for (index, line) in bytes.split(separator: 0x0A).enumerated() {
                let part = OutputPart(role: .result, placeholders: ["member": String(index)])
                guard let sink = try invocation.outputs.open(part) else { continue }
                try write(Array(line), to: sink)
            }
            return InvocationReport()
        }
    }

    /// Fails with what `error` says, or copies when that is nil.
    static func failing(
        _ name: FunctionName,
        _ error: @escaping @Sendable (ObjectEvent) -> SluiceError?
    ) -> FunctionDouble {
        FunctionDouble(name) { invocation throws(SluiceError) in
            if let error = error(invocation.event) { throw error }
            let bytes = try readAll(invocation.source)
            guard let sink = try invocation.outputs.open(OutputPart(role: .result)) else {
                return InvocationReport()
            }
            try write(bytes, to: sink)
            return InvocationReport()
        }
    }
}

/// Reads a source to its end.
func readAll(_ source: any ByteSource) throws(SluiceError) -> [UInt8] {
    var bytes: [UInt8] = []
    try source.readToEnd(chunkSize: 4096) { piece in
        unsafe piece.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
}

/// Writes bytes to a sink.
func write(_ bytes: [UInt8], to sink: any ByteSink) throws(SluiceError) {
    try sink.write(unsafe bytes.span.bytes)  // Read-only view of initialised bytes.
}
