internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// Stores that take requests otherwise than S3 does.
@Suite struct S3QuirkTests {
    /// `rclone serve s3` answers 200 and puts the tags' XML in the object's place.
    @Test("an object is not tagged where tags replace its bytes")
    func refuses() async throws {
        try await Self.onServer({ $0.takesTagsForBytes = true }) { store, server in
            #expect(try await store.capabilities().tagging == .broken)
            let info = try await store.put("kept", [1, 2, 3])
            await #expect(throws: SluiceError.self) {
                try await store.tag("kept", with: ["a": "b"], ifVersion: info.version)
            }
            await #expect(throws: SluiceError.self) { try await store.setTags(["a": "b"], of: "kept") }
            #expect(try await store.head("kept")?.version == info.version)
            #expect(server.object("kept")?.bytes == [1, 2, 3])
            #expect(try await store.tags(of: "kept", ifVersion: info.version).isEmpty)
        }
    }

    @Test("an output with tags is refused where they would be lost, before a byte is sent")
    func refusesOutputs() async throws {
        try await Self.onServer({ $0.takesTagsForBytes = true }) { store, _ in
            let name = StageName(ledger: "aa", boot: "bb", token: 1, number: 0)
            let tagged = ObjectAttributes(tags: ["a": "b"])
            do throws(SluiceError) {
                _ = try await store.stage(name, for: "out", as: tagged)
                Issue.record("the output was begun")
            } catch {
                #expect(error.code == .storageUnsupported && error.hint != nil)
            }
            // The name is still free.
            try await store.stage(name, for: "out", as: ObjectAttributes()).abandon()
        }
    }

    @Test("nothing is tagged when the store may not be tried out")
    func refusesUnknown() async throws {
        try await Self.onServer({ _ in }, probes: false) { store, _ in
            let info = try await store.put("kept", [1])
            await #expect(throws: SluiceError.self) {
                try await store.tag("kept", with: ["a": "b"], ifVersion: info.version)
            }
            #expect(try await store.tags(of: "kept", ifVersion: info.version).isEmpty)
        }
    }

    @Test("an object is tagged where the probe finds that tags are kept")
    func tags() async throws {
        try await Self.onServer({ _ in }) { store, _ in
            let info = try await store.put("kept", [1])
            let isTagged = try await store.tag("kept", with: ["a": "b"], ifVersion: info.version)
            #expect(isTagged)
            #expect(try await store.tags(of: "kept", ifVersion: info.version) == ["a": "b"])
            #expect(try await store.head("kept")?.version == info.version)
        }
    }

    @Test("a bucket that is only read is not tried out for its tags; where none are known there are none")
    func readsUnknown() async throws {
        try await Self.onServer({ $0.takesTagsForBytes = true }) { store, server in
            server.put("small", [1])
            server.put("large", [UInt8](repeating: 1, count: 2 << 20))
            for key in ["small", "large"].map({ ObjectKey($0) }) {
                let version = try #require(try await store.head(key)).version
                #expect(try await store.tags(of: key, ifVersion: version).isEmpty)
            }
            #expect(server.count(.put) == 0 && server.count(.getTags) == 2)
            let version = try #require(try await store.head("small")).version
            for fault in [FaultyS3Fault.error(501, "NotImplemented"), .error(404, "NoSuchTagSet"), .page] {
                server.fail(.getTags, with: fault, times: 3)
                #expect(try await store.tags(of: "small", ifVersion: version).isEmpty, "\(fault)")
                server.heal()
            }
            server.fail(.getTags, with: .foreign(404), times: 100)
            let error = await #expect(throws: SluiceError.self) {
                _ = try await store.tags(of: "small", ifVersion: version)
            }
            #expect(error?.code == .storageUnavailable)
        }
    }

    @Test("an eleventh tag is refused before it is sent")
    func tooManyTags() async throws {
        try await Self.onServer({ _ in }) { store, _ in
            let info = try await store.put("kept", [1])
            let tags = Dictionary(uniqueKeysWithValues: (0..<10).map { ("t\($0)", "") })
            #expect(try await store.tag("kept", with: tags, ifVersion: info.version))
            #expect(try await store.tag("kept", with: ["t3": "new"], ifVersion: info.version))
            let error = await #expect(throws: SluiceError.self) {
                _ = try await store.tag("kept", with: ["one": "more"], ifVersion: info.version)
            }
            #expect(error?.code == .storageTooManyTags && error?.code.blame == .object)
            #expect(try await store.tags(of: "kept").count == 10)
        }
    }

    @Test("a store that knows no upload has none")
    func noUploads() async throws {
        try await Self.onServer({ _ in }) { store, server in
            server.fail(.listUploads, with: .error(404, "NoSuchUpload"))
            let uploads = try await store.uploads()
            #expect(uploads.isEmpty)
        }
    }

    private static func onServer(
        _ change: (inout FaultyS3Manner) -> Void,
        probes: Bool = true,
        _ body: (S3ObjectStore, FaultyS3Server) async throws -> Void
    ) async throws {
        var manner = FaultyS3Manner()
        change(&manner)
        let server = FaultyS3Server(manner: manner)
        let pool = BlockingPool(name: "s3", limit: 4, stackBytes: NativeThread.smallStackBytes)
        let result: Result<Void, any Error>
        do {
            let keys = StaticCredentials(Credentials(accessKey: "AK", secretKey: Secret("secret")))
            var settings = S3Settings(bucketName: "bucket", credentials: keys, client: try HTTPClient())
            settings.endpoint = HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: server.port)
            settings.probes = probes
            try await body(S3ObjectStore(bucket: "b", settings: settings, pool: pool), server)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await pool.shutdown()
        server.stop()
        try result.get()
    }
}
