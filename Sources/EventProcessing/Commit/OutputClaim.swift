internal import DurableLedger
internal import EventModel
internal import ObjectStorage
internal import TriggerRules

/// Looks, before the decision, at what lies under the keys that an attempt wants to write: a commit that was
/// decided has only the way forward, so whatever could refuse it must be known before (DESIGN 5.6 c).
struct OutputClaim: Sendable {
    /// Knows who owns which output.
    let ledger: any Ledger
    /// The attempt's snapshot.
    let configuration: ProcessingConfiguration
    /// Who wants to write.
    let target: TargetID

    /// The outputs as the decision takes them. Throws `output.collision` for a foreign object with other
    /// content, and for what keeps the output from being put there at all.
    func plan(_ outputs: [StagedOutput], of trigger: Trigger) async throws(SluiceError) -> [PlannedOutput] {
        var planned: [PlannedOutput] = []
        planned.reserveCapacity(outputs.count)
        let own = try await ownKeys(outputs, trigger)
        for output in outputs {
            if output.vacancy != .free, output.vacancy != .taken { try await checkObstacle(output) }
            planned.append(
                PlannedOutput(
                    bucket: output.bucket,
                    key: output.key,
                    staged: output.staged.text,
                    digest: output.digest,
                    mayReplace: try await mayReplace(output, trigger, own)
                )
            )
        }
        return planned
    }

    /// What the target has already, where asking once is cheaper than asking for each output.
    private func ownKeys(
        _ outputs: [StagedOutput],
        _ trigger: Trigger
    ) async throws(SluiceError) -> Set<OutputPlace> {
        if trigger.overwrite || outputs.count(where: { $0.vacancy != .free }) < Self.fewOutputs { return [] }
        return Set(try await ledger.outputs(of: target).map { OutputPlace(bucket: $0.bucket, key: $0.key) })
    }

    private static let fewOutputs = 8

    private func mayReplace(
        _ output: StagedOutput,
        _ trigger: Trigger,
        _ own: Set<OutputPlace>
    ) async throws(SluiceError) -> Bool {
        if trigger.overwrite { return true }
        if output.vacancy == .free { return false }
        if own.contains(OutputPlace(bucket: output.bucket, key: output.key)) { return true }
        let store = try store(of: output)
        guard let found = try await store.head(output.key) else { return false }
        // One of ours, of this target or another: ownership is the decision's to judge.
        if let row = try await ledger.output(in: output.bucket, key: output.key) {
            return row.owner == target
        }
        if found.sizeBytes == output.digest.sizeBytes, try await store.digest(output.key) == output.digest {
            return false
        }
        throw SluiceError(
            .outputCollision,
            "'\(output.bucket):\(output.key)' already holds another object, which "
                + "'\(target.bucket):\(target.key)' through trigger '\(target.trigger)' would replace.",
            hint: "Move that object away and retry, change `output:`, or set `overwrite: true`."
        )
    }

    private func store(of output: StagedOutput) throws(SluiceError) -> any ObjectStore {
        guard let store = configuration.buckets[output.bucket]?.store else {
            throw SluiceError(.processingUnconfigured, "No bucket '\(output.bucket)' is configured.")
        }
        return store
    }

    /// A local bucket cannot hold both `q` and `q/r`.
    private func checkObstacle(_ output: StagedOutput) async throws(SluiceError) {
        let store = try store(of: output)
        guard let obstacle = try await store.obstacle(of: output.key) else { return }
        let subject = "'\(target.bucket):\(target.key)' through trigger '\(target.trigger)' would write "
        if obstacle == output.key {
            throw SluiceError(
                .outputCollision,
                subject + "'\(output.bucket):\(output.key)', where a directory lies.",
                hint: "A local bucket cannot hold both 'a' and 'a/b': remove the directory with all in it "
                    + "and retry, or change `output:` so that the keys differ otherwise, as by an ending."
            )
        }
        let row = try await ledger.output(in: output.bucket, key: obstacle)
        // What the target itself made before goes first (`RollForward`), unless somebody replaced it.
        if let row, row.owner == target, let version = row.version,
            try await store.head(obstacle)?.version == version
        {
            return
        }
        let owner = row.map { ", made of '\($0.owner.bucket):\($0.owner.key)'" } ?? ""
        throw SluiceError(
            .outputCollision,
            subject + "'\(output.bucket):\(output.key)', which needs a directory where the object "
                + "'\(obstacle)'\(owner) lies.",
            hint: "A local bucket cannot hold both 'a' and 'a/b': move the object away and retry, or change "
                + "`output:` so that the keys differ otherwise, as by an ending."
        )
    }
}
