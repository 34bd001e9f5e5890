internal import Daemon
internal import EventModel
internal import Foundation
internal import FunctionRuntime
internal import RecordEngine
internal import Settings
internal import Testing

/// The functions of `fixtures/log-etl`, run on a few lines each, as a newcomer would try them.
@Suite struct ExampleFunctionTests {
    /// Bytes of memory, given out whole.
    private final class Source: ByteSource {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) { rest = bytes[...] }

        func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
            for byte in rest.prefix(buffer.freeCapacity) {
                buffer.append(byte)
                rest = rest.dropFirst()
            }
        }
    }

    /// Collects one output.
    private final class Sink: ByteSink {
        private(set) var bytes: [UInt8] = []

        func write(_ span: RawSpan) throws(SluiceError) {
            unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
    }

    /// Collects both outputs.
    private final class Outputs: OutputOpener {
        let result = Sink()
        let rejects = Sink()

        func open(_ part: OutputPart, as attributes: ObjectAttributes) throws(SluiceError) -> (any ByteSink)?
        {
            part.role == .result ? result : rejects
        }

        func close(_ part: OutputPart) throws(SluiceError) {}
        func discard(_ part: OutputPart) throws(SluiceError) {}
    }

    private func run(_ name: FunctionName, on bytes: [UInt8]) throws -> (Outputs, InvocationReport) {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(
                path: "fixtures/log-etl/sluice.yaml"
            )
        let configuration = try #require(ConfigurationLoader.load(path: file.path).configuration)
        let function = try #require(
            FunctionRegistry(
                configuration.functions,
                executor: InlineExecutor(),
                spools: MemorySpoolProvider()
            )[name]
        )
        let outputs = Outputs()
        let event = ObjectEvent(
            bucket: "inbox",
            key: "a",
            type: .createdPut,
            version: nil,
            sizeBytes: 0,
            time: Timestamp(nanoseconds: 0)
        )
        let report = try function.invoke(
            Invocation(
                event: event,
                idempotencyKey: "1",
                source: Source(bytes),
                outputs: outputs,
                checkCancellation: { () throws(SluiceError) in }
            )
        )
        return (outputs, report)
    }

    /// The text of a result that `function` compressed; the example's own first stage unpacks it.
    private func text(_ outputs: Outputs) throws -> String {
        String(decoding: try run("decompress", on: outputs.result.bytes).0.result.bytes, as: UTF8.self)
    }

    private func object(_ line: Substring) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test("access logs lose health checks and the last octet, and malformed lines are rejected")
    func accessLog() throws {
        let log = """
            203.0.113.77 - ann [01/Oct/2026:00:00:00 +0000] "GET /cart HTTP/1.1" 500 17 "-" "curl/8.5.0"
            203.0.113.78 - - [01/Oct/2026:00:00:01 +0000] "GET /healthz HTTP/1.1" 200 2 "-" "probe"
            kernel: Out of memory
            203.0.113.79 - - [01/Oct/2026:00:00:02 +0000] "GET / HTTP/1.1" 200 170 "-" "curl/8.5.0"

            """
        let (outputs, report) = try run("clean-access-log", on: Array(log.utf8))
        let tally = try #require(report.tally)
        #expect([tally.input, tally.output, tally.dropped, tally.rejected] == [4, 2, 1, 1])
        let lines = try text(outputs).split(separator: "\n")
        let first = try object(try #require(lines.first))
        #expect(first["client_ip"] as? String == "203.0.113.0")
        #expect(first["error"] as? Bool == true)
        #expect(first["status"] as? Int == 500)
        #expect(first["user"] == nil && first["ident"] == nil)
        #expect(try object(try #require(lines.last))["error"] as? Bool == false)
        let rejected = try object(Substring(String(decoding: outputs.rejects.bytes, as: UTF8.self)))
        #expect(rejected["line"] as? Int == 3)
        #expect(rejected["record"] as? String == "kernel: Out of memory")
    }

    @Test("application logs lose debug lines and names before the @, and keep every other byte")
    func applicationLog() throws {
        let log = """
            {"timestamp":"2026-10-01T00:00:00Z","level":"INFO","service":"cart","order":9007199254740993,\
            "price":1.10,"email":"ann17@example.com","m":"\\u00e4"}
            {"level":"DEBUG","email":"bo@example.com"}

            """
        let (outputs, report) = try run("clean-application-log", on: Array(log.utf8))
        #expect(report.tally?.dropped == 1)
        #expect(
            try text(outputs) == """
                {"timestamp":"2026-10-01T00:00:00Z","level":"INFO","service":"cart","order":9007199254740993,\
                "price":1.10,"email":"***@example.com","m":"\\u00e4","error":false}

                """
        )
        #expect(outputs.rejects.bytes.isEmpty)
    }
}
