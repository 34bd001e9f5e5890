internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import ObjectStorage
internal import TriggerRules

/// Opens an invocation's outputs in the stores' staging areas, each when the function asks for it; used by
/// one thread.
final class StagingOpener: OutputOpener {
    private struct Opened {
        let part: OutputPart
        let bucket: BucketName
        let key: ObjectKey
        let writer: any StagedWriter
        /// The output's store, where this thread may ask it.
        let store: (any DirectObjectStore)?

        /// Whether nothing lies under the key; false as well when that is not known.
        var isKeyFree: Bool {
            guard let store else { return false }
            do throws(SluiceError) {
                return try store.headHere(key) == nil
            } catch {
                // The look before the decision asks again, and reports it.
                return false
            }
        }
    }

    private let assignment: WorkerAssignment
    private let trigger: Trigger
    private let buckets: [BucketName: BucketSetup]
    private var opened: [Opened] = []
    /// Outputs that were ever opened: staged names are never used twice.
    private var made = 0

    /// Opens outputs for one attempt of `trigger`.
    init(_ assignment: WorkerAssignment, trigger: Trigger, buckets: [BucketName: BucketSetup]) {
        self.assignment = assignment
        self.trigger = trigger
        self.buckets = buckets
    }

    /// Opens one output; nil when the trigger names no place for rejects.
    func open(_ part: OutputPart) throws(SluiceError) -> (any ByteSink)? {
        let place: OutputTemplate? = part.role == .rejects ? trigger.rejects : trigger.output
        guard let template = place else { return nil }
        let key = try template.render(source: assignment.objectKey, placeholders: part.placeholders)
        guard let store = buckets[template.bucket]?.store else {
            throw SluiceError(.processingUnconfigured, "No bucket '\(template.bucket)' is configured.")
        }
        if let refusal = store.refusal(of: key) { throw refusal }
        guard !opened.contains(where: { $0.key == key && $0.bucket == template.bucket }) else {
            throw SluiceError(
                .outputDuplicate,
                "Two outputs of '\(assignment.objectKey)' map to '\(template.bucket):\(key)'.",
                hint: "Use {member}, {output} or a partition key in `output:` of trigger '\(trigger.name)'."
            )
        }
        let name = assignment.stageName(made)
        made += 1
        let direct = store as? any DirectObjectStore
        let writer: any StagedWriter
        if let direct {
            writer = try direct.stageHere(name, for: key)
        } else {
            writer = try BlockingBridge.wait { () async throws(SluiceError) in
                try await store.stage(name, for: key)
            }
        }
        opened.append(Opened(part: part, bucket: template.bucket, key: key, writer: writer, store: direct))
        return writer
    }

    /// Nothing: what was written becomes durable with all others.
    func close(_ part: OutputPart) throws(SluiceError) {}

    /// Gives one output up.
    func discard(_ part: OutputPart) throws(SluiceError) {
        guard let index = opened.firstIndex(where: { $0.part == part }) else { return }
        opened.remove(at: index).writer.abandon()
    }

    /// Ends all outputs; they are durable afterwards.
    func finishAll() throws(SluiceError) -> [StagedOutput] {
        var outputs: [StagedOutput] = []
        for output in opened {
            outputs.append(
                StagedOutput(
                    bucket: output.bucket,
                    key: output.key,
                    staged: output.writer.reference,
                    digest: try output.writer.finish(),
                    isKeyFree: output.isKeyFree
                )
            )
        }
        return outputs
    }

    /// Gives all outputs up.
    func abandonAll() {
        for output in opened { output.writer.abandon() }
        opened = []
    }
}
