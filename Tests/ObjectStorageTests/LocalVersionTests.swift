internal import EventModel
internal import Execution
internal import Glibc
internal import ObjectStorage
internal import TestSupport
internal import Testing

@Suite struct LocalVersionTests {
    @Test("an overwrite that keeps inode, size and mtime is another version (traps W12, W13)")
    func sameLooks() async throws {
        let bucket = WatchedBucket()
        bucket.files.write("k", [1, 2, 3])
        FileTree.setModified(bucket.files.path("k"), seconds: 1_000_000_000)
        let before = try #require(try await bucket.store.head("k"))
        let reader = try await bucket.store.open("k", ifMatch: before.version)
        bucket.files.write("k", [4, 5, 6])
        FileTree.setModified(bucket.files.path("k"), seconds: 1_000_000_000)
        let after = try #require(try await bucket.store.head("k"))
        #expect(after.modified == before.modified && after.sizeBytes == before.sizeBytes)
        #expect(after.version != before.version)
        let error = #expect(throws: SluiceError.self) { try reader.confirm() }
        #expect(error?.code == .storageVersionChanged)
    }

    @Test("a file that was replaced by a rename while it was read is still one version (DESIGN 5, step 5)")
    func replacedWhole() async throws {
        let bucket = WatchedBucket()
        bucket.files.write("k", [1, 2, 3])
        FileTree.setModified(bucket.files.path("k"), seconds: 1_000_000_000)
        let reader = try await bucket.store.open("k", ifMatch: nil)
        bucket.files.write("new", [4, 5, 6])
        bucket.rename("new", "k")
        #expect(try ObjectStoreContract.read(reader) == [1, 2, 3])
        try reader.confirm()
        #expect(try await bucket.store.head("k")?.version != reader.info.version)
    }

    @Test("a file that grows while it is read ends where it ended when it was opened")
    func growing() async throws {
        let bucket = WatchedBucket()
        bucket.files.write("k", [1, 2, 3])
        let reader = try await bucket.store.open("k", ifMatch: nil)
        bucket.files.write("k", [1, 2, 3, 4, 5])
        #expect(try ObjectStoreContract.read(reader, step: 2) == [1, 2, 3])
        let error = #expect(throws: SluiceError.self) { try reader.confirm() }
        #expect(error?.code == .storageVersionChanged)
        let shrinking = try await bucket.store.open("k", ifMatch: nil)
        bucket.files.write("k", [9])
        #expect(try ObjectStoreContract.read(shrinking) == [9])
        #expect(throws: SluiceError.self) { try shrinking.confirm() }
    }

    @Test("the lease tells whether somebody still writes (trap W07)")
    func writers() async throws {
        let bucket = WatchedBucket()
        bucket.files.write("k", [1])
        try await bucket.store.untilUnwritten("k")
        #expect(await bucket.store.writerState(of: "k") == .none)
        let writer = unsafe open(bucket.files.path("k"), O_WRONLY | O_APPEND | O_CLOEXEC)
        try #require(writer >= 0)
        #expect(await bucket.store.writerState(of: "k") == .writing)
        close(writer)
        try await bucket.store.untilUnwritten("k")
        #expect(await bucket.store.writerState(of: "k") == .none)
        let reader = try await bucket.store.open("k", ifMatch: nil)
        #expect(await bucket.store.writerState(of: "k") == .none, "A reader is no writer.")
        try reader.confirm()
    }

    @Test("many publishes into one directory share its fsyncs (trap D07)")
    func sharedSyncs() async throws {
        let bucket = WatchedBucket()
        let count = 200
        var requests: [PublishRequest] = []
        for token in 0..<count {
            let key = ObjectKey("d/e/\(token)")
            requests.append(try await ObjectStoreContract.stage(bucket.store, key, [1], token: Int64(token)))
        }
        let published = await bucket.store.publish(requests)
        #expect(published.allSatisfy { (try? $0.get()) != nil })
        // The bucket, `d` and `d/e`: each made or changed, each synchronised once.
        #expect(bucket.store.directorySyncCount == 3)
        await withTaskGroup(of: Void.self) { group in
            for token in 0..<count {
                group.addTask {
                    let key = ObjectKey("d/e/again-\(token)")
                    let staged = try? await ObjectStoreContract.stage(
                        bucket.store, key, [1], token: Int64(1_000 + token)
                    )
                    guard let staged else { return }
                    #expect((try? await bucket.store.publish([staged])[0].get()) != nil)
                }
            }
        }
        #expect(bucket.store.directorySyncCount <= 3 + count)
        #expect(bucket.files.files(below: "d/e").count == 2 * count)
    }

    @Test("the service's own directory is no part of the bucket, neither listed nor opened")
    func excluded() async throws {
        let bucket = WatchedBucket(excluding: "state")
        bucket.files.write("state/ledger.db", [1])
        bucket.files.write("state2/a", [1])
        let keys = try await ObjectStoreContract.list(bucket.store).compactMap { entry -> ObjectKey? in
            guard case .object(let info) = entry else { return nil }
            return info.key
        }
        #expect(keys == ["state2/a"])
        let error = await #expect(throws: SluiceError.self) { try await bucket.store.head("state/ledger.db") }
        #expect(error?.code == .storageInvalidKey)
        #expect(bucket.store.refusal(of: "state2/a") == nil)
    }
}
