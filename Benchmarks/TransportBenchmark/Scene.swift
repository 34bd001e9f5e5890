internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage

/// One server, and the work that is done against it.
struct Scene: Sendable {
    let endpoint: HTTPEndpoint
    let bucketName: String
    let count: Int
    let concurrency: Int
    let bodyBytes: Int
    let client: HTTPClient
    let credentials: Credentials
    let store: S3ObjectStore
    let pool: BlockingPool

    /// The keys that the harness put there, `small/0` to `small/999`.
    private static let keyCount = 1000

    init(
        endpoint: HTTPEndpoint,
        bucketName: String,
        count: Int,
        concurrency: Int,
        bodyBytes: Int
    ) throws(SluiceError) {
        self.endpoint = endpoint
        self.bucketName = bucketName
        self.count = count
        self.concurrency = concurrency
        self.bodyBytes = bodyBytes
        client = try HTTPClient(HTTPClient.Options(proxy: ""))
        credentials = Credentials(
            accessKey: "SLUICETESTKEY",
            secretKey: Secret("sluice-test-secret"),
            sessionToken: nil,
            expires: nil
        )
        pool = BlockingPool(name: "bench", limit: max(4, concurrency))
        var settings = S3Settings(
            bucketName: bucketName,
            credentials: StaticCredentials(credentials),
            client: client
        )
        settings.region = "us-east-1"
        settings.endpoint = endpoint
        settings.pathStyle = true
        settings.probes = false
        settings.parallelParts = concurrency
        store = S3ObjectStore(bucket: "bench", settings: settings, pool: pool)
    }

    /// Does a piece of work `count` times, `concurrency` at a time.
    private func each(_ work: @escaping @Sendable (Int) async throws -> Int) async throws -> Figures {
        try await Figures.measure(count) {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for lane in 0..<concurrency {
                    group.addTask {
                        var bytes = 0
                        for number in stride(from: lane, to: count, by: concurrency) {
                            bytes += try await work(number)
                        }
                        return bytes
                    }
                }
                return try await group.reduce(0, +)
            }
        }
    }

    private func key(_ number: Int) -> ObjectKey { ObjectKey("small/\(number % Self.keyCount)") }

    /// Small requests as the client sends them, each signed.
    func requests(_ method: String) async throws -> Figures {
        let signer = SignatureV4()
        let body = [UInt8](repeating: 0x78, count: method == "PUT" ? bodyBytes : 0)
        return try await each { [self] number in
            var request = HTTPRequest(
                method: method,
                endpoint: endpoint,
                path: "/\(bucketName)/\(key(number))",
                body: body
            )
            signer.sign(
                &request,
                with: credentials,
                region: "us-east-1",
                service: "s3",
                payload: .computed,
                at: SystemTimeSource().now
            )
            let response = try await client.send(request)
            guard response.status / 100 == 2 else { throw Refused(status: response.status) }
            return max(response.body.count, body.count)
        }
    }

    /// Small objects through the store.
    func reads() async throws -> Figures {
        // All of them have the same size and time, and so the same version.
        let version = try await store.head(key(0))?.version
        return try await each { [self] number in
            let reader = try await store.open(key(number), ifMatch: version)
            return try await pool.run { () throws(SluiceError) in try Self.drain(reader) }
        }
    }

    /// Small objects put through the store.
    func writes() async throws -> Figures {
        let body = [UInt8](repeating: 0x78, count: bodyBytes)
        return try await each { [self] number in
            _ = try await store.put(key(number), body)
            return body.count
        }
    }

    /// One large object, in ranges as the store reads it.
    func download() async throws -> Figures {
        try await Figures.measure(1) {
            let version = try await store.head("large")?.version
            let reader = try await store.open("large", ifMatch: version)
            return try await pool.run { () throws(SluiceError) in try Self.drain(reader) }
        }
    }

    /// One large object, staged in parts and published.
    func upload() async throws -> Figures {
        try await Figures.measure(1) {
            let name = StageName(
                ledger: String(repeating: "be", count: 16),
                boot: "be0c",
                token: 1,
                number: 0
            )
            let writer = try await store.stage(name, for: "uploaded")
            let chunk = [UInt8](repeating: 0x78, count: 1 << 20)
            let digest = try await pool.run { [bodyBytes] () throws(SluiceError) in
                for _ in 0..<bodyBytes >> 20 { try unsafe writer.write(chunk.span.bytes) }
                return try writer.finish()
            }
            let request = PublishRequest(
                staged: writer.reference,
                key: "uploaded",
                digest: digest,
                expecting: .absent
            )
            for result in await store.publish([request]) { _ = try result.get() }
            return bodyBytes
        }
    }

    private static func drain(_ reader: any ObjectReader) throws(SluiceError) -> Int {
        Int(try reader.readToEnd(chunkSize: 1 << 20) { _ in })
    }
}

/// A status that is no success.
struct Refused: Error {
    let status: Int
}
