internal import EventModel
internal import Execution
internal import Glibc
internal import ObjectStorage
internal import TestSupport
internal import Testing

@Suite struct LocalFileKindTests {
    @Test("symbolic links are counted, never followed, whatever they point at (trap W15)")
    func symbolicLinks() async throws {
        let bucket = WatchedBucket()
        let outside = TemporaryDirectory()
        outside.write("secret", [1, 2, 3])
        bucket.files.write("real", [1])
        let links = ["file": "secret", "directory": "", "dangling": "nothing", "loop": "loop"]
        for (name, target) in links {
            let path = name == "loop" ? bucket.files.path("loop") : outside.path(target)
            FileTree.linkSymbolically(path, bucket.files.path(name))
        }
        let entries = try await ObjectStoreContract.list(bucket.store)
        #expect(entries.count == 5)
        for name in links.keys {
            #expect(entries.contains(.ineligible(ObjectKey(name), reason: "it is a symbolic link")))
            let error = await #expect(throws: SluiceError.self) {
                try await bucket.store.head(ObjectKey(name))
            }
            #expect(error?.code == .storageNotRegular)
        }
        for key in ["file", "directory/secret", "loop"] {
            let error = await #expect(throws: SluiceError.self) {
                try await bucket.store.open(ObjectKey(key), ifMatch: nil)
            }
            #expect(error?.code == .storageNotRegular)
        }
    }

    @Test("an output replaces a link itself and is never written through a linked directory (trap S23)")
    func outputsOverLinks() async throws {
        let bucket = WatchedBucket()
        let outside = TemporaryDirectory()
        outside.write("secret", [1, 2, 3])
        FileTree.linkSymbolically(outside.path("secret"), bucket.files.path("link"))
        FileTree.linkSymbolically(outside.path, bucket.files.path("directory"))
        let over = try await ObjectStoreContract.stage(
            bucket.store, "link", [9], token: 1, expecting: .anything
        )
        #expect(try await bucket.store.publish([over])[0].get().info.sizeBytes == 1)
        let through = try await ObjectStoreContract.stage(bucket.store, "directory/new", [9], token: 2)
        let result = await bucket.store.publish([through])[0]
        #expect(throws: SluiceError.self) { try result.get() }
        #expect(outside.files() == ["secret"] && outside.read("secret") == [1, 2, 3])
        #expect(bucket.files.read("link") == [9])
    }

    @Test("FIFOs and sockets block nobody and are counted (trap W16)", .timeLimit(.minutes(1)))
    func specialFiles() async throws {
        let bucket = WatchedBucket()
        FileTree.makeFIFO(bucket.files.path("fifo"))
        #expect(
            try await ObjectStoreContract.list(bucket.store) == [.ineligible("fifo", reason: "it is a FIFO")]
        )
        let error = await #expect(throws: SluiceError.self) {
            try await bucket.store.open("fifo", ifMatch: nil)
        }
        #expect(error?.code == .storageNotRegular)
        #expect(await bucket.store.writerState(of: "fifo") == .unknown)
        let output = try await ObjectStoreContract.stage(bucket.store, "fifo", [1], token: 1)
        let result = await bucket.store.publish([output])[0]
        let collision = #expect(throws: SluiceError.self) { try result.get() }
        #expect(collision?.code == .outputCollision)
    }

    @Test("unreadable files and directories are counted; a forbidden bucket is an outage (trap W16)")
    func unreadable() async throws {
        let files = TemporaryDirectory()
        let pool = BlockingPool(name: "nobody", limit: 1)
        let store = LocalObjectStore(bucket: "forbidden", path: files.path, pool: pool)
        for path in ["open", "shut", "hidden/inside"] { files.write(path, [1]) }
        FileTree.setMode(files.path("shut"), 0o000)
        FileTree.setMode(files.path("hidden"), 0o000)
        FileTree.setMode(files.path, 0o755)
        try await pool.run { () throws(SluiceError) in FileTree.becomeNobodyOnThisThread() }
        let entries = Set(try await ObjectStoreContract.list(store))
        #expect(entries.contains(.ineligible("shut", reason: "the service may not read it")))
        #expect(entries.contains(.ineligible("hidden", reason: "the directory cannot be read")))
        #expect(entries.count == 3)
        for key in ["shut", "hidden/inside"] {
            let error = await #expect(throws: SluiceError.self) {
                try await store.open(ObjectKey(key), ifMatch: nil)
            }
            #expect(error?.code == .storageUnreadable)
        }
        FileTree.setMode(files.path, 0o000)
        let error = await #expect(throws: SluiceError.self) { try await store.open("open", ifMatch: nil) }
        #expect(error?.code == .storageAccessDenied)
        FileTree.setMode(files.path, 0o755)
        await pool.shutdown()
    }

    @Test("a missing bucket never looks like an empty one (trap L07)")
    func missingBucket() async throws {
        let parent = TemporaryDirectory()
        let bucket = WatchedBucket(path: parent.path("bucket"))
        func expectMissing(_ body: () async throws -> Void) async {
            let error = await #expect(throws: SluiceError.self) { try await body() }
            #expect(error?.code == .storageBucketMissing)
        }
        await expectMissing { _ = try await bucket.store.list(prefix: "").next(limit: 10) }
        await expectMissing { _ = try await bucket.store.list(prefix: "a/b").next(limit: 10) }
        await expectMissing { _ = try await bucket.store.head("a") }
        await expectMissing { _ = try await bucket.store.open("a", ifMatch: nil) }
        await expectMissing { _ = try await ObjectStoreContract.stage(bucket.store, "a", [1], token: 1) }
        parent.write("bucket/a", [1])
        #expect(try await bucket.store.head("a")?.sizeBytes == 1)
    }

    @Test("files that vanish while a listing runs are left out, and the listing goes on")
    func vanishing() async throws {
        let bucket = WatchedBucket()
        for number in 0..<500 { bucket.files.write("d\(number % 5)/\(number)", []) }
        let lister = bucket.store.list(prefix: "")
        let first = try await lister.next(limit: 10)
        #expect(first.count == 10)
        let listed = Set(first)
        for path in bucket.files.files() { FileTree.remove(bucket.files.path(path)) }
        #expect(try await lister.next(limit: 1000) == [])
        #expect(try await lister.next(limit: 1000) == [])
        #expect(listed.count == 10)
    }
}
