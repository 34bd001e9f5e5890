internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport

/// A bucket at a server that fails on demand.
struct FaultyPlace {
    let server: FaultyS3Server
    let pool = BlockingPool(name: "s3", limit: 16, stackBytes: NativeThread.smallStackBytes)
    let client: HTTPClient

    init(_ change: (inout FaultyS3Manner) -> Void = { _ in }) throws {
        var manner = FaultyS3Manner()
        change(&manner)
        server = FaultyS3Server(manner: manner)
        client = try HTTPClient()
    }

    func store(
        _ credentials: any CredentialProvider = StaticCredentials(
            Credentials(accessKey: "AK", secretKey: Secret("secret"))
        ),
        probes: Bool = false,
        clock: any TimeSource = SystemTimeSource(),
        _ change: (inout S3Settings) -> Void = { _ in }
    ) -> S3ObjectStore {
        var settings = S3Settings(bucketName: "bucket", credentials: credentials, client: client)
        settings.endpoint = HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: server.port)
        settings.partSizeBytes = 5 << 20
        settings.probes = probes
        change(&settings)
        return S3ObjectStore(
            bucket: "b",
            settings: settings,
            pool: pool,
            clock: clock,
            random: Impatience()
        )
    }

    func read(_ reader: any ObjectReader) async throws -> [UInt8] {
        try await pool.run { () throws(SluiceError) in
            let bytes = try ObjectStoreContract.read(reader)
            try reader.confirm()
            return bytes
        }
    }

    func stage(_ store: S3ObjectStore, _ bytes: [UInt8], token: Int64 = 1) async throws -> PublishRequest {
        let name = StageName(ledger: "aa", boot: "bb", token: token, number: 0)
        let writer = try await store.stage(name, for: "out")
        let digest = try await pool.run { () throws(SluiceError) in
            try unsafe writer.write(bytes.span.bytes)
            return try writer.finish()
        }
        return PublishRequest(staged: writer.reference, key: "out", digest: digest, expecting: .absent)
    }

    func end() async {
        await pool.shutdown()
        server.stop()
    }
}
