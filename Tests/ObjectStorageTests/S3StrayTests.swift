internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// That no unfinished upload stays behind: of lost answers, of interrupted and of killed programs.
@Suite struct S3StrayTests {
    private struct Place {
        let server = FaultyS3Server()
        let client: HTTPClient
        let pool = BlockingPool(name: "s3", limit: 4, stackBytes: NativeThread.smallStackBytes)
        let directory = TemporaryDirectory()

        init() throws {
            client = try HTTPClient()
            directory.makeDirectory("uploads")
        }

        func store(_ bucket: BucketName = "lake") -> S3ObjectStore {
            let credentials = Credentials(accessKey: "AKID", secretKey: Secret("secret"))
            var settings = S3Settings(
                bucketName: "bucket",
                credentials: StaticCredentials(credentials),
                client: client
            )
            settings.endpoint = HTTPEndpoint(url: server.endpoint)
            settings.partSizeBytes = 5 << 20
            settings.probes = false
            settings.journal = directory.path("uploads")
            return S3ObjectStore(bucket: bucket, settings: settings, pool: pool, random: Impatience())
        }

        func write(_ count: Int, _ writer: any StagedWriter) async throws {
            try await pool.run { () throws(SluiceError) in
                try unsafe writer.write([UInt8](repeating: 7, count: count).span.bytes)
            }
        }

        func finish(_ writer: any StagedWriter) async throws -> ContentDigest {
            try await pool.run { () throws(SluiceError) in try writer.finish() }
        }

        func abandon(_ writer: any StagedWriter) async throws {
            try await pool.run { () throws(SluiceError) in writer.abandon() }
        }
    }

    private static func onServer(_ body: (Place) async throws -> Void) async throws {
        let place = try Place()
        try await body(place)
        await place.pool.shutdown()
        place.server.stop()
    }

    private static func name(_ ledger: String = "aa") -> StageName {
        StageName(ledger: ledger, boot: "0", token: 1, number: 0)
    }

    @Test("an upload that a lost answer left behind is aborted as soon as another was made")
    func lostAnswer() async throws {
        try await Self.onServer { place in
            let store = place.store()
            place.server.fail(.createUpload, with: .loseAnswer)
            let writer = try await store.stage(Self.name(), for: "out")
            try await place.write(6 << 20, writer)
            #expect(place.server.count(.createUpload) == 2)
            #expect(place.server.openUploads().count == 1)
            let digest = try await place.finish(writer)
            let request = PublishRequest(
                staged: writer.reference,
                key: "out",
                digest: digest,
                expecting: .absent
            )
            let published = try await #require(store.publish([request]).first).get()
            #expect(published.info.sizeBytes == 6 << 20)
            #expect(place.server.openUploads().isEmpty)
        }
    }

    @Test("when no answer came at all, giving the output up aborts what was made; else the next boot does")
    func noAnswer() async throws {
        try await Self.onServer { place in
            let store = place.store()
            place.server.fail(.createUpload, with: .loseAnswer, times: 5)
            let writer = try await store.stage(Self.name(), for: "out")
            await #expect(throws: SluiceError.self) { try await place.write(6 << 20, writer) }
            #expect(place.server.openUploads().count == 5)
            place.server.fail(.listUploads, with: .error(403, "AccessDenied"))
            let another = try await store.stage(Self.name("bb"), for: "else")
            place.server.fail(.createUpload, with: .loseAnswer, times: 5)
            await #expect(throws: SluiceError.self) { try await place.write(6 << 20, another) }
            // This one is not allowed to list, and leaves its entry.
            try await place.abandon(another)
            #expect(place.server.openUploads().count == 10)
            try await place.abandon(writer)
            #expect(place.server.openUploads().count == 5)
            #expect(place.directory.files(below: "uploads").count == 1)
            let next = place.store()
            #expect(try await next.sweep(ledger: "bb", currentBoot: "1", keeping: []) == 5)
            #expect(place.server.openUploads().isEmpty)
            #expect(place.directory.files(below: "uploads").isEmpty)
        }
    }

    @Test("what is interrupted fails, and leaves nothing once it is given up")
    func interrupted() async throws {
        try await Self.onServer { place in
            let writer = try await place.store().stage(Self.name(), for: "out")
            try await place.write(12 << 20, writer)
            writer.interrupt()
            let error = await #expect(throws: SluiceError.self) { try await place.write(1, writer) }
            #expect(error?.code == .cancelled)
            await #expect(throws: SluiceError.self) { _ = try await place.finish(writer) }
            try await place.abandon(writer)
            #expect(place.server.openUploads().isEmpty)
            #expect(place.directory.files(below: "uploads").isEmpty)
        }
    }

    @Test("uploads of a killed program are aborted by the next one, or by a service's sweep")
    func killed() async throws {
        try await Self.onServer { place in
            for isSwept in [false, true] {
                let store = place.store()
                let living = try await store.makeTransientStage(id: "a1")
                let writer = try await store.stage(Self.name(living.ledger), for: "living")
                try await place.write(6 << 20, writer)
                try await leave(place, "b2")
                #expect(place.server.openUploads().count == 2)
                let other = place.store("other")
                #expect(try await other.sweep(ledger: "cc", currentBoot: "1", keeping: []) == 0)
                #expect(place.directory.files(below: "uploads").count == 2)
                let next = place.store()
                if isSwept {
                    #expect(try await next.sweep(ledger: "cc", currentBoot: "1", keeping: []) == 1)
                } else {
                    await next.remove(try await next.makeTransientStage(id: "d3"))
                }
                #expect(place.server.openUploads().count == 1)
                #expect(place.directory.files(below: "uploads").count == 1)
                try await place.abandon(writer)
                await store.remove(living)
                #expect(place.server.openUploads().isEmpty)
                #expect(place.directory.files(below: "").isEmpty)
            }
        }
    }

    /// Begins an upload whose program ends, and with it the lock of its place.
    private func leave(_ place: Place, _ id: String) async throws {
        let store = place.store()
        let stage = try await store.makeTransientStage(id: id)
        try await place.write(6 << 20, try await store.stage(Self.name(stage.ledger), for: "left"))
    }
}
