internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import Glibc
internal import Logging
internal import ObjectStorage
internal import TestSupport

/// A whole house on disk: directories as buckets and the SQLite ledger, for one service after another.
final class LocalHouse: Sendable {
    let files = TemporaryDirectory()
    private let storePool = BlockingPool(name: "store", limit: 8)

    init(_ buckets: BucketName...) {
        for bucket in buckets { files.makeDirectory(bucket.rawValue) }
        files.makeDirectory("state")
    }

    func ledger() async throws -> SQLiteLedger {
        try await SQLiteLedger.open(
            path: files.path("state/ledger.sqlite"),
            newLedger: String(repeating: "c", count: 32)
        )
    }

    func store(_ bucket: BucketName) -> LocalObjectStore {
        LocalObjectStore(bucket: bucket, path: files.path(bucket.rawValue), pool: storePool)
    }

    func remove(_ path: String) { unsafe unlink(files.path(path)) }

    func boot(_ ledger: any Ledger, _ configuration: ProcessingConfiguration) -> EventProcessor {
        EventProcessor(
            ledger: ledger,
            configuration: configuration,
            pool: BlockingPool(name: "attempt", limit: configuration.workers),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }
}
