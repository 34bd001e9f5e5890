internal import EventModel
internal import Execution
internal import Glibc
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// Calls on the caller's own thread, many keys at a time, and publishes that share a thread.
@Suite struct LocalDirectTests {
    @Test("looks at many keys say what head and writerState say of each, whatever lies there")
    func looks() async throws {
        let bucket = WatchedBucket(excluding: "state")
        bucket.files.write("file", [1, 2, 3])
        bucket.files.write("deep/er/file", [1])
        bucket.files.write("state/ledger", [1])
        bucket.files.makeDirectory("directory")
        FileTree.linkSymbolically(bucket.files.path("file"), bucket.files.path("link"))
        FileTree.makeFIFO(bucket.files.path("fifo"))
        let keys: [ObjectKey] = [
            "file", "deep/er/file", "state/ledger", "directory", "link", "fifo", "missing", "missing/er",
            "file/below", "../outside", "",
        ]
        for key in ["file", "deep/er/file"] as [ObjectKey] { try await bucket.store.untilUnwritten(key) }
        let looks = try await bucket.store.looks(at: keys)
        #expect(looks.count == keys.count)
        for (key, look) in zip(keys, looks) {
            do throws(SluiceError) {
                let info = try await bucket.store.head(key)
                let found = try look.get()
                #expect(found.info == info)
                #expect(found.writer == .none)
            } catch {
                #expect(throws: SluiceError.self) { try look.get() }
                guard case .failure(let failure) = look else { continue }
                #expect(failure.code == error.code, "\(key)")
            }
        }
        #expect(try looks[0].get().info?.sizeBytes == 3)
        #expect(try looks[6].get() == ObjectLook(info: nil, writer: .none))
    }

    @Test("a look at a file that somebody has open for writing says so (trap W07)")
    func writers() async throws {
        let bucket = WatchedBucket()
        bucket.files.write("file", [1])
        let file = unsafe open(bucket.files.path("file"), O_WRONLY | O_CLOEXEC)
        #expect(file >= 0)
        #expect(try await bucket.store.looks(at: ["file"])[0].get().writer == .writing)
        close(file)
        try await bucket.store.untilUnwritten("file")
        #expect(try await bucket.store.looks(at: ["file"])[0].get().writer == .none)
    }

    @Test("a bucket that is missing fails the looks; it never looks empty (trap L07)")
    func missingBucket() async throws {
        let bucket = WatchedBucket(path: "/nowhere/at/all")
        for look in try await bucket.store.looks(at: ["a", "b"]) {
            let error = #expect(throws: SluiceError.self) { try look.get() }
            #expect(error?.code == .storageBucketMissing)
        }
    }

    @Test("a publish after the store's pool was shut down is answered, request by request")
    func shutDown() async throws {
        let files = TemporaryDirectory()
        let pool = BlockingPool(name: "storage", limit: 2, stackBytes: NativeThread.smallStackBytes)
        let store = LocalObjectStore(bucket: "watched", path: files.path, pool: pool)
        let one = try await ObjectStoreContract.stage(store, "one", [1], token: 1)
        let other = try await ObjectStoreContract.stage(store, "other", [2], token: 2)
        await pool.shutdown()
        let answers = await store.publish([one, other])
        #expect(answers.count == 2)
        for answer in answers {
            let error = #expect(throws: SluiceError.self) { try answer.get() }
            #expect(error?.code == .cancelled)
        }
        #expect(await store.publish([]).isEmpty)
    }

    @Test("one that cannot be published harms none of those that share its group")
    func mixedGroup() async throws {
        let bucket = WatchedBucket()
        bucket.files.write("taken", [9])
        var requests: [PublishRequest] = []
        for token in 0..<64 {
            let key: ObjectKey = token % 8 == 0 ? "taken" : ObjectKey("out/\(token)")
            requests.append(try await ObjectStoreContract.stage(bucket.store, key, [1], token: Int64(token)))
        }
        let codes = await withTaskGroup(of: (Int, SluiceError.Code?).self) { group in
            for (number, request) in requests.enumerated() {
                group.addTask {
                    let answer = await bucket.store.publish([request])[0]
                    guard case .failure(let error) = answer else { return (number, nil) }
                    return (number, error.code)
                }
            }
            return await group.reduce(into: [Int: SluiceError.Code?]()) { $0[$1.0] = $1.1 }
        }
        for (number, code) in codes { #expect(code == (number % 8 == 0 ? .outputCollision : nil)) }
        #expect(bucket.files.files(below: "out").count == 56)
        #expect(bucket.files.read("taken") == [9])
    }
}
