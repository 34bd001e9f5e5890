internal import EventModel
internal import EventProcessing
internal import Execution
internal import ObjectStorage

/// Puts one file into a bucket of any kind, whole or not at all.
struct ObjectUpload {
    /// The bucket.
    let store: any ObjectStore
    /// Where the object shall be.
    let key: ObjectKey
    /// The file; `-` is standard input.
    let file: String
    /// What is kept beside the bytes, where the store keeps anything.
    let attributes: ObjectAttributes
    /// How far it is.
    let progress = Progress()

    /// Stages the bytes in the bucket, then makes them visible.
    func run() async throws(SluiceError) -> ObjectInfo {
        let id = SystemRandomSource().hexadecimal(digitCount: 32)
        guard let local = store as? LocalObjectStore else { return try await put(ledger: id) }
        // A place of its own, so that no service's sweep takes it for a dead boot's, and removed afterwards.
        let stage = try await local.makeTransientStage(id: id)
        do throws(SluiceError) {
            let info = try await put(ledger: stage.ledger)
            await local.remove(stage)
            return info
        } catch {
            await local.remove(stage)
            throw error
        }
    }

    private func put(ledger: String) async throws(SluiceError) -> ObjectInfo {
        let name = StageName(ledger: ledger, boot: "0", token: 1, number: 0)
        let writer = try await store.stage(name, for: key, as: attributes)
        let pool = BlockingPool(name: "put", limit: 1)
        do throws(SluiceError) {
            let digest = try await pool.run { [file, progress] () throws(SluiceError) in
                try FileSource(file, progress: progress).pour(into: writer)
                return try writer.finish()
            }
            let request = PublishRequest(
                staged: writer.reference,
                key: key,
                digest: digest,
                expecting: .anything
            )
            guard let result = await store.publish([request]).first else {
                throw SluiceError(.commandFailed, "The object could not be published.")
            }
            return try result.get().info
        } catch {
            // What was sent must not stay behind; it may have to ask the store, so not on this thread.
            try? await pool.run { () throws(SluiceError) in writer.abandon() }
            throw error
        }
    }
}
