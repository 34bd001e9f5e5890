internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// A bucket at a store that fails on demand, and the directory in which its uploads are written down.
struct JournaledBucket {
    /// No wait between tries.
    private struct Impatience: RandomSource {
        func next() -> UInt64 { 0 }
    }

    /// The ledger whose outputs are staged.
    static let ledger = String(repeating: "c3", count: 16)
    /// The store.
    let server = FaultyS3Server()
    /// Sends the requests; gives up after a second of silence.
    let client: HTTPClient
    /// Runs what blocks.
    let pool = BlockingPool(name: "s3", limit: 4, stackBytes: NativeThread.smallStackBytes)
    /// Where uploads are written down, below `uploads`.
    let directory = TemporaryDirectory()

    private init() throws {
        client = try HTTPClient(HTTPClient.Options(stallTimeout: .seconds(1), proxy: ""))
    }

    /// Makes one, and ends what it runs afterwards.
    static func run(_ body: (JournaledBucket) async throws -> Void) async throws {
        let place = try JournaledBucket()
        try await body(place)
        await place.pool.shutdown()
        place.server.stop()
    }

    /// The bucket, as a process that starts anew would make it.
    func store(journal: Bool = true, clock: any TimeSource = SystemTimeSource()) -> S3ObjectStore {
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

    /// Stages an output of boot `boot1`.
    func stage(
        _ store: S3ObjectStore,
        _ key: ObjectKey,
        _ bytes: [UInt8],
        token: Int64 = 1,
        expecting: PublishExpectation = .absent
    ) async throws -> PublishRequest {
        let name = StageName(ledger: Self.ledger, boot: "boot1", token: token, number: 0)
        let writer = try await store.stage(name, for: key)
        let digest = try await pool.run { () throws(SluiceError) in
            try unsafe writer.write(bytes.span.bytes)
            return try writer.finish()
        }
        return PublishRequest(staged: writer.reference, key: key, digest: digest, expecting: expecting)
    }

    /// Publishes one output.
    @discardableResult
    func publish(_ store: S3ObjectStore, _ request: PublishRequest) async throws -> PublishedObject {
        let answers = await store.publish([request])
        return try #require(answers.first).get()
    }

    /// Expects that a publish fails so.
    func expect(
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
}
