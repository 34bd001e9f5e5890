internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import ObjectStorage
internal import TriggerRules

/// Opens an invocation's outputs in the stores' staging areas, each when the function asks for it; used by
/// one thread.
///
/// An output that is closed becomes durable while others are written, and keeps no descriptor then: a
/// function may make thousands, of which few are open.
final class StagingOpener: OutputOpener {
    /// The most outputs of one attempt.
    ///
    /// One decision takes all of them, in one transaction that everybody else waits for.
    static let mostOutputs = 100_000
    /// So few outputs are finished by the attempt's own thread: another would take longer to wake.
    private static let fewOutputs = 2

    private struct Opened {
        let bucket: BucketName
        let key: ObjectKey
        let writer: any StagedWriter
        /// The output's store, where this thread may ask it.
        let store: (any DirectObjectStore)?
        /// Set once it is closed and its end has begun.
        var finishing: FinishingOutput?
        /// Set once it is durable.
        var digest: ContentDigest?

        /// What lies in the output's place; nil when that is not known.
        var vacancy: KeyVacancy? {
            guard let store else { return nil }
            do throws(SluiceError) {
                return try store.vacancyHere(key)
            } catch {
                // The look before the decision asks again, and reports it.
                return nil
            }
        }
    }

    private let assignment: WorkerAssignment
    private let trigger: Trigger
    private let buckets: [BucketName: BucketSetup]
    private let finisher: OutputFinisher
    /// The version that is read.
    private let version: ObjectVersion
    /// Made once an output goes where it can be kept.
    private lazy var lineage = OutputLineage(assignment, version: version)
    /// By the number that is part of the staged name.
    private var opened: [Int: Opened] = [:]
    private var numbers: [OutputPart: Int] = [:]
    private var places = OutputPlaces()
    /// Outputs that are closed and not yet durable; oldest first.
    private var closed: [Int] = []
    /// Outputs that were ever opened: staged names are never used twice.
    private var made = 0

    /// Opens outputs for one attempt of `trigger`.
    init(
        _ assignment: WorkerAssignment,
        trigger: Trigger,
        buckets: [BucketName: BucketSetup],
        version: ObjectVersion,
        finisher: OutputFinisher
    ) {
        self.assignment = assignment
        self.version = version
        self.trigger = trigger
        self.buckets = buckets
        self.finisher = finisher
    }

    /// Opens one output; nil when the trigger names no place for rejects.
    func open(_ part: OutputPart, as attributes: ObjectAttributes) throws(SluiceError) -> (any ByteSink)? {
        let place: OutputTemplate? = part.role == .rejects ? trigger.rejects : trigger.output
        guard let template = place else { return nil }
        let key = try template.render(source: assignment.objectKey, placeholders: part.placeholders)
        guard let store = buckets[template.bucket]?.store else {
            throw SluiceError(.processingUnconfigured, "No bucket '\(template.bucket)' is configured.")
        }
        if let refusal = store.refusal(of: key) { throw refusal }
        guard opened.count < Self.mostOutputs else {
            throw SluiceError(
                .outputTooMany,
                "'\(assignment.objectKey)' makes more than \(Self.mostOutputs) outputs.",
                hint: "Take fewer members with `members:`, or one output of all with `merge: true`."
            )
        }
        try places.add(key, in: template.bucket, source: assignment.objectKey, trigger: trigger)
        let name = assignment.stageName(made)
        let direct = store as? any DirectObjectStore
        let writer: any StagedWriter
        if let direct {
            // A directory keeps nothing beside the bytes.
            writer = try direct.stageHere(name, for: key)
        } else {
            let attributes = try lineage.attributes(for: key, of: trigger, function: attributes)
            writer = try BlockingBridge.wait { () async throws(SluiceError) in
                try await store.stage(name, for: key, as: attributes)
            }
        }
        opened[made] = Opened(bucket: template.bucket, key: key, writer: writer, store: direct)
        numbers[part] = made
        made += 1
        return writer
    }

    /// Begins to make an output durable, where there are many.
    func close(_ part: OutputPart) throws(SluiceError) {
        guard let number = numbers[part] else { return }
        closed.append(number)
        guard opened.count > Self.fewOutputs else { return }
        for number in closed where opened[number]?.finishing == nil { begin(number) }
        while closed.count > OutputFinisher.mostWaiting { try finish(closed.removeFirst()) }
    }

    /// Gives one output up, also one that was closed.
    func discard(_ part: OutputPart) throws(SluiceError) {
        guard let number = numbers.removeValue(forKey: part), let output = opened.removeValue(forKey: number)
        else { return }
        closed.removeAll { $0 == number }
        places.remove(output.key, in: output.bucket)
        abandon(output)
    }

    /// Ends all outputs; they are durable afterwards.
    func finishAll() throws(SluiceError) -> [StagedOutput] {
        try places.checkNesting(source: assignment.objectKey, trigger: trigger)
        let all = opened.keys.sorted()
        if all.count > Self.fewOutputs {
            for number in all where opened[number]?.digest == nil && opened[number]?.finishing == nil {
                begin(number)
            }
        }
        var outputs: [StagedOutput] = []
        outputs.reserveCapacity(all.count)
        for number in all {
            let digest = try finish(number)
            guard let output = opened[number] else { continue }
            outputs.append(
                StagedOutput(
                    bucket: output.bucket,
                    key: output.key,
                    staged: output.writer.reference,
                    digest: digest,
                    vacancy: output.vacancy
                )
            )
        }
        return outputs
    }

    /// Gives all outputs up.
    func abandonAll() {
        for output in opened.values { abandon(output) }
        opened = [:]
        numbers = [:]
        closed = []
        places = OutputPlaces()
    }

    private func begin(_ number: Int) {
        guard let writer = opened[number]?.writer else { return }
        opened[number]?.finishing = finisher.begin(writer)
    }

    @discardableResult private func finish(_ number: Int) throws(SluiceError) -> ContentDigest {
        guard let output = opened[number] else { return ContentDigest(crc64: 0, sizeBytes: 0) }
        if let digest = output.digest { return digest }
        let digest: ContentDigest
        if let finishing = output.finishing {
            digest = try finishing.wait()
        } else {
            digest = try output.writer.finish()
        }
        opened[number]?.digest = digest
        opened[number]?.finishing = nil
        return digest
    }

    /// Nothing may write to an output that is gone: its end is waited for first.
    private func abandon(_ output: Opened) {
        // What it says does not matter any more.
        if let finishing = output.finishing { _ = try? finishing.wait() }
        output.writer.abandon()
    }
}
