internal import EventModel
internal import Execution
internal import Foundation
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// The bucket in the host's name (AWS, "Virtual hosting of general purpose buckets"): `bucket.localhost`,
/// which is loopback (RFC 6761, section 6.3).
@Suite struct S3VirtualHostTests {
    private static let credentials = Credentials(accessKey: "AKID", secretKey: Secret("secret"))

    /// The signature of a request as it came, made anew for the host and the path that came.
    private static func signature(of request: FaultyS3Request) throws -> String {
        let host = try #require(request.headers["host"])
        let given = try #require(request.headers["authorization"])
        let names = try #require(given.split(separator: "SignedHeaders=").last?.split(separator: ",").first)
        let parts = request.target.split(separator: "?", maxSplits: 1)
        var again = HTTPRequest(
            method: request.method,
            endpoint: try #require(HTTPEndpoint(url: "http://\(host)")),
            path: String(parts[0])
        )
        for name in names.split(separator: ";") where name != "host" {
            again.headers.append(HTTPField(name: String(name), value: request.headers[String(name)] ?? ""))
        }
        again.query = request.query.sorted { $0.key < $1.key }.map {
            HTTPField(name: $0.key, value: String(decoding: $0.value, as: UTF8.self))
        }
        // 20261001T000000Z
        let stamp = Array(try #require(request.headers["x-amz-date"]))
        let digits = String(stamp[0..<4]) + "-" + String(stamp[4..<6]) + "-" + String(stamp[6..<8])
        let clock = String(stamp[9..<11]) + ":" + String(stamp[11..<13]) + ":" + String(stamp[13..<15])
        let date = try #require(ISO8601DateFormatter().date(from: "\(digits)T\(clock)Z"))
        SignatureV4().sign(
            &again,
            with: credentials,
            region: "us-east-1",
            service: "s3",
            payload: .hash(try #require(request.headers["x-amz-content-sha256"])),
            at: Timestamp(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
        )
        return try #require(again.headers.first { $0.name == "authorization" }).value
    }

    @Test("head, get, put, list, tags, removal and parts reach the bucket in the name, signed for that host")
    func everything() async throws {
        let server = FaultyS3Server()
        let pool = BlockingPool(name: "s3", limit: 4, stackBytes: NativeThread.smallStackBytes)
        var settings = S3Settings(
            bucketName: "bucket",
            credentials: StaticCredentials(Self.credentials),
            client: try HTTPClient()
        )
        settings.region = "us-east-1"
        settings.endpoint = HTTPEndpoint(url: "http://localhost:\(server.port)")
        settings.pathStyle = false
        settings.partSizeBytes = 5 << 20
        let store = S3ObjectStore(bucket: "b", settings: settings, pool: pool)
        #expect((store.bucket, store.nameAtStore) == ("b", "bucket"))

        let key: ObjectKey = "a b/../\u{fc}+1"
        server.put(key, Array("one".utf8))
        let info = try #require(try await store.head(key))
        let reader = try await store.open(key, ifMatch: info.version)
        let read = try await pool.run { () throws(SluiceError) in try ObjectStoreContract.read(reader) }
        #expect(read == Array("one".utf8))
        for bytes in [[1, 2, 3], [UInt8](repeating: 7, count: 11 << 20)] as [[UInt8]] {
            let out = ObjectKey("out/\(bytes.count)")
            let name = StageName(ledger: "aa", boot: "bb", token: Int64(bytes.count), number: 0)
            let writer = try await store.stage(name, for: out)
            let digest = try await pool.run { () throws(SluiceError) in
                try unsafe writer.write(bytes.span.bytes)
                return try writer.finish()
            }
            let request = PublishRequest(
                staged: writer.reference,
                key: out,
                digest: digest,
                expecting: .absent
            )
            for answer in await store.publish([request]) { _ = try answer.get() }
            #expect(server.object(out)?.bytes == bytes)
        }
        let listed = try await store.list(prefix: "").next(limit: 10).map(\.key)
        #expect(listed == [key, "out/11534336", "out/3"])
        #expect(try await store.tag(key, with: ["a": "1"], ifVersion: info.version))
        #expect(try await store.tags(of: key, ifVersion: nil) == ["a": "1"])
        #expect(try await store.delete(key, ifVersion: nil))
        await pool.shutdown()
        server.stop()

        let requests = server.requests
        let kinds = Set(requests.map(\.kind))
        #expect(kinds.isSuperset(of: [.head, .get, .createUpload, .uploadPart, .complete]))
        #expect(kinds.isSuperset(of: [.list, .putTags, .getTags, .delete]))
        for request in requests {
            #expect(request.headers["host"] == "bucket.localhost:\(server.port)")
            #expect(request.bucket == "bucket" && !request.target.hasPrefix("/bucket"))
            let signed = try Self.signature(of: request)
            #expect(request.headers["authorization"] == signed, "\(request.target)")
        }
    }

    @Test("a name with a dot goes into the path, where a certificate for one label would not match it")
    func dotted() async throws {
        let server = FaultyS3Server(buckets: ["my.bucket"])
        server.put("x", [1], bucket: "my.bucket")
        let pool = BlockingPool(name: "s3", limit: 2, stackBytes: NativeThread.smallStackBytes)
        var settings = S3Settings(
            bucketName: "my.bucket",
            credentials: StaticCredentials(Self.credentials),
            client: try HTTPClient()
        )
        settings.endpoint = HTTPEndpoint(url: "http://localhost:\(server.port)")
        let store = S3ObjectStore(bucket: "b", settings: settings, pool: pool)
        #expect(try await store.head("x") != nil)
        #expect(server.requests.allSatisfy { $0.target.hasPrefix("/my.bucket/") })
        await pool.shutdown()
        server.stop()
    }
}
