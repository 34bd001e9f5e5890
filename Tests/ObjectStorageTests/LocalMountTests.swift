internal import EventModel
internal import Execution
internal import ObjectStorage
internal import TestSupport
internal import Testing

@Suite(.enabled(if: FileTree.canMount, "mounting a file system needs root"), .serialized)
struct LocalMountTests {
    @Test("a full disk is an outage, and nothing partial becomes visible (trap D05)")
    func full() async throws {
        let bucket = WatchedBucket()
        FileTree.mount(bucket.files.path, "size=256k")
        defer { FileTree.unmount(bucket.files.path) }
        let error = await #expect(throws: SluiceError.self) {
            try await ObjectStoreContract.stage(
                bucket.store, "big", [UInt8](repeating: 7, count: 1 << 20), token: 1
            )
        }
        #expect(error?.code == .storageFull && error?.code.blame == .outage)
        #expect(try await ObjectStoreContract.list(bucket.store) == [])
        #expect(try await bucket.store.sweep(
            ledger: String(repeating: "a1", count: 16), currentBoot: "next", keeping: []
        ) == 1)
        let small = try await ObjectStoreContract.stage(bucket.store, "small", [1], token: 2)
        #expect(try await bucket.store.publish([small])[0].get().info.sizeBytes == 1)
    }

    @Test("an output for a mount below the bucket fails with its own reason (trap D10)")
    func crossDevice() async throws {
        let bucket = WatchedBucket()
        bucket.files.makeDirectory("mounted")
        FileTree.mount(bucket.files.path("mounted"), "size=256k")
        defer { FileTree.unmount(bucket.files.path("mounted")) }
        let request = try await ObjectStoreContract.stage(bucket.store, "mounted/out", [1], token: 1)
        let result = await bucket.store.publish([request])[0]
        let error = #expect(throws: SluiceError.self) { try result.get() }
        #expect(error?.code == .storageCrossDevice)
        #expect(try await ObjectStoreContract.list(bucket.store) == [])
    }

    @Test("a directory that is mounted within itself is told as degraded, and the rest is watched (trap W11)")
    func mountedWithinItself() async throws {
        let bucket = WatchedBucket()
        bucket.files.makeDirectory("a/self")
        bucket.files.makeDirectory("b")
        FileTree.bind(bucket.files.path, bucket.files.path("a/self"))
        defer { FileTree.unmount(bucket.files.path("a/self")) }
        let feed = await bucket.startFeed()
        #expect(try await feed.waitsForDegraded())
        bucket.files.write("a/one", [1])
        bucket.files.write("b/two", [1])
        #expect(try await feed.waits(for: ["a/one", "b/two"]))
    }
}
