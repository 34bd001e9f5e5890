public import EventModel

/// What a pipeline made of bytes in memory: for tests in the configuration, samples and the reference pages.
public struct MemoryRun: Sendable {
    /// One output.
    public struct Output: Sendable {
        /// Which one.
        public let output: PipelineOutput
        /// Its stored bytes.
        public let bytes: [UInt8]
    }

    /// The results, in the order in which they were opened; none of those that were taken back.
    public let results: [Output]
    /// The rejected records, as NDJSON.
    public let rejects: [UInt8]
    /// Where the records went.
    public let report: PipelineReport
}

extension Pipeline {
    /// Runs over `bytes`, read `pieceBytes` at a time, on the caller's thread; keeps all outputs in memory.
    ///
    /// Throws what fails the object as a whole.
    public func runInMemory(_ bytes: [UInt8], pieceBytes: Int = .max) throws(SluiceError) -> MemoryRun {
        let sinks = MemoryRunSinks()
        let report = try run(
            source: MemoryRunSource(bytes, pieceBytes),
            sinks: sinks,
            executor: InlineExecutor()
        )
        let rejects = sinks.opened.first { $0.output.role == .rejects }
        return MemoryRun(
            results: sinks.opened.filter { $0.output.role == .result }.map {
                MemoryRun.Output(output: $0.output, bytes: $0.bytes)
            },
            rejects: rejects?.bytes ?? [],
            report: report
        )
    }
}

/// Bytes in memory.
private final class MemoryRunSource: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let pieceBytes: Int

    init(_ bytes: [UInt8], _ pieceBytes: Int) {
        rest = bytes[...]
        self.pieceBytes = pieceBytes
    }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let count = min(rest.count, buffer.freeCapacity, pieceBytes)
        for byte in rest.prefix(count) { buffer.append(byte) }
        rest = rest.dropFirst(count)
    }
}

/// Collects outputs.
private final class MemoryRunSinks: PipelineSinks {
    /// One output.
    final class Sink: ByteSink {
        let output: PipelineOutput
        private(set) var bytes: [UInt8] = []

        init(_ output: PipelineOutput) { self.output = output }

        func write(_ bytes: RawSpan) throws(SluiceError) {
            unsafe bytes.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
        }
    }

    private(set) var opened: [Sink] = []

    func open(_ output: PipelineOutput) throws(SluiceError) -> (any ByteSink)? {
        let sink = Sink(output)
        opened.append(sink)
        return sink
    }

    func close(_ output: PipelineOutput) throws(SluiceError) {}

    func discard(_ output: PipelineOutput) throws(SluiceError) { opened.removeAll { $0.output == output } }
}
