internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

@Suite struct S3KeyTests {
    @Test("every key that UTF-8 can write is kept byte for byte through all calls, distinct from all others")
    func roundTrip() async throws {
        let server = FaultyS3Server()
        let pool = BlockingPool(name: "s3", limit: 4, stackBytes: NativeThread.smallStackBytes)
        let keys = StaticCredentials(Credentials(accessKey: "AK", secretKey: Secret("secret")))
        var settings = S3Settings(bucketName: "bucket", credentials: keys, client: try HTTPClient())
        settings.endpoint = HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: server.port)
        settings.probes = false
        let store = S3ObjectStore(bucket: "b", settings: settings, pool: pool)
        let usable = OddKeys.all.filter { store.refusal(of: $0) == nil }
        #expect(usable.count > 350)
        for (number, key) in usable.enumerated() {
            let bytes = Array("\(number)".utf8)
            let request = try await ObjectStoreContract.stage(store, key, bytes, token: Int64(number))
            #expect(try await store.publish([request])[0].get().info.key == key)
            #expect(server.object(key)?.bytes == bytes)
        }
        #expect(server.keys() == usable.sorted())
        let listed = try await ObjectStoreContract.list(store, limit: 100).compactMap { entry in
            guard case .object(let info) = entry else { return nil }
            return info
        } as [ObjectInfo]
        #expect(listed.map(\.key).sorted() == usable.sorted())
        for (number, key) in usable.enumerated() {
            let info = try #require(try await store.head(key))
            #expect(listed.contains { $0.key == key && $0.version == info.version })
            let reader = try await store.open(key, ifMatch: info.version)
            let bytes = try await pool.run { () throws(SluiceError) in try ObjectStoreContract.read(reader) }
            #expect(bytes == Array("\(number)".utf8))
            #expect(try await store.delete(key, ifVersion: info.version))
        }
        #expect(server.keys().isEmpty)
        await pool.shutdown()
        server.stop()
    }
}
