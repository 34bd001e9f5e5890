internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing

/// What a store makes of servers that fail.
@Suite struct S3FaultTests {
    /// A bucket at a server that fails on demand.
    private struct Place {
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
            probes: Bool = false
        ) -> S3ObjectStore {
            var settings = S3Settings(bucketName: "bucket", credentials: credentials, client: client)
            settings.endpoint = HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: server.port)
            settings.partSizeBytes = 5 << 20
            settings.probes = probes
            return S3ObjectStore(bucket: "b", settings: settings, pool: pool, random: Impatience())
        }

        func read(_ reader: any ObjectReader) async throws -> [UInt8] {
            try await pool.run { () throws(SluiceError) in
                let bytes = try ObjectStoreContract.read(reader)
                try reader.confirm()
                return bytes
            }
        }

        func stage(_ store: S3ObjectStore, _ bytes: [UInt8], token: Int64 = 1) async throws -> PublishRequest
        {
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

    private static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 / 3) }
    }

    private static func expect(_ code: SluiceError.Code, _ body: () async throws -> Void) async {
        let error = await #expect(throws: SluiceError.self) { try await body() }
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "nothing was thrown")")
    }

    @Test(
        "a reader goes on after broken connections and lost bytes (R01, R02)",
        arguments: [3000, 3 << 20, 17 << 20]
    )
    func resumes(_ count: Int) async throws {
        let place = try Place()
        let bytes = Self.bytes(count)
        place.server.put("k", bytes)
        let store = place.store()
        let version = try #require(try await store.head("k")).version
        for fault in [
            FaultyS3Fault.truncate(1000), .reset(2000), .reset(-1), .error(503, "SlowDown", retryAfter: 0),
        ] {
            place.server.fail(.get, with: fault, skip: count > 10 << 20 ? 1 : 0)
            place.server.fail(.get, with: fault)
            let reader = try await store.open("k", ifMatch: version)
            #expect(try await place.read(reader) == bytes)
        }
        for request in place.server.requests where request.kind == .get {
            #expect(request.headers["if-match"] != nil)
        }
        place.server.fail(.get, with: .shorten(10), times: 100)
        let error = await #expect(throws: SluiceError.self) {
            _ = try await place.read(try await store.open("k", ifMatch: version))
        }
        #expect(error?.code.blame == .outage)
        await place.end()
    }

    @Test(
        "bytes of two versions never mix, also where conditions are not heeded (N09, R02)",
        arguments: [FaultyS3Manner.Conditions.honoured, .ignored],
        [2 << 20, 17 << 20]
    )
    func neverMixes(_ conditions: FaultyS3Manner.Conditions, _ count: Int) async throws {
        let place = try Place { $0.conditions = conditions }
        let bytes = Self.bytes(count)
        place.server.put("k", bytes)
        let store = place.store()
        let version = try #require(try await store.head("k")).version
        place.server.fail(.get, with: .reset(100_000))
        place.server.fail(.get, with: .overwrite(bytes.map { $0 ^ 1 }))
        await Self.expect(.storageVersionChanged) {
            _ = try await place.read(try await store.open("k", ifMatch: version))
        }
        place.server.put("k", bytes)
        place.server.fail(.get, with: .reset(100_000))
        place.server.fail(.get, with: .remove)
        await Self.expect(.storageNotFound) {
            _ = try await place.read(try await store.open("k", ifMatch: version))
        }
        await place.end()
    }

    @Test("a store that ignores ranges is read through one connection")
    func withoutRanges() async throws {
        let place = try Place { $0.ignoresRanges = true }
        let bytes = Self.bytes(17 << 20)
        place.server.put("k", bytes)
        let store = place.store()
        let version = try #require(try await store.head("k")).version
        #expect(try await place.read(try await store.open("k", ifMatch: version)) == bytes)
        await place.end()
    }

    @Test(
        "an output is published once, whatever becomes of the requests (R04, R05, R09)",
        arguments: [false, true]
    )
    func publishes(_ probes: Bool) async throws {
        let faults: [(FaultyS3Kind, FaultyS3Fault)] = [
            (.complete, .loseAnswer), (.complete, .errorInside("InternalError")), (.complete, .nothing),
            (.complete, .page), (.complete, .cutXML(60)), (.complete, .reset(-1)),
            (.complete, .error(500, "InternalError")), (.complete, .error(503, "SlowDown", retryAfter: 0)),
            (.createUpload, .error(503, "SlowDown")), (.createUpload, .badXML), (.uploadPart, .loseAnswer),
            (.uploadPart, .error(500, "InternalError")), (.head, .error(503, "SlowDown")),
            (.head, .reset(-1)),
        ]
        let place = try Place()
        let store = place.store(probes: probes)
        for (number, (kind, fault)) in faults.enumerated() {
            place.server.remove("out")
            place.server.heal()
            if probes { _ = try await store.capabilities() }
            place.server.fail(kind, with: fault)
            let bytes = Self.bytes(100 + number)
            let request = try await place.stage(store, bytes, token: Int64(number))
            let published = try await #require(store.publish([request]).first).get()
            #expect(!published.wasUnchanged)
            #expect(try await store.head("out") == published.info)
            #expect(place.server.object("out")?.bytes == bytes, "\(kind) \(fault)")
        }
        #expect(place.server.openUploads().isEmpty)
        await place.end()
    }

    @Test(
        "the contract holds whatever a store makes of conditions (R07)",
        arguments: [
            FaultyS3Manner.Conditions.honoured, .ignored, .notImplemented, .notModified, .conflict,
        ],
        [false, true]
    )
    func contract(_ conditions: FaultyS3Manner.Conditions, _ hasOpaqueETags: Bool) async throws {
        let places = Mutex<[Place]>([])
        var contract = ObjectStoreContract(
            makeStore: {
                guard
                    let place = try? Place({
                        $0.conditions = conditions
                        $0.hasOpaqueETags = hasOpaqueETags
                        $0.pageLimit = 2
                        $0.shuffleSeed = 3
                    })
                else { return MemoryObjectStore(bucket: "none") }
                places.withLock { $0.append(place) }
                return place.store(probes: true)
            },
            put: { store, key, bytes in
                _ = try await #require(store as? S3ObjectStore).put(key, bytes)
            },
            stagedCount: { store in
                (try? await (store as? S3ObjectStore)?.uploads().count) ?? -1
            }
        )
        contract.traits.tellsEqualContentsApart = false
        contract.traits.takesAnyPath = true
        contract.traits.longestKey = 1024
        try await contract.run()
        for place in places.withLock({ $0 }) { await place.end() }
    }

    @Test("a listing is complete or fails, whatever its pages are (L06, L07, L08)")
    func lists() async throws {
        let place = try Place { $0.pageLimit = 10 }
        let keys = (0..<35).map { ObjectKey("k+\($0) \u{1}/\u{fc}") }
        for key in keys { place.server.put(key, [1]) }
        let store = place.store()
        func listed() async throws -> Set<ObjectKey> {
            Set(
                try await ObjectStoreContract.list(store).compactMap { entry -> ObjectKey? in
                    guard case .object(let info) = entry else { return nil }
                    return info.key
                }
            )
        }
        for fault in [
            FaultyS3Fault.page, .nothing, .cutXML(300), .badXML, .error(503, "SlowDown"),
            .truncate(100), .reset(50), .errorInside("InternalError"),
        ] {
            place.server.heal()
            place.server.fail(.list, with: fault, skip: 1)
            #expect(try await listed() == Set(keys), "\(fault)")
        }
        for fault in [FaultyS3Fault.repeatToken, .page, .nothing] {
            place.server.heal()
            place.server.fail(.list, with: fault, skip: 1, times: 100)
            await Self.expect(.storageBadAnswer) { _ = try await listed() }
        }
        place.server.heal()
        // Whose keys a repeated page stands in for, the next listing finds.
        place.server.fail(.list, with: .duplicatePage, skip: 1)
        #expect(try await listed().isSubset(of: keys))
        place.server.fail(.list, with: .emptyPage, skip: 1, times: 50)
        #expect(try await listed() == Set(keys))
        await place.end()
    }

    @Test("a clock that is an hour off costs one request (L16)")
    func skew() async throws {
        let place = try Place {
            $0.clockOffset = -3600
            $0.skewLimit = 900
        }
        place.server.put("k", [1])
        let store = place.store()
        #expect(try await store.head("k") != nil)
        #expect(place.server.requestCount == 2)
        #expect(try await store.digest("k") != nil)
        #expect(place.server.requestCount == 4)
        await place.end()
    }

    @Test("an expired token is renewed and the request sent again; wrong regions name the right one")
    func renews() async throws {
        final class Renewing: CredentialProvider {
            let token = Atomic(0)
            func credentials() async throws(SluiceError) -> Credentials? { try credentialsHere() }
            func credentialsHere() throws(SluiceError) -> Credentials? {
                let number = token.load(ordering: .relaxed)
                return Credentials(
                    accessKey: "AK",
                    secretKey: Secret("s"),
                    sessionToken: Secret("token\(number)")
                )
            }
            func invalidateHere() { token.add(1, ordering: .relaxed) }
        }
        let place = try Place { $0.sessionToken = "token1" }
        place.server.put("k", [1])
        let store = place.store(Renewing())
        #expect(try await store.digest("k") != nil)
        place.server.setManner {
            $0.sessionToken = nil
            $0.region = "eu-west-1"
        }
        let error = await #expect(throws: SluiceError.self) { _ = try await store.open("k", ifMatch: nil) }
        #expect(error?.code == .storageWrongRegion && error?.hint?.contains("eu-west-1") == true)
        place.server.setManner { $0.redirectsRegion = true }
        let redirected = await #expect(throws: SluiceError.self) { _ = try await store.head("k") }
        #expect(redirected?.code == .storageWrongRegion)
        await place.end()
    }

    @Test("a store that is too busy to be tried out is an outage after one request's tries (R09)")
    func givesUpProbing() async throws {
        let place = try Place()
        place.server.fail(.put, with: .error(503, "SlowDown"), times: 1000)
        let store = place.store(probes: true)
        await Self.expect(.storageUnavailable) { _ = try await store.capabilities() }
        #expect(place.server.requestCount == S3RetryPlan.mostTries)
        await place.end()
    }
}
