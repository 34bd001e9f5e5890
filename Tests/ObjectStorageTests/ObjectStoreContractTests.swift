internal import EventModel
internal import Execution
internal import ObjectStorage
internal import TestSupport
internal import Testing

@Suite struct ObjectStoreContractTests {
    @Test("a bucket in memory keeps the contract of a store")
    func memory() async throws {
        let contract = ObjectStoreContract(
            makeStore: { MemoryObjectStore(bucket: "memory") },
            put: { store, key, bytes in try #require(store as? MemoryObjectStore).put(key, bytes) },
            stagedCount: { ($0 as? MemoryObjectStore)?.stagedReferences.count ?? -1 }
        )
        try await contract.run()
    }

    @Test("a directory keeps the contract of a store")
    func local() async throws {
        let directories = Monitor([TemporaryDirectory]())
        let pool = BlockingPool(name: "storage", limit: 8, stackBytes: NativeThread.smallStackBytes)
        let latest: @Sendable () throws -> TemporaryDirectory = {
            try #require(directories.withLock { $0.last })
        }
        let contract = ObjectStoreContract(
            makeStore: {
                let directory = TemporaryDirectory()
                directories.withLock { $0.append(directory) }
                return LocalObjectStore(bucket: "local", path: directory.path, pool: pool)
            },
            put: { _, key, bytes in try latest().write(try #require(key.string), bytes) },
            stagedCount: { _ in (try? latest())?.files(below: ".sluice").count ?? -1 }
        )
        try await contract.run()
        await pool.shutdown()
    }
}
