internal import EventModel
internal import EventProcessing
internal import Execution
internal import ObjectStorage
internal import Synchronization

/// Puts one file into a bucket of any kind, whole or not at all.
final class ObjectUpload: Sendable {
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
    private let stop = StopSign()
    /// What takes the bytes, as long as they are on their way.
    private let writer = Mutex<(any StagedWriter)?>(nil)

    /// Describes an upload.
    init(store: any ObjectStore, key: ObjectKey, file: String, attributes: ObjectAttributes) {
        (self.store, self.key, self.file, self.attributes) = (store, key, file, attributes)
    }

    /// Lets `run` fail soon, without leaving anything behind, unless it is about to end well.
    func interrupt() {
        stop.raise()
        writer.withLock { $0 }?.interrupt()
    }

    /// Stages the bytes in the bucket, then makes them visible.
    func run() async throws(SluiceError) -> ObjectInfo {
        let id = SystemRandomSource().hexadecimal(digitCount: 32)
        guard let store = store as? any TransientStaging else { return try await put(ledger: id) }
        // A place of its own, so that no service's sweep takes it for a dead boot's, and removed afterwards.
        let stage = try await store.makeTransientStage(id: id)
        do throws(SluiceError) {
            let info = try await put(ledger: stage.ledger)
            await store.remove(stage)
            return info
        } catch {
            await store.remove(stage)
            throw error
        }
    }

    private func put(ledger: String) async throws(SluiceError) -> ObjectInfo {
        let name = StageName(ledger: ledger, boot: "0", token: 1, number: 0)
        let writer = try await store.stage(name, for: key, as: attributes)
        self.writer.withLock { $0 = writer }
        let pool = BlockingPool(name: "put", limit: 1)
        do throws(SluiceError) {
            let digest = try await pool.run { [file, progress, stop] () throws(SluiceError) in
                try FileSource(file, progress: progress, stop: stop).pour(into: writer)
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
