internal import CLinux
internal import EventModel
internal import Execution
internal import Glibc
internal import ObjectStorage
internal import TestSupport
internal import Testing

@Suite struct LocalKeyTests {
    @Test("every key that can be a path is kept byte for byte through all calls, distinct from all others")
    func roundTrip() async throws {
        let bucket = WatchedBucket()
        let feed = await bucket.startFeed()
        for (number, key) in OddKeys.all.enumerated() {
            #expect(bucket.store.refusal(of: key) == nil)
            let request = try await ObjectStoreContract.stage(
                bucket.store, key, [UInt8(truncatingIfNeeded: number)], token: Int64(number)
            )
            #expect(try await bucket.store.publish([request])[0].get().info.key == key)
        }
        #expect(try await feed.waits(for: Set(OddKeys.all)))
        let listed = try await ObjectStoreContract.list(bucket.store, limit: 100).compactMap { entry in
            guard case .object(let info) = entry else { return nil }
            return info
        } as [ObjectInfo]
        #expect(Set(listed.map(\.key)) == Set(OddKeys.all) && listed.count == OddKeys.all.count)
        for (number, key) in OddKeys.all.enumerated() {
            let info = try #require(try await bucket.store.head(key))
            #expect(listed.contains(info))
            let reader = try await bucket.store.open(key, ifMatch: info.version)
            #expect(try ObjectStoreContract.read(reader) == [UInt8(truncatingIfNeeded: number)])
            try reader.confirm()
            try await bucket.store.untilUnwritten(key)
            #expect(await bucket.store.writerState(of: key) == .none)
            #expect(try await bucket.store.delete(key, ifVersion: info.version))
        }
        #expect(try await ObjectStoreContract.list(bucket.store) == [])
    }

    @Test("an object and a directory of the same name are a collision that loses nothing (trap K06)")
    func fileAgainstDirectory() async throws {
        let bucket = WatchedBucket()
        bucket.files.write("a", [1])
        bucket.files.write("d/x", [2])
        for (number, key) in (["a/b", "d", "a/b/c"] as [ObjectKey]).enumerated() {
            for expectation in [PublishExpectation.absent, .anything] {
                let token = Int64(number * 2 + (expectation == .absent ? 0 : 1))
                let request = try await ObjectStoreContract.stage(
                    bucket.store, key, [3], token: token, expecting: expectation
                )
                let result = await bucket.store.publish([request])[0]
                let error = #expect(throws: SluiceError.self) { try result.get() }
                #expect(error?.code == .outputCollision, "\(key)")
            }
            let obstacle = try await bucket.store.obstacle(of: key)
            #expect(obstacle == (key == "d" ? "d" : "a"))
            #expect(try bucket.store.vacancyHere(key) == .blocked)
        }
        for (key, vacancy) in [("a", .taken), ("d/y", .free), ("e/f", .free)] as [(ObjectKey, KeyVacancy)] {
            #expect(try bucket.store.vacancyHere(key) == vacancy)
            #expect(try await bucket.store.obstacle(of: key) == nil)
        }
        #expect(bucket.files.read("a") == [1] && bucket.files.read("d/x") == [2])
    }

    @Test("while a directory changes places with a link, nothing outside is read or written (trap S21)")
    func swappedDirectory() async throws {
        let bucket = WatchedBucket()
        let outside = TemporaryDirectory()
        outside.write("file", [6, 6, 6])
        bucket.files.write("d/file", [1])
        FileTree.linkSymbolically(outside.path, bucket.files.path("link"))
        let isDone = Monitor(false)
        let flips = Monitor(0)
        let (one, other) = (bucket.files.path("d"), bucket.files.path("link"))
        let flipper = BlockingPool(name: "flipper", limit: 1)
        try flipper.submit {
            while !isDone.withLock({ $0 }) {
                _ = unsafe sluice_rename_at(AT_FDCWD, one, AT_FDCWD, other, 0, 1)
                flips.withLock { $0 += 1 }
            }
        }
        var reads = 0
        for token in 0..<1_000 {
            if let reader = try? await bucket.store.open("d/file", ifMatch: nil) {
                #expect(try ObjectStoreContract.read(reader) == [1])
                reads += 1
            }
            if token % 20 == 0 {
                let key = ObjectKey("d/out-\(token)")
                let request = try await ObjectStoreContract.stage(bucket.store, key, [2], token: Int64(token))
                _ = await bucket.store.publish([request])
            }
            _ = try? await bucket.store.delete(ObjectKey("d/file-\(token)"), ifVersion: nil)
        }
        isDone.withLock { $0 = true }
        await flipper.shutdown()
        #expect(outside.files() == ["file"] && outside.read("file") == [6, 6, 6])
        #expect(reads > 0 && flips.withLock { $0 } > 100, "Both sides must have had their turn.")
    }
}
