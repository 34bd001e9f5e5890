internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing

/// What buckets at real S3 servers do beyond the contract.
@Suite(.serialized) struct S3BucketTests {
    /// A bucket of a running server.
    private struct Place {
        let server: S3Server
        let pool = BlockingPool(name: "s3", limit: 16, stackBytes: NativeThread.smallStackBytes)
        let directory = TemporaryDirectory()

        /// A store, as a process that starts anew would make it.
        func store(journal: Bool = true, budget: PartBudget = PartBudget()) -> S3ObjectStore {
            var settings = server.settings("bucket")
            settings.partSizeBytes = 5 << 20
            if journal { settings.journal = directory.path("uploads") }
            return S3ObjectStore(bucket: "lake", settings: settings, pool: pool, budget: budget)
        }

        /// Runs what blocks.
        func blocking<Value: Sendable>(
            _ body: @escaping @Sendable () throws(SluiceError) -> Value
        ) async throws -> Value {
            try await pool.run(body)
        }
    }

    private static func onServer(_ kind: S3Server.Kind, _ body: (Place) async throws -> Void) async throws {
        if let reason = S3Server.missing(kind) {
            Issue.record("\(reason)", severity: .warning)
            return
        }
        let server = try await S3Server(kind)
        defer { server.stop() }
        try await server.makeBucket("bucket")
        let place = Place(server: server)
        try await body(place)
        await place.pool.shutdown()
    }

    private static func name(_ token: Int64, boot: String = "boot1") -> StageName {
        StageName(ledger: String(repeating: "b2", count: 16), boot: boot, token: token, number: 0)
    }

    private static func noise(_ count: Int) -> [UInt8] {
        let random = SeededRandomSource(seed: 7)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            unsafe withUnsafeBytes(of: random.next()) { unsafe bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }

    @Test("a large output goes out in parts and comes back in ranges", arguments: S3Server.Kind.allCases)
    func large(_ kind: S3Server.Kind) async throws {
        try await Self.onServer(kind) { place in
            let bytes = Self.noise((23 << 20) + 17)
            // Without memory for parts, each goes through a file.
            for (token, budget) in [PartBudget(), PartBudget(limitBytes: 0)].enumerated() {
                let store = place.store(budget: budget)
                let key = ObjectKey("large-\(token)")
                let writer = try await store.stage(Self.name(Int64(token)), for: key)
                let digest = try await place.blocking { () throws(SluiceError) in
                    var rest = unsafe bytes.span.bytes
                    while rest.byteCount > 0 {
                        let step = min(rest.byteCount, 300_001)
                        try writer.write(rest.extracting(first: step))
                        rest = rest.extracting(step...)
                    }
                    return try writer.finish()
                }
                #expect(digest == ContentDigester.digest(of: bytes))
                let request = PublishRequest(
                    staged: writer.reference,
                    key: key,
                    digest: digest,
                    expecting: .absent
                )
                let published = try await #require(store.publish([request]).first).get()
                #expect(published.info.sizeBytes == UInt64(bytes.count))
                let reader = try await store.open(key, ifMatch: published.info.version)
                let read = try await place.blocking { () throws(SluiceError) in
                    let read = try ObjectStoreContract.read(reader, step: 777_777)
                    try reader.confirm()
                    return read
                }
                #expect(read == bytes)
                #expect(try await store.digest(key) == digest)
                // By another process, which knows nothing of the parts.
                let again = try await #require(place.store().publish([request]).first).get()
                #expect(again.info == published.info && !again.wasUnchanged)
            }
        }
    }

    @Test(
        "what a killed process staged is published or aborted by the next one",
        arguments: S3Server.Kind.allCases
    )
    func survives(_ kind: S3Server.Kind) async throws {
        try await Self.onServer(kind) { place in
            var requests: [PublishRequest] = []
            for token in 1...3 {
                let writer = try await place.store().stage(
                    Self.name(Int64(token)),
                    for: ObjectKey("out/\(token)")
                )
                let digest = try await place.blocking { () throws(SluiceError) in
                    try unsafe writer.write([UInt8(token)].span.bytes)
                    return try writer.finish()
                }
                let key = ObjectKey("out/\(token)")
                requests.append(
                    PublishRequest(staged: writer.reference, key: key, digest: digest, expecting: .absent)
                )
            }
            let next = place.store()
            try await next.discard(requests[0].staged)
            #expect(try await next.uploads().count == 2)
            let published = try await #require(next.publish([requests[1]]).first).get()
            #expect(published.info.sizeBytes == 1 && !published.wasUnchanged)
            let swept = try await next.sweep(
                ledger: Self.name(1).ledger,
                currentBoot: "boot2",
                keeping: [requests[1].staged]
            )
            #expect(swept == 1)
            #expect(try await next.uploads().isEmpty)
            #expect(place.directory.files(below: "uploads").isEmpty)
        }
    }

    /// Not on moto, where every upload was begun in 2010.
    @Test("an upload whose answer was lost is found by its key")
    func findsLost() async throws {
        try await Self.onServer(.rclone) { place in
            // The journal says that an upload was about to be made, and the store made it.
            let create = HTTPRequest(
                method: "POST",
                endpoint: place.server.endpoint,
                path: "/bucket/lost",
                query: [HTTPField(name: "uploads", value: "")]
            )
            _ = try await place.server.send(create)
            let now = SystemTimeSource().now.nanoseconds
            let path = "uploads/\(Self.name(1).ledger)/boot1/lake.1-0"
            place.directory.write(path, Array("6c6f7374\n\(now)\n\n".utf8))
            let store = place.store()
            #expect(try await store.uploads().map(\.key) == ["lost"])
            let count = try await store.sweep(ledger: Self.name(1).ledger, currentBoot: "boot2", keeping: [])
            #expect(count == 1)
            #expect(try await store.uploads().isEmpty)
        }
    }

    @Test("the probe finds what each server does, and leaves nothing", arguments: S3Server.Kind.allCases)
    func probes(_ kind: S3Server.Kind) async throws {
        try await Self.onServer(kind) { place in
            let store = place.store()
            let found = try await store.probe()
            #expect(found == (try await store.capabilities()))
            #expect(found.tagsAreMD5 && found.keepsMetadata && found.encodesListings && found.order == .bytes)
            let heeds = kind == .moto
            #expect(found.putsIfAbsent == heeds && found.completesIfAbsent == heeds)
            #expect(found.deletesIfMatch == heeds && found.readsIfMatch == heeds)
            #expect(found.tagging == (kind == .moto ? .kept : .broken))
            #expect(found.partsTag == (kind == .moto ? .composite : .plain))
            #expect(try await ObjectStoreContract.list(store).isEmpty)
            #expect(try await store.uploads().isEmpty)
            let raw = HTTPRequest(
                endpoint: place.server.endpoint,
                path: "/bucket",
                query: [HTTPField(name: "list-type", value: "2")]
            )
            let body = String(decoding: try await place.server.send(raw).body, as: UTF8.self)
            #expect(!body.contains(".sluice/probe"))
        }
    }

    /// Traps K01, K02, K03, K04 and K07, as far as the servers themselves take the keys.
    @Test("keys pass through byte for byte", arguments: S3Server.Kind.allCases)
    func keys(_ kind: S3Server.Kind) async throws {
        var texts = [
            "a b", "a+b", "a%20b", "a%2Bb", "a%", "a%zz", "u\u{308}", "\u{FC}", "\u{1F600}", "x\u{202E}gnp",
            "\u{FEFF}bom", "tab\there", "\u{1}", "\u{7F}", "Case", "case", "CON", "back\\slash", "-rf", "~",
            ".hidden", "a..b", "q?x=1&y", "#f", "e&f<g>'\"", "=", "a/b c/+",
            String(repeating: "n", count: 255),
        ]
        // rclone refuses what is no path; Flask, below moto, routes no line feed.
        if kind == .rclone {
            texts += ["line\nbreak", "cr\r\nlf"]
        } else {
            texts += ["../x", "a//b", "./a", "/abs"]
        }
        let keys = texts.map { ObjectKey($0) }
        try await Self.onServer(kind) { place in
            let store = place.store()
            for (number, key) in keys.enumerated() { _ = try await store.put(key, [UInt8(number)]) }
            for (number, key) in keys.enumerated() {
                let info = try #require(try await store.head(key), "\(key)")
                let reader = try await store.open(key, ifMatch: info.version)
                let read = try await place.blocking { () throws(SluiceError) in
                    try ObjectStoreContract.read(reader)
                }
                #expect(read == [UInt8(number)], "\(key)")
            }
            let listed = try await ObjectStoreContract.list(store).map { entry -> ObjectKey in
                guard case .object(let info) = entry else { return "" }
                return info.key
            }
            #expect(Set(listed) == Set(keys))
            for key in keys { #expect(try await store.delete(key, ifVersion: nil), "\(key)") }
        }
    }

    @Test("attributes and tags are kept beside the bytes")
    func attributes() async throws {
        try await Self.onServer(.moto) { place in
            let store = place.store()
            let kept = ObjectAttributes(
                contentType: "application/x-ndjson",
                headers: ["content-encoding": "gzip", "cache-control": "max-age=60"],
                metadata: ["source": "in/\u{fc} ber.log"],
                tags: ["team": "a b+c", "kind": "log"],
                storageClass: "STANDARD_IA"
            )
            let writer = try await store.stage(Self.name(1), for: "kept", as: kept)
            let digest = try await place.blocking { () throws(SluiceError) in
                try unsafe writer.write([1, 2].span.bytes)
                return try writer.finish()
            }
            let request = PublishRequest(
                staged: writer.reference,
                key: "kept",
                digest: digest,
                expecting: .absent
            )
            _ = try await #require(store.publish([request]).first).get()
            let found = try await store.open("kept", ifMatch: nil).attributes
            #expect(found.contentType == kept.contentType && found.storageClass == kept.storageClass)
            #expect(found.headers == kept.headers)
            #expect(found.metadata["source"] == kept.metadata["source"])
            #expect(try await store.tags(of: "kept") == kept.tags)
            try await store.setTags(["a": "b/c"], of: "kept")
            #expect(try await store.tags(of: "kept") == ["a": "b/c"])
        }
    }

    @Test("wrong keys and missing buckets are outages with a hint", arguments: S3Server.Kind.allCases)
    func refusals(_ kind: S3Server.Kind) async throws {
        try await Self.onServer(kind) { place in
            let missing = S3ObjectStore(
                bucket: "m",
                settings: place.server.settings("nowhere"),
                pool: place.pool
            )
            func expect(_ code: SluiceError.Code, _ body: () async throws -> Void) async {
                let error = await #expect(throws: SluiceError.self) { try await body() }
                #expect(error?.code == code && error?.code.blame == .outage && error?.hint != nil)
            }
            await expect(.storageBucketMissing) { _ = try await missing.head("k") }
            await expect(.storageBucketMissing) { _ = try await missing.open("k", ifMatch: nil) }
            await expect(.storageBucketMissing) { _ = try await missing.list(prefix: "").next(limit: 1) }
            await expect(.storageBucketMissing) { _ = try await missing.stage(Self.name(1), for: "k") }
            guard kind == .rclone else { return }
            var settings = place.server.settings("bucket")
            let wrong = Credentials(accessKey: S3Server.accessKey, secretKey: Secret("wrong-secret-key"))
            settings.credentials = StaticCredentials(wrong)
            let refused = S3ObjectStore(bucket: "r", settings: settings, pool: place.pool)
            await expect(.storageAccessDenied) { _ = try await refused.head("k") }
            await expect(.storageAccessDenied) { _ = try await refused.list(prefix: "").next(limit: 1) }
        }
    }
}
