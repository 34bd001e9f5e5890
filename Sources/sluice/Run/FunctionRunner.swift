internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import RecordEngine

/// Runs one function over files, without a service.
struct FunctionRunner {
    /// One input, and where its outputs go.
    struct Job: Sendable {
        /// The input as named; `-` is standard input.
        let input: String
        /// Where its result goes.
        let result: RunOutputs.Place
        /// Where its rejects go; nil only counts them.
        let rejects: String?
        /// The inputs of the whole run, which no result may replace.
        let allInputs: Set<FileStatus.Identity>
        /// How far it is.
        let progress = Progress()
    }

    private let function: any Function
    private let pool: BlockingPool
    private let atATime: Int

    /// With one thread everything runs on the thread that reads, one input after another; otherwise so many
    /// threads compute, and as many inputs are read at a time: each alone would keep all of them busy, but
    /// not while it is opened and its result is made durable.
    init(_ definition: FunctionDefinition, threads: Int) {
        let executor: any BlockExecutor = threads > 1 ? ComputePool(threadCount: threads) : InlineExecutor()
        function = definition.makeFunction(
            executor: executor,
            spools: FileSpoolProvider(directory: Files.temporaryDirectory)
        )
        atATime = threads
        pool = BlockingPool(name: "run", limit: threads)
    }

    /// Runs over all inputs; hands each answer to `show` in the order of the inputs.
    ///
    /// Failures are part of the answers.
    func run(_ jobs: [Job], show: (RunInputView) -> Void) async -> [RunInputView] {
        var views: [Int: RunInputView] = [:]
        var shown = 0
        await withTaskGroup(of: (Int, RunInputView)?.self) { group in
            if Terminal.errorIsTerminal {
                for job in jobs { job.progress.begin(total: FileStatus(path: job.input)?.sizeBytes ?? 0) }
                let label = jobs.count == 1 ? jobs[0].input : "\(jobs.count) inputs"
                group.addTask {
                    await ProgressBar(label, jobs.map(\.progress)).draw()
                    return nil
                }
            }
            var next = 0
            while views.count < jobs.count {
                while next < jobs.count, next - views.count < atATime {
                    let (number, job) = (next, jobs[next])
                    group.addTask { (number, await perform(job)) }
                    next += 1
                }
                guard let answer = await group.next() else { break }
                // The bar, which ended before its time, has no answer.
                guard let (number, view) = answer else { continue }
                views[number] = view
                while let view = views[shown] {
                    show(view)
                    shown += 1
                }
            }
            group.cancelAll()
        }
        return jobs.indices.compactMap { views[$0] }
    }

    private func perform(_ job: Job) async -> RunInputView {
        let started = ContinuousClock.now
        do throws(SluiceError) {
            return try await pool.run { [function] () throws(SluiceError) in
                let outputs = RunOutputs(
                    result: job.result,
                    rejects: job.rejects,
                    inputs: job.allInputs
                )
                let invocation = Invocation(
                    event: Self.event(job),
                    idempotencyKey: "run",
                    source: try FileSource(job.input, progress: job.progress),
                    outputs: outputs,
                    checkCancellation: { () throws(SluiceError) in }
                )
                let report = try function.invoke(invocation)
                let published = try outputs.publish()
                return RunInputView(
                    input: job.input,
                    published,
                    report,
                    bytesIn: job.progress.state.done,
                    seconds: (ContinuousClock.now - started) / .seconds(1)
                )
            }
        } catch {
            return RunInputView(
                input: job.input,
                failure: error,
                bytesIn: job.progress.state.done,
                seconds: (ContinuousClock.now - started) / .seconds(1)
            )
        }
    }

    /// What came by a pipe was written now; a file when the system says so.
    private static func event(_ job: Job) -> ObjectEvent {
        let status = job.input == "-" ? nil : FileStatus(path: job.input)
        let isFile = status?.isRegular == true
        let modified = isFile ? status?.modifiedNanoseconds : nil
        return ObjectEvent(
            bucket: "local",
            key: ObjectKey(job.input),
            type: .createdPut,
            version: nil,
            // Of a pipe nobody knows how much will come: it counts as large.
            sizeBytes: isFile ? status?.sizeBytes ?? 0 : .max,
            time: modified.map { Timestamp(nanoseconds: $0) } ?? SystemTimeSource().now
        )
    }
}
