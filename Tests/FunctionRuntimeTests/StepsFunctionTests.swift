internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import RecordEngine
internal import Settings
internal import Synchronization
internal import Testing

@Suite struct StepsFunctionTests {
    private static let cleaning = """
        steps:
          - parse: json
          - drop_if: level == "DEBUG"
          - drop: [secret]
        """

    private func definition(_ text: String, name: FunctionName = "clean") throws -> FunctionDefinition {
        var diagnostics = Diagnostics()
        let node = try #require(YAML.parse(Array(text.utf8), &diagnostics))
        let definition = FunctionDefinition.decode(name: name, node: node, &diagnostics)
        return try #require(definition, "\(diagnostics.findings)")
    }

    private func run(
        _ text: String,
        on bytes: [UInt8],
        outputs: MemoryOutputs,
        executor: any BlockExecutor = InlineExecutor(),
        checkCancellation: @escaping @Sendable () throws(SluiceError) -> Void = { () throws(SluiceError) in }
    ) throws -> InvocationReport {
        let function = try definition(text).makeFunction(executor: executor, spools: MemorySpoolProvider())
        return try function.invoke(invocation(bytes, outputs, checkCancellation))
    }

    private func invocation(
        _ bytes: [UInt8],
        _ outputs: MemoryOutputs,
        _ checkCancellation: @escaping @Sendable () throws(SluiceError) -> Void
    ) -> Invocation {
        let event = ObjectEvent(
            bucket: "inbox",
            key: "a.log",
            type: .createdPut,
            version: nil,
            sizeBytes: UInt64(bytes.count),
            time: Timestamp(nanoseconds: 0)
        )
        return Invocation(
            event: event,
            idempotencyKey: "1",
            source: MemorySource(bytes),
            outputs: outputs,
            checkCancellation: checkCancellation
        )
    }

    @Test("gives its groups as a part of a larger result, and no output but rejects")
    func partial() throws {
        let text = "steps:\n  - parse: json\n  - aggregate: { by: k, values: { n: count } }\n"
        let made = try definition(text).makeFunction(
            executor: InlineExecutor(),
            spools: MemorySpoolProvider()
        )
        let function = try #require(made as? StepsFunction)
        let outputs = MemoryOutputs()
        let result = try function.invokePartially(
            invocation(Array("{\"k\":1}\nx\n".utf8), outputs, { () throws(SluiceError) in })
        )
        #expect(function.aggregating != nil && !result.partial.isEmpty)
        #expect(result.report.tally?.aggregated == 1 && result.report.tally?.isBalanced == true)
        #expect(outputs.text(.result) == nil && outputs.text(.rejects)?.contains("\"line\":2") == true)
    }

    @Test("turns records into records and says where each went")
    func records() throws {
        let outputs = MemoryOutputs()
        let input = """
            {"level":"INFO","n":1.10,"secret":"x"}
            {"level":"DEBUG","n":2}
            nonsense
            {"level":"WARN","n":3}

            """
        let report = try run(Self.cleaning, on: Array(input.utf8), outputs: outputs)
        #expect(outputs.text(.result) == "{\"level\":\"INFO\",\"n\":1.10}\n{\"level\":\"WARN\",\"n\":3}\n")
        let rejects = try #require(outputs.text(.rejects))
        #expect(rejects.contains("\"line\":3") && rejects.contains("nonsense"))
        let tally = try #require(report.tally)
        #expect([tally.input, tally.output, tally.dropped, tally.rejected] == [4, 2, 1, 1])
        #expect(tally.isBalanced)
        let stages = report.stages.map { "\($0.name) \($0.input) \($0.dropped) \($0.rejected)" }
        #expect(stages == ["parse: json 4 0 1", "drop_if 3 1 0", "drop 2 0 0", "encode: ndjson 2 0 0"])
        #expect(report.textBytesIn == UInt64(input.utf8.count))
        #expect(report.textBytesOut == UInt64(outputs.text(.result)?.utf8.count ?? 0))
    }

    @Test("counts rejects although nobody wants to see them")
    func unwantedRejects() throws {
        let outputs = MemoryOutputs(wantsRejects: false)
        let report = try run(Self.cleaning, on: Array("x\n{\"level\":1}\n".utf8), outputs: outputs)
        #expect(report.tally?.rejected == 1)
        #expect(outputs.text(.rejects) == nil)
        #expect(outputs.text(.result) == "{\"level\":1}\n")
    }

    @Test("an object without a bad record opens no rejects, and an empty one still has a result")
    func empty() throws {
        let outputs = MemoryOutputs()
        let report = try run(Self.cleaning, on: [], outputs: outputs)
        #expect(outputs.text(.result)?.isEmpty == true)
        #expect(outputs.text(.rejects) == nil)
        #expect(report.tally == RecordTally())
    }

    @Test("bytes pass through when nothing parses them, and have no tally of records")
    func bytes() throws {
        let outputs = MemoryOutputs()
        let report = try run("steps: [ { decompress: auto } ]", on: [0, 255, 10, 13], outputs: outputs)
        #expect(outputs.sinks.first { $0.key.role == .result }?.value.bytes == [0, 255, 10, 13])
        #expect(report.tally == nil)
        #expect(report.textBytesIn == 4 && report.textBytesOut == 4)
    }

    /// `printf 'hello\n' | gzip -n` (RFC 1952).
    private static let gzip: [UInt8] = [
        0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0xE7, 0x02, 0x00, 0x20, 0x30,
        0x3A,
        0x36, 0x06, 0, 0, 0,
    ]

    @Test("a corrupt or truncated object fails as the object's fault (traps G02, G03)")
    func corrupt() throws {
        let unpack = "steps: [ { decompress: auto } ]"
        let outputs = MemoryOutputs()
        _ = try run(unpack, on: Self.gzip, outputs: outputs)
        #expect(outputs.text(.result) == "hello\n")
        var flipped = Self.gzip
        flipped[19] ^= 1
        for (bytes, code) in [(flipped, "codec.corrupt"), (Array(Self.gzip.dropLast(3)), "codec.truncated")] {
            let error = #expect(throws: SluiceError.self) {
                try run(unpack, on: bytes, outputs: MemoryOutputs())
            }
            #expect(error?.code.name == code)
            #expect(error?.code.blame == .object)
        }
    }

    @Test("what an output or the caller throws comes through as it is")
    func failures() throws {
        let many = Array(String(repeating: "{\"a\":1}\n", count: 400_000).utf8)
        let full = #expect(throws: SluiceError.self) {
            try run("steps: [ { parse: json } ]", on: many, outputs: MemoryOutputs(limit: 10))
        }
        #expect(full?.code == MemoryOutputs.full)
        let cancelled = #expect(throws: SluiceError.self) {
            try run(
                "steps: [ { parse: json } ]",
                on: many,
                outputs: MemoryOutputs(),
                checkCancellation: { () throws(SluiceError) in throw SluiceError(.cancelled, "Stop.") }
            )
        }
        #expect(cancelled?.code == .cancelled)
    }

    @Test("a small object is computed on the calling thread, a large one by the executor")
    func small() throws {
        let executor = CountingExecutor()
        let line = Array("{\"n\":1}\n".utf8)
        _ = try run(Self.cleaning, on: line, outputs: MemoryOutputs(), executor: executor)
        #expect(executor.count == 0)
        let many = Array(repeatElement(line, count: 40_000).joined())
        _ = try run(Self.cleaning, on: many, outputs: MemoryOutputs(), executor: executor)
        #expect(executor.count > 0)
    }

    @Test(
        "a pool's threads make the same bytes as one, and a run ends although its pool is shut down"
    )
    func pool() async throws {
        let many = Array((0..<200_000).map { "{\"n\":\($0),\"level\":\"INFO\"}\n" }.joined().utf8)
        let inline = MemoryOutputs()
        _ = try run(Self.cleaning, on: many, outputs: inline)
        let pool = ComputePool(threadCount: 2)
        let pooled = MemoryOutputs()
        _ = try run(Self.cleaning, on: many, outputs: pooled, executor: pool)
        #expect(pooled.text(.result) == inline.text(.result))
        await pool.shutdown()
        let late = MemoryOutputs()
        _ = try run(Self.cleaning, on: many, outputs: late, executor: pool)
        #expect(late.text(.result) == inline.text(.result))
    }
}

/// Counts what it runs.
private final class CountingExecutor: BlockExecutor {
    let parallelism = 1
    private let runs = Atomic(0)

    var count: Int { runs.load(ordering: .relaxed) }

    func execute(_ work: @escaping @Sendable () -> Void) {
        runs.add(1, ordering: .relaxed)
        work()
    }
}
