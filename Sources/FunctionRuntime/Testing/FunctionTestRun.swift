public import EventModel
public import RecordEngine

/// What a function made of a test's input, and where that is not what was expected.
public struct FunctionTestRun: Sendable {
    /// Something that is not as expected.
    public enum Difference: Sendable, Hashable {
        /// The text of an output, line by line; the name is empty for the one without.
        case output(name: String, lines: [LineDifference.Line])
        /// An output that was expected and not made.
        case missing(String)
        /// An output that was made and not expected.
        case unexpected(String)
        /// A count, or the rejects, in words.
        case words(String)
        /// The function failed.
        case failed(SluiceErrorText)
    }

    /// An error as words.
    public struct SluiceErrorText: Sendable, Hashable {
        /// Its code.
        public let code: String
        /// What failed.
        public let message: String

        /// Keeps an error's words.
        public init(_ error: SluiceError) {
            code = error.code.name
            message = error.message
        }
    }

    /// All differences; none where the test passes.
    public let differences: [Difference]

    /// Whether all is as expected.
    public var passes: Bool { differences.isEmpty }

    /// Runs `pipeline` over `bytes`, which the test's input names.
    public init(_ test: FunctionTest, _ pipeline: Pipeline, bytes: [UInt8]) {
        var driver = pipeline.makeDriver()
        driver.output = .none
        driver.objectTime = test.objectTime
        if case .text = test.input {
            driver.input = .none
            driver.archive = nil
        }
        let sinks = CollectingSinks()
        do throws(SluiceError) {
            let report = try driver.run(
                source: CollectedSource(bytes),
                sinks: sinks,
                executor: InlineExecutor()
            )
            differences = Self.compare(test, sinks, report)
        } catch {
            differences = [.failed(SluiceErrorText(error))]
        }
    }

    private static func compare(
        _ test: FunctionTest,
        _ sinks: CollectingSinks,
        _ report: PipelineDriverReport
    ) -> [Difference] {
        var found: [Difference] = []
        let results = sinks.outputs.filter { $0.output.role == .result }
        if test.expected != nil || test.outputs != nil {
            var expected = test.outputs ?? [:]
            if let text = test.expected { expected[""] = text }
            for sink in results {
                let name = sink.output.label
                guard let text = expected.removeValue(forKey: name) else {
                    // One without a name that holds nothing is made although nothing went to it.
                    if name.isEmpty, sink.bytes.isEmpty { continue }
                    found.append(.unexpected(name))
                    continue
                }
                let difference = LineDifference(expected: text, actual: sink.bytes)
                if !difference.isEmpty { found.append(.output(name: name, lines: difference.lines)) }
            }
            for name in expected.keys.sorted() where !(name.isEmpty && expected[name]?.isEmpty == true) {
                found.append(.missing(name))
            }
        }
        if let rejects = test.rejects {
            let lines = sinks.outputs.filter { $0.output.role == .rejects }.flatMap { sink in
                sink.bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
            }
            if let text = difference(rejects, lines) { found.append(.words(text)) }
        }
        if let dropped = test.dropped, UInt64(dropped) != report.tally.dropped {
            found.append(.words("expected \(dropped) dropped records, got \(report.tally.dropped)"))
        }
        return found
    }

    private static func difference(_ expected: FunctionTest.Rejects, _ lines: [String]) -> String? {
        let got = lines.map { "\n    \($0)" }.joined()
        switch expected {
        case .count(let count):
            return count == lines.count ? nil : "expected \(count) rejects, got \(lines.count)\(got)"
        case .texts(let texts):
            guard texts.count == lines.count else {
                return "expected \(texts.count) rejects, got \(lines.count)\(got)"
            }
            for (text, line) in zip(texts, lines) where !line.contains(text) {
                return "expected a reject with '\(text)', got\n    \(line)"
            }
            return nil
        }
    }
}

/// Collects all outputs of one run in memory.
private final class CollectingSinks: PipelineSinks {
    /// One output.
    final class Sink: ByteSink {
        let output: PipelineOutput
        private(set) var bytes: [UInt8] = []

        init(_ output: PipelineOutput) { self.output = output }

        func write(_ span: RawSpan) throws(SluiceError) {
            unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
    }

    private(set) var outputs: [Sink] = []

    func open(_ output: PipelineOutput) throws(SluiceError) -> (any ByteSink)? {
        let sink = Sink(output)
        outputs.append(sink)
        return sink
    }

    func close(_ output: PipelineOutput) throws(SluiceError) {}

    func discard(_ output: PipelineOutput) throws(SluiceError) { outputs.removeAll { $0.output == output } }
}

/// Bytes in memory.
private final class CollectedSource: ByteSource {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let count = min(rest.count, buffer.freeCapacity)
        for byte in rest.prefix(count) { buffer.append(byte) }
        rest = rest.dropFirst(count)
    }
}

extension PipelineOutput {
    /// What distinguishes it, `OUTPUT/PARTITION/MEMBER`; empty where nothing does.
    fileprivate var label: String {
        let number = part == 0 ? nil : String(part)
        return [name.route, name.partition, member, number].compactMap(\.self).joined(separator: "/")
    }
}
