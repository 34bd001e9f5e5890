internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// What is removed from a store: abandoned uploads, and objects of one version.
@Suite struct S3SweepTests {
    private static func sweep(
        _ store: S3ObjectStore,
        boot: String,
        keeping: Set<StagedReference> = []
    ) async throws -> Int {
        try await store.sweep(ledger: JournaledBucket.ledger, currentBoot: boot, keeping: keeping)
    }

    @Test("an upload that could not be aborted is aborted by a sweep of the same boot")
    func givenUp() async throws {
        try await JournaledBucket.run { place in
            let store = place.store()
            let request = try await place.stage(store, "out", [1, 2])
            #expect(try await Self.sweep(store, boot: "boot1") == 0, "It may still be published.")
            place.server.fail(.abort, with: .error(403, "AccessDenied"))
            await #expect(throws: SluiceError.self) { try await store.discard(request.staged) }
            let name = StageName(ledger: JournaledBucket.ledger, boot: "boot1", token: 2, number: 0)
            let writer = try await store.stage(name, for: "out")
            try await place.pool.run { () throws(SluiceError) in
                let bytes = [UInt8](repeating: 7, count: 9 << 20)
                try unsafe writer.write(bytes.span.bytes)
            }
            place.server.fail(.abort, with: .error(403, "AccessDenied"))
            try await place.pool.run { () throws(SluiceError) in writer.abandon() }
            #expect(place.server.openUploads().count == 2)
            #expect(try await Self.sweep(store, boot: "boot1", keeping: [request.staged]) == 2)
            #expect(place.server.openUploads().isEmpty)
            #expect(place.directory.files(below: "uploads").isEmpty)
        }
    }

    @Test(
        "an upload that cannot be aborted keeps no other from it, and is written down for the next sweep",
        arguments: [("AccessDenied", 403), ("NotImplemented", 501), ("MethodNotAllowed", 405)]
    )
    func stubborn(_ code: String, _ status: Int) async throws {
        try await JournaledBucket.run { place in
            let store = place.store()
            for token in 1...3 {
                _ = try await place.stage(store, ObjectKey("out\(token)"), [1], token: Int64(token))
            }
            place.server.fail(.abort, with: .error(status, code), key: "out2")
            let next = place.store()
            let error = await #expect(throws: SluiceError.self) {
                _ = try await Self.sweep(next, boot: "boot2")
            }
            #expect(error?.code != .storageUnavailable)
            #expect(place.server.openUploads().count == 1)
            #expect(place.directory.files(below: "uploads").count == 1)
            #expect(try await Self.sweep(next, boot: "boot2") == 1)
        }
    }

    @Test("what a sweep looks for by key and time is not what is known, by the store's clock")
    func sparesKnown() async throws {
        try await JournaledBucket.run { place in
            place.server.setManner { $0.clockOffset = 3600 }
            let kept = try await place.stage(place.store(), "out", [1])
            let create = HTTPRequest(
                method: "POST",
                endpoint: HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: place.server.port),
                path: "/bucket/out",
                query: [HTTPField(name: "uploads", value: "")]
            )
            _ = try await place.client.send(create, bodyLimit: 1 << 20)
            let file = "uploads/\(JournaledBucket.ledger)/boot1/lake.7-0"
            place.directory.write(file, Array("6f7574\n\(SystemTimeSource().now.nanoseconds)\n\n".utf8))
            #expect(place.server.openUploads().count == 2)
            let next = place.store()
            #expect(try await Self.sweep(next, boot: "boot2", keeping: [kept.staged]) == 1)
            try await place.publish(next, kept)
            #expect(place.server.openUploads().isEmpty)
        }
    }

    @Test("a journal that cannot be read does not make an output count as published")
    func unreadable() async throws {
        try await JournaledBucket.run { place in
            let request = try await place.stage(place.store(), "out", [1])
            let file = try #require(place.directory.files(below: "uploads").first)
            place.server.loseUploads()
            place.directory.write(file, [])
            await place.expect(.storageStagedLost, place.store(), request, "Whatever is in it, it is there.")
            // A file where the boot's directory should be.
            let store = place.store()
            let boot = "\(JournaledBucket.ledger)/other"
            place.directory.write("uploads/\(boot)", [])
            let elsewhere = PublishRequest(
                staged: StagedReference(text: "s3:\(boot)/1-0:upload-9"),
                key: "out",
                digest: request.digest,
                expecting: .absent
            )
            let error = await #expect(throws: SluiceError.self) { try await place.publish(store, elsewhere) }
            #expect(error?.code != .storageStagedGone)
        }
    }

    @Test("a removal that was not answered is not repeated blindly", arguments: [true, false])
    func removal(_ isDone: Bool) async throws {
        try await JournaledBucket.run { place in
            place.server.setManner { $0.conditions = .ignored }
            let store = place.store()
            let version = try await store.put("k", [1]).version
            place.server.fail(.delete, with: isDone ? .loseAnswer : .reset(-1), key: "k")
            #expect(try await store.delete("k", ifVersion: version))
            #expect(place.server.object("k") == nil)

            _ = try await store.put("k", [1])
            place.server.fail(.delete, with: isDone ? .loseAnswer : .reset(-1), key: "k")
            place.server.fail(.head, with: .overwrite([9]), key: "k", skip: 1)
            _ = try await store.delete("k", ifVersion: version)
            #expect(place.server.object("k")?.bytes == [9], "The producer's new version stays.")
        }
    }

    @Test("a probe leaves no upload behind, and needs no answer about versions")
    func probe() async throws {
        try await JournaledBucket.run { place in
            place.server.fail(.complete, with: .error(400, "Whatever"))
            #expect(try await place.store().capabilities().completesIfAbsent == false)
            #expect(place.server.openUploads().isEmpty)
            for answer in [FaultyS3Fault.nothing, .page, .error(404, "NoSuchKey")] {
                place.server.heal()
                place.server.fail(.bucket, with: answer, times: 5)
                let found = try await place.store().capabilities()
                #expect(found.completesIfAbsent && !found.isVersioned, "\(answer)")
            }
        }
    }

    @Test("a store that refused to tag is asked again after an hour")
    func tagging() async throws {
        try await JournaledBucket.run { place in
            let clock = ManualClock()
            let store = place.store(clock: clock)
            place.server.fail(.putTags, with: .error(403, "AccessDenied"))
            let first = try await store.capabilities().tagging
            #expect(first == .unknown)
            let second = try await store.capabilities().tagging
            #expect(second == .unknown)
            clock.advance(by: .seconds(3601))
            let third = try await store.capabilities().tagging
            #expect(third == .kept)
            let count = place.server.count(.putTags)
            clock.advance(by: .seconds(86_400))
            let fourth = try await store.capabilities().tagging
            #expect(fourth == .kept)
            #expect(place.server.count(.putTags) == count)
        }
    }
}
