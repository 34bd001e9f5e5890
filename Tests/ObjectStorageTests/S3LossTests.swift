internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// What is said of staged outputs that a store lost: a commit that was decided is made again, never given up.
@Suite struct S3LossTests {
    /// No wait between tries.
    private struct Impatience: RandomSource {
        func next() -> UInt64 { 0 }
    }

    /// A store with one bucket, and the directory in which uploads are written down.
    private struct Place {
        let server = FaultyS3Server()
        let client: HTTPClient
        let pool = BlockingPool(name: "s3", limit: 4, stackBytes: NativeThread.smallStackBytes)
        let directory = TemporaryDirectory()

        init() throws {
            client = try HTTPClient(HTTPClient.Options(stallTimeout: .seconds(1), proxy: ""))
        }

        /// The bucket, as a process that starts anew would make it.
        func store(
            journal: Bool = true,
            clock: any TimeSource = SystemTimeSource()
        ) -> S3ObjectStore {
            let credentials = Credentials(accessKey: "AKID", secretKey: Secret("secret"))
            var settings = S3Settings(
                bucketName: "bucket",
                credentials: StaticCredentials(credentials),
                client: client
            )
            settings.endpoint = HTTPEndpoint(url: server.endpoint)
            settings.region = "us-east-1"
            settings.pathStyle = true
            settings.limits.end = .seconds(2)
            if journal { settings.journal = directory.path("uploads") }
            return S3ObjectStore(
                bucket: "lake",
                settings: settings,
                pool: pool,
                clock: clock,
                random: Impatience()
            )
        }

        func stage(
            _ store: S3ObjectStore,
            _ key: ObjectKey,
            _ bytes: [UInt8],
            expecting: PublishExpectation = .absent
        ) async throws -> PublishRequest {
            let name = StageName(
                ledger: String(repeating: "c3", count: 16),
                boot: "boot1",
                token: 1,
                number: 0
            )
            let writer = try await store.stage(name, for: key)
            let digest = try await pool.run { () throws(SluiceError) in
                try unsafe writer.write(bytes.span.bytes)
                return try writer.finish()
            }
            return PublishRequest(staged: writer.reference, key: key, digest: digest, expecting: expecting)
        }
    }

    private static func onServer(_ body: (Place) async throws -> Void) async throws {
        let place = try Place()
        try await body(place)
        await place.pool.shutdown()
        place.server.stop()
    }

    @discardableResult
    private func publish(
        _ store: S3ObjectStore,
        _ request: PublishRequest
    ) async throws -> PublishedObject {
        let answers = await store.publish([request])
        return try #require(answers.first).get()
    }

    private func expect(
        _ code: SluiceError.Code,
        _ store: S3ObjectStore,
        _ request: PublishRequest,
        _ comment: Comment? = nil
    ) async {
        let error = await #expect(throws: SluiceError.self, comment) {
            _ = try await publish(store, request)
        }
        #expect(error?.code == code, comment)
    }

    @Test("a lost upload is told as lost by every process, until it is discarded")
    func lost() async throws {
        try await Self.onServer { place in
            let store = place.store()
            let request = try await place.stage(store, "out", [1, 2])
            place.server.loseUploads()
            await expect(.storageStagedLost, store, request)
            await expect(.storageStagedLost, store, request, "It is the answer each time.")
            let next = place.store()
            await expect(.storageStagedLost, next, request, "A later boot reads it in the journal.")
            try await next.discard(request.staged)
            #expect(place.directory.files(below: "uploads").isEmpty)
            await expect(.storageStagedGone, next, request)
            let forgetful = place.store(journal: false)
            let another = try await place.stage(forgetful, "out", [1, 2])
            place.server.loseUploads()
            await expect(.storageStagedLost, forgetful, another, "Memory tells as well.")
        }
    }

    @Test(
        "something else under the key does not hide the loss",
        arguments: [PublishExpectation.absent, .anything]
    )
    func foreign(_ expecting: PublishExpectation) async throws {
        try await Self.onServer { place in
            let store = place.store()
            let request = try await place.stage(store, "out", [1, 2], expecting: expecting)
            place.server.loseUploads()
            place.server.put("out", [9])
            await expect(.storageStagedLost, store, request)
            #expect(place.server.object("out")?.bytes == [9])
            // What lies there is what was to lie there, whoever put it.
            place.server.put("out", [1, 2])
            let published = try await publish(store, request)
            #expect(published.info.sizeBytes == 2)
            place.server.remove("out")
            await expect(.storageStagedGone, store, request, "From now on it counts as published.")
        }
    }

    @Test("an output that was published and taken away is gone; lost only where a crash kept it unrecorded")
    func taken() async throws {
        try await Self.onServer { place in
            let store = place.store()
            let request = try await place.stage(store, "out", [1, 2])
            let file = try #require(place.directory.files(below: "uploads").first)
            let record = try #require(place.directory.read(file))
            try await publish(store, request)
            #expect(place.directory.files(below: "uploads").isEmpty)
            place.server.remove("out")
            await expect(.storageStagedGone, store, request)

            // The process died between the end of the upload and the journal's forgetting it.
            let again = try await place.stage(store, "out", [1, 2])
            try await publish(store, again)
            place.directory.write(file, record)
            let next = place.store()
            let published = try await publish(next, again)
            #expect(published.info.key == "out")
            place.server.remove("out")
            await expect(.storageStagedGone, next, again)
            place.directory.write(file, record)
            await expect(.storageStagedLost, place.store(), again, "Made twice is harmless, lost is not.")
        }
    }

    @Test("an answered end is believed where reads lag behind, or the object is taken away at once (N08)")
    func believed() async throws {
        try await Self.onServer { place in
            let store = place.store()
            for isLate in [true, false] {
                let request = try await place.stage(store, "out", [1, 2])
                place.server.setManner { $0.staleReads = isLate ? 3 : 0 }
                // The store heeds conditions, so the first look is the one after the end.
                if !isLate { place.server.fail(.head, with: .remove, key: "out") }
                let published = try await publish(store, request)
                #expect(published.info.sizeBytes == 2 && !published.wasUnchanged)
                if isLate {
                    while try await store.head("out") == nil {}
                    #expect(try await store.head("out")?.version == published.info.version)
                }
                #expect(place.directory.files(below: "uploads").isEmpty)
                place.server.setManner { $0.staleReads = 0 }
                place.server.remove("out")
            }
        }
    }

    @Test("an upload that lost parts counts as lost", arguments: ["InvalidPart", "InvalidPartOrder"])
    func lostParts(_ code: String) async throws {
        try await Self.onServer { place in
            let store = place.store()
            let request = try await place.stage(store, "out", [1, 2])
            place.server.fail(.complete, with: .error(400, code))
            await expect(.storageStagedLost, store, request)
            try await store.discard(request.staged)
            #expect(place.server.openUploads().isEmpty)
        }
    }

    @Test("an upload that is lost while it is written blames the store, not the object")
    func lostEarly() async throws {
        try await Self.onServer { place in
            for answer in [FaultyS3Fault.error(404, "NoSuchUpload"), .error(404, "")] {
                place.server.fail(.uploadPart, with: answer)
                let error = await #expect(throws: SluiceError.self) {
                    _ = try await place.stage(place.store(), "out", [1, 2])
                }
                #expect(error?.code == .storageStagedLost)
                #expect(error?.code.blame == .transient)
            }
        }
    }

    @Test("an end that was not answered is waited for before the upload is lost", arguments: [false, true])
    func unanswered(_ isSilent: Bool) async throws {
        try await Self.onServer { place in
            let clock = ManualClock()
            let store = place.store(clock: clock)
            let request = try await place.stage(store, "out", [1, 2])
            place.server.fail(.complete, with: .hold(isSilent: isSilent))
            await expect(.storageUnavailable, store, request)
            clock.advance(by: .seconds(200))
            await expect(.storageUnavailable, store, request)
            place.server.land()
            try await publish(store, request)
            #expect(place.server.object("out")?.bytes == [1, 2])

            place.server.remove("out")
            let again = try await place.stage(store, "out", [1, 2])
            place.server.fail(.complete, with: .hold(isSilent: isSilent))
            await expect(.storageUnavailable, store, again)
            clock.advance(by: .seconds(301))
            await expect(.storageStagedLost, store, again, "It never came.")
        }
    }
}
