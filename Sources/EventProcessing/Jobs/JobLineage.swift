internal import DurableLedger
internal import EventModel
internal import ObjectStorage

/// Finds what a target whose object is gone was made from.
struct JobLineage: Sendable {
    /// Knows who owns which output.
    let ledger: any Ledger
    /// The stores, and today's triggers.
    let configuration: ProcessingConfiguration

    /// The task that makes a target anew though its object was taken away after use: the oldest ancestor that
    /// still exists is processed again, and everything after it follows by itself. Where none exists, a task
    /// that says so.
    func ancestor(of target: TargetID) async throws(SluiceError) -> NewJobTask {
        var found: (TargetID, ObjectInfo)?
        var current = target
        for _ in 0..<Chaining.mostHops {
            guard let row = try await ledger.output(in: current.bucket, key: current.key) else { break }
            current = row.owner
            guard configuration.trigger(current.trigger) != nil,
                let store = configuration.buckets[current.bucket]?.store
            else { break }
            if let info = try await store.head(current.key) { found = (current, info) }
        }
        guard let (ancestor, info) = found else {
            let nothing = Timestamp(nanoseconds: 0)
            return NewJobTask(
                target: target,
                version: nil,
                sizeBytes: 0,
                modified: nothing,
                skip: "input-gone"
            )
        }
        return NewJobTask(
            target: ancestor,
            version: info.version,
            sizeBytes: info.sizeBytes,
            modified: info.modified
        )
    }
}
