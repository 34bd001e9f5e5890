internal import EventModel
internal import ObjectStorage
internal import Testing

extension ObjectStoreContract {
    func readsWhatWasPut() async throws {
        let store = makeStore()
        #expect(try await store.head("a/b") == nil)
        await expect(.storageNotFound) { _ = try await store.open("a/b", ifMatch: nil) }
        #expect(try await store.digest("a/b") == nil)
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await put(store, "a/b", bytes)
        let info = try #require(try await store.head("a/b"))
        #expect(info.sizeBytes == 300_000 && info.key == "a/b")
        let reader = try await store.open("a/b", ifMatch: info.version)
        #expect(reader.info == info)
        #expect(try await Self.bytes(reader, step: 4097) == bytes)
        #expect(try await Self.bytes(reader) == [])
        try await Self.confirm(reader)
        #expect(try await store.digest("a/b") == ContentDigester.digest(of: bytes))
        try await put(store, "empty", [])
        #expect(try await content(store, "empty") == [])
        // A prefix of a key is no object.
        #expect(try await store.head("a") == nil)
    }

    func lists() async throws {
        let store = makeStore()
        #expect(try await Self.list(store) == [])
        let keys = ["a", "b/a", "b/b/c", "b/bc", "bb", "z/1", "z/2", "z/3"].map { ObjectKey($0) }
        for key in keys { try await put(store, key, Array("\(key)".utf8)) }
        func listed(_ prefix: ObjectKey) async throws -> [ObjectKey] {
            try await Self.list(store, prefix: prefix).compactMap { entry in
                guard case .object(let info) = entry else { return nil }
                return info.key
            }.sorted()
        }
        #expect(try await listed("") == keys.sorted())
        #expect(try await listed("b") == ["b/a", "b/b/c", "b/bc", "bb"])
        #expect(try await listed("b/") == ["b/a", "b/b/c", "b/bc"])
        #expect(try await listed("b/b") == ["b/b/c", "b/bc"])
        #expect(try await listed("nothing/here") == [])
        _ = try await Self.stage(store, "out", [1], token: 1)
        #expect(try await listed("") == keys.sorted(), "A staged output is no object.")
        for case .object(let info) in try await Self.list(store) {
            #expect(try await store.head(info.key) == info, "A listing says what a head says.")
        }
    }

    func neverMixesVersions() async throws {
        let store = makeStore()
        try await put(store, "k", [1, 2, 3])
        let first = try #require(try await store.head("k"))
        let reader = try await store.open("k", ifMatch: first.version)
        try await put(store, "k", [4, 5, 6])
        await expect(.storageVersionChanged) { try await Self.confirm(reader) }
        let second = try #require(try await store.head("k"))
        #expect(second.version != first.version)
        await expect(.storageVersionChanged) { _ = try await store.open("k", ifMatch: first.version) }
        try await put(store, "k", [1, 2, 3])
        let third = try #require(try await store.head("k"))
        if traits.tellsEqualContentsApart {
            #expect(third.version != first.version, "A, B, A are three versions.")
        }
        let last = try await store.open("k", ifMatch: nil)
        #expect(try await store.delete("k", ifVersion: nil))
        await expect(.storageNotFound) { try await Self.confirm(last) }
    }

    func publishesWhole() async throws {
        let store = makeStore()
        let request = try await Self.stage(store, "deep/er/out", [7, 8], token: 1)
        #expect(try await store.head("deep/er/out") == nil)
        #expect(await stagedCount(store) == 1)
        let published = try await publish(store, request)
        #expect(!published.wasUnchanged)
        #expect(try await store.head("deep/er/out") == published.info)
        #expect(try await content(store, "deep/er/out") == [7, 8])
        #expect(await stagedCount(store) == 0)
        var requests: [PublishRequest] = []
        for token in 2..<30 {
            let key = ObjectKey("many/\(token)")
            requests.append(try await Self.stage(store, key, [UInt8(token)], token: Int64(token)))
        }
        let results = await store.publish(requests)
        #expect(try results.map { try $0.get().info.key } == requests.map(\.key))
    }

    func publishesAgain() async throws {
        let store = makeStore()
        let request = try await Self.stage(store, "out", [7, 8], token: 1)
        let first = try await publish(store, request)
        let again = try await publish(store, request)
        #expect(again.info == first.info)
        #expect(!again.wasUnchanged, "It is this very output, so what it causes must not be lost.")
        try await put(store, "out", [9])
        await expect(.storageStagedGone) { _ = try await publish(store, request) }
        #expect(try await content(store, "out") == [9])
    }

    func leavesEqualContent() async throws {
        let store = makeStore()
        for (number, expectation) in [PublishExpectation.absent, .anything].enumerated() {
            let key = ObjectKey("equal-\(number)")
            try await put(store, key, [1, 2, 3])
            let before = try #require(try await store.head(key))
            let request = try await Self.stage(
                store,
                key,
                [1, 2, 3],
                token: Int64(number),
                expecting: expectation
            )
            let published = try await publish(store, request)
            #expect(published.wasUnchanged && published.info == before)
            #expect(await stagedCount(store) == 0)
        }
    }

    func reportsCollisions() async throws {
        let store = makeStore()
        try await put(store, "theirs", [1])
        let request = try await Self.stage(store, "theirs", [2], token: 1)
        await expect(.outputCollision) { _ = try await publish(store, request) }
        #expect(try await content(store, "theirs") == [1])
        #expect(await stagedCount(store) == 1, "A failed publish leaves the output staged.")
        let forced = PublishRequest(
            staged: request.staged,
            key: request.key,
            digest: request.digest,
            expecting: .anything
        )
        #expect(try await publish(store, forced).wasUnchanged == false)
        #expect(try await content(store, "theirs") == [2])
    }

    func deletesOnlyThatVersion() async throws {
        let store = makeStore()
        try await put(store, "d/k", [1])
        let old = try #require(try await store.head("d/k"))
        try await put(store, "d/k", [2])
        #expect(try await store.delete("d/k", ifVersion: old.version) == false)
        let new = try #require(try await store.head("d/k"))
        #expect(try await store.delete("d/k", ifVersion: new.version))
        #expect(try await store.delete("d/k", ifVersion: new.version) == false)
        #expect(try await store.delete("nothing/here", ifVersion: nil) == false)
        #expect(try await store.head("d/k") == nil)
    }

    func sweepsDeadBoots() async throws {
        let store = makeStore()
        let kept = try await Self.stage(store, "kept", [1], token: 1, boot: "dead")
        _ = try await Self.stage(store, "lost", [2], token: 2, boot: "dead")
        let alive = try await Self.stage(store, "alive", [3], token: 3, boot: "alive")
        let ledger = String(repeating: "a1", count: 16)
        func sweep(_ ledger: String, keeping: Set<StagedReference>) async throws -> Int {
            try await store.sweep(ledger: ledger, currentBoot: "alive", keeping: keeping)
        }
        #expect(try await sweep("another", keeping: []) == 0)
        #expect(try await sweep(ledger, keeping: [kept.staged]) == 1)
        #expect(await stagedCount(store) == 2)
        _ = try await publish(store, kept)
        _ = try await publish(store, alive)
        #expect(try await sweep(ledger, keeping: []) == 0)
        #expect(await stagedCount(store) == 0)
    }

    /// The bucket was another kind of store when the output was staged: forgetting it would lose it.
    func losesWhatIsElsewhere() async throws {
        let store = makeStore()
        let request = PublishRequest(
            staged: StagedReference(text: "elsewhere:1"),
            key: "out",
            digest: ContentDigester.digest(of: [1]),
            expecting: .absent
        )
        await expect(.storageStagedLost) { _ = try await publish(store, request) }
        try await store.discard(request.staged)
    }

    func discards() async throws {
        let store = makeStore()
        let request = try await Self.stage(store, "out", [1], token: 1)
        try await store.discard(request.staged)
        try await store.discard(request.staged)
        #expect(await stagedCount(store) == 0)
        await expect(.storageStagedGone) { _ = try await publish(store, request) }
        let ledger = String(repeating: "a1", count: 16)
        let name = StageName(ledger: ledger, boot: "b00t", token: 2, number: 1)
        let writer = try await store.stage(name, for: "out")
        await expect(.storageIO) { _ = try await store.stage(name, for: "out") }
        try await Self.blocking { () throws(SluiceError) in
            writer.abandon()
            writer.abandon()
        }
        #expect(await stagedCount(store) == 0)
        #expect(await store.writerState(of: "nothing") == .none)
    }

    /// Traps K04, K05 and K08.
    func refusesKeys() async throws {
        let store = makeStore()
        let paths = [
            "../x", "a/../../x", "/etc/cron.d/x", "a//b", "./a", "a/./b", "a/", "a/..", ".", "..",
            "a/.sluice/x",
            String(repeating: "x", count: 256),
        ]
        var keys: [ObjectKey] = ["", ".sluice/x", ObjectKey(bytes: [0x61, 0])]
        keys.append(ObjectKey(String(repeating: "x/", count: traits.longestKey / 2) + "y"))
        for path in paths.map({ ObjectKey($0) }) {
            if traits.takesAnyPath {
                #expect(store.refusal(of: path) == nil, "\(path)")
            } else {
                keys.append(path)
            }
        }
        for key in keys {
            #expect(store.refusal(of: key)?.code == .storageInvalidKey, "\(key)")
            await expect(.storageInvalidKey) { _ = try await store.head(key) }
            await expect(.storageInvalidKey) { _ = try await store.open(key, ifMatch: nil) }
            await expect(.storageInvalidKey) { _ = try await Self.stage(store, key, [1], token: 1) }
            await expect(.storageInvalidKey) { _ = try await store.delete(key, ifVersion: nil) }
        }
        for text in ["a..b", "-rf", "~", "..a", "a/...", String(repeating: "y", count: 255)] {
            #expect(store.refusal(of: ObjectKey(text)) == nil, "\(text)")
            let request = try await Self.stage(store, ObjectKey(text), [1], token: 9)
            _ = try await publish(store, request)
            #expect(try await content(store, ObjectKey(text)) == [1])
        }
    }
}
