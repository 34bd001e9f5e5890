internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import RecordEngine

/// Runs one function over files, without a service.
struct FunctionRunner {
    private let function: StepsFunction
    private let pool = BlockingPool(name: "run", limit: 1)

    /// With one thread everything runs on the thread that reads; otherwise so many threads compute besides
    /// it.
    init(_ definition: FunctionDefinition, threads: Int) {
        let executor: any BlockExecutor = threads > 1 ? ComputePool(threadCount: threads) : InlineExecutor()
        function = StepsFunction(definition, executor: executor)
    }

    /// Runs over one input; failures are part of the answer.
    func run(_ input: String, result: RunOutputs.Place, rejects: String?) async -> RunInputView {
        let progress = Progress()
        return await withTaskGroup(of: RunInputView?.self) { group in
            if Terminal.errorIsTerminal {
                group.addTask {
                    await ProgressBar(input, progress).draw()
                    return nil
                }
            }
            group.addTask { await perform(input, result, rejects, progress) }
            var answer: RunInputView?
            while let next = await group.next() {
                guard let next else { continue }
                answer = next
                group.cancelAll()
            }
            return answer
                ?? Self.failed(input, SluiceError(.cancelled, "The run was interrupted."), progress, .zero)
        }
    }

    private func perform(
        _ input: String,
        _ result: RunOutputs.Place,
        _ rejects: String?,
        _ progress: Progress
    ) async -> RunInputView {
        let started = ContinuousClock.now
        do throws(SluiceError) {
            return try await pool.run { [function] () throws(SluiceError) in
                let outputs = RunOutputs(result: result, rejects: rejects)
                // Opened first: it learns the size that the event tells.
                let source = try FileSource(input, progress: progress)
                let event = ObjectEvent(
                    bucket: "local",
                    key: ObjectKey(input),
                    type: .createdPut,
                    version: nil,
                    sizeBytes: progress.state.total,
                    time: Timestamp(nanoseconds: 0)
                )
                let invocation = Invocation(
                    event: event,
                    idempotencyKey: "run",
                    source: source,
                    outputs: outputs,
                    checkCancellation: { () throws(SluiceError) in }
                )
                let report = try function.invoke(invocation)
                let published = try outputs.publish()
                return RunInputView(
                    input: input,
                    output: published.result,
                    rejects: published.rejects,
                    records: report.tally,
                    stages: report.stages.map(StageView.init),
                    bytesIn: progress.state.done,
                    bytesOut: published.bytes,
                    textBytesIn: report.textBytesIn,
                    seconds: (ContinuousClock.now - started) / .seconds(1),
                    warnings: report.warnings,
                    failure: nil
                )
            }
        } catch {
            return Self.failed(input, error, progress, ContinuousClock.now - started)
        }
    }

    private static func failed(
        _ input: String,
        _ error: SluiceError,
        _ progress: Progress,
        _ duration: Duration
    ) -> RunInputView {
        RunInputView(
            input: input,
            output: nil,
            rejects: nil,
            records: nil,
            stages: [],
            bytesIn: progress.state.done,
            bytesOut: 0,
            textBytesIn: 0,
            seconds: duration / .seconds(1),
            warnings: [],
            failure: error
        )
    }
}
