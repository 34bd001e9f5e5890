internal import EventModel
internal import Execution
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing

/// The contract of a store, on real servers that others made.
@Suite(.serialized) struct S3ContractTests {
    @Test("a bucket of a real S3 server keeps the contract of a store", arguments: S3Server.Kind.allCases)
    func contract(_ kind: S3Server.Kind) async throws {
        if let reason = S3Server.missing(kind) {
            Issue.record("\(reason)", severity: .warning)
            return
        }
        let server = try await S3Server(kind)
        defer { server.stop() }
        let pool = BlockingPool(name: "s3", limit: 16, stackBytes: NativeThread.smallStackBytes)
        let names = Mutex((0..<32).map { "contract-\($0)" })
        for name in names.withLock({ $0 }) { try await server.makeBucket(name) }
        var contract = ObjectStoreContract(
            makeStore: {
                let name = names.withLock { $0.popLast() ?? "none" }
                return S3ObjectStore(bucket: "s3", settings: server.settings(name), pool: pool)
            },
            put: { store, key, bytes in
                let store = try #require(store as? S3ObjectStore)
                _ = try await store.put(key, bytes)
            },
            stagedCount: { store in
                guard let store = store as? S3ObjectStore else { return -1 }
                return (try? await store.uploads().count) ?? -1
            }
        )
        contract.traits.tellsEqualContentsApart = false
        contract.traits.takesAnyPath = true
        contract.traits.longestKey = 1024
        try await contract.run()
        await pool.shutdown()
    }
}
