internal import DurableLedger
internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import ObjectStorage
internal import TriggerRules

/// Plans a job: finds its objects as the job would, and tries some of them out, whose outputs go nowhere.
struct JobPlanner: Sendable {
    /// So many objects are tried out at most.
    private static let mostSamples = 12
    /// No more stored bytes are tried out.
    private static let mostSampledBytes: UInt64 = 256 << 20

    /// Knows what was done.
    let ledger: any Ledger
    /// Stores, triggers and functions.
    let configuration: ProcessingConfiguration
    /// The time.
    let clock: any TimeSource
    /// Chooses the samples.
    let random: any RandomSource

    /// The plan of a job; writes nothing.
    func plan(_ specification: JobSpecification) async throws(SluiceError) -> JobPlan {
        let pool = BlockingPool(name: "plan", limit: 2)
        let rules = try JobRules(specification, configuration, lane: "job")
        let finder = JobFinder(rules, ledger: ledger, configuration: configuration, pool: pool)
        var plan = JobPlan()
        var chosen: [NewJobTask] = []
        var seen = 0
        while let page = try await finder.next() {
            plan.add(page)
            for task in page.tasks where task.skip == nil {
                seen += 1
                // A reservoir: each object has the same chance (Vitter 1985, algorithm R).
                if chosen.count < Self.mostSamples {
                    chosen.append(task)
                } else {
                    let place = Int(random.fraction() * Double(seen))
                    if place < chosen.count { chosen[place] = task }
                }
            }
        }
        var samples: [JobSample] = []
        var rest = Self.mostSampledBytes
        for task in chosen where task.sizeBytes <= rest {
            rest -= task.sizeBytes
            if let sample = try await sample(task, rules, pool) { samples.append(sample) }
        }
        let cores = NativeThread.availableProcessorCount
        plan.extrapolate(samples, workers: min(configuration.workers, cores))
        return plan
    }

    /// Runs the function over one object; nil when it is gone.
    private func sample(
        _ task: NewJobTask,
        _ rules: JobRules,
        _ pool: BlockingPool
    ) async throws(SluiceError) -> JobSample? {
        guard let trigger = rules.triggers.first(where: { $0.name == task.target.trigger }),
            let function = configuration.functions[trigger.function],
            let store = configuration.buckets[task.target.bucket]?.store
        else { return nil }
        let reader: any ObjectReader
        do throws(SluiceError) {
            reader = try await store.open(task.target.key, ifMatch: nil)
        } catch {
            if error.code.blame == .object { return nil }
            throw error
        }
        let (clock, began) = (clock, clock.uptime)
        let info = reader.info
        do throws(SluiceError) {
            let report = try await pool.run { () throws(SluiceError) in
                let outputs = NoOutputs()
                let report = try function.invoke(
                    Invocation(
                        event: IntakeRules.event(for: info, in: task.target.bucket),
                        idempotencyKey: "plan",
                        source: reader,
                        sourceAttributes: reader.attributes,
                        outputs: outputs,
                        checkCancellation: {}
                    )
                )
                return (report, outputs.count)
            }
            return JobSample(
                sizeBytes: info.sizeBytes,
                duration: clock.uptime - began,
                outputs: report.1,
                formats: report.0.notes,
                failure: nil
            )
        } catch {
            if error.code.blame == .outage { throw error }
            return JobSample(
                sizeBytes: info.sizeBytes,
                duration: clock.uptime - began,
                outputs: 0,
                formats: [],
                failure: error.code.name
            )
        }
    }
}

/// Outputs that go nowhere.
private final class NoOutputs: OutputOpener {
    private final class Sink: ByteSink {
        func write(_ bytes: RawSpan) {}
    }

    private(set) var count = 0

    func open(_ part: OutputPart, as attributes: ObjectAttributes) -> (any ByteSink)? {
        count += 1
        return Sink()
    }

    func close(_ part: OutputPart) {}
    func discard(_ part: OutputPart) { count -= 1 }
}
