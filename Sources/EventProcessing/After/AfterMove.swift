internal import DurableLedger
internal import EventModel
internal import Execution
internal import ObjectStorage
internal import Synchronization
internal import TriggerRules

/// Copies sources that are to be moved, on threads of its own: attempts count on theirs.
struct AfterMove: Sendable {
    private let core: ProcessingCore
    private let intake: Intake
    private let pool = BlockingPool(name: "after", limit: Several.atATime)

    /// Uses what all parts share.
    init(core: ProcessingCore, intake: Intake) {
        self.core = core
        self.intake = intake
    }

    /// Copies a source to where the template says; never over something else.
    func copy(
        _ info: ObjectInfo,
        from source: any ObjectStore,
        to template: OutputTemplate,
        _ configuration: ProcessingConfiguration
    ) async throws(SluiceError) {
        let key = try template.render(source: info.key)
        guard let store = configuration.buckets[template.bucket]?.store else {
            throw SluiceError(.processingUnconfigured, "No bucket '\(template.bucket)' is configured.")
        }
        if let refusal = store.refusal(of: key) { throw refusal }
        // Before anything is copied, which may take long and is done again and again.
        if let found = try await store.head(key), found.sizeBytes != info.sizeBytes {
            throw SluiceError(
                .outputCollision,
                "'\(template.bucket):\(key)', where '\(source.bucket):\(info.key)' is to be moved, holds "
                    + "another object.",
                hint: "Move that object away, or change `after:`; it is tried again by itself."
            )
        }
        let reader = try await source.open(info.key, ifMatch: info.version)
        let number = core.copies.add(1, ordering: .relaxed).newValue
        let name = StageName(ledger: core.ledger.id, boot: core.owner.boot, token: -number, number: 0)
        var attributes = reader.attributes
        // Where an object is stored how is the target bucket's matter.
        attributes.storageClass = nil
        attributes.tags = try await source.tags(of: info.key, ifVersion: info.version)
        let writer = try await store.stage(name, for: key, as: attributes)
        do throws(SluiceError) {
            let digest = try await pool.run { () throws(SluiceError) in
                try Self.pour(reader, into: writer)
            }
            let request = PublishRequest(
                staged: writer.reference,
                key: key,
                digest: digest,
                expecting: .absent
            )
            for answer in await store.publish([request]) { _ = try answer.get() }
            await intake.hint([key], in: template.bucket)
        } catch {
            // It may have to ask the store, and waits for the answer: not on this thread.
            try? await pool.run { () throws(SluiceError) in writer.abandon() }
            throw error
        }
    }

    private static func pour(
        _ reader: any ObjectReader,
        into writer: any StagedWriter
    ) throws(SluiceError) -> ContentDigest {
        try reader.pour(into: writer)
        try reader.confirm()
        return try writer.finish()
    }
}
