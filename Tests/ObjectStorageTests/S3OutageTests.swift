internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// Stores that are away, busy or slow: an outage is told as one, whatever the answers look like.
@Suite struct S3OutageTests {
    private static func expect(
        _ code: SluiceError.Code,
        _ body: () async throws -> Void
    ) async -> SluiceError? {
        let error = await #expect(throws: SluiceError.self) { try await body() }
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "nothing was thrown")")
        return error
    }

    @Test("a 404 without a word of S3's is an outage, never a missing object, upload or bucket's end")
    func foreign() async throws {
        let place = try FaultyPlace()
        place.server.put("k", [1, 2, 3])
        let store = place.store()
        let version = try #require(try await store.head("k")).version
        let request = try await place.stage(store, [7])
        place.server.fail(nil, with: .foreign(404), times: 1000)
        _ = await Self.expect(.storageUnavailable) { _ = try await store.open("k", ifMatch: version) }
        _ = await Self.expect(.storageUnavailable) { _ = try await store.open("k", ifMatch: nil) }
        _ = await Self.expect(.storageUnavailable) { _ = try await store.list(prefix: "").next(limit: 1) }
        _ = await Self.expect(.storageUnavailable) { try await store.discard(request.staged) }
        _ = await Self.expect(.storageBucketMissing) { _ = try await store.publish([request])[0].get() }
        // Right after the bucket was seen, and again after it was found missing.
        for _ in 0..<2 {
            let error = await Self.expect(.storageBucketMissing) { _ = try await store.head("k") }
            #expect(error?.code.blame == .outage)
        }
        place.server.heal()
        #expect(try await store.head("k")?.version == version)
        #expect(try await store.publish([request])[0].get().info.sizeBytes == 1)
        await place.end()
    }

    @Test("one answer of something in between changes nothing")
    func foreignOnce() async throws {
        let place = try FaultyPlace()
        place.server.put("k", [1, 2, 3])
        let store = place.store()
        let version = try #require(try await store.head("k")).version
        for kind in [FaultyS3Kind.head, .get, .list] {
            place.server.fail(kind, with: .foreign(404))
            #expect(try await store.head("k")?.version == version)
            let reader = try await store.open("k", ifMatch: version)
            #expect(try await place.read(reader) == [1, 2, 3])
            #expect(try await store.list(prefix: "").next(limit: 1).count == 1)
        }
        place.server.forgetRequests()
        #expect(try await store.head("none") == nil)
        #expect(place.server.requestCount == 1, "A marked answer of a bucket that was just seen is enough.")
        await place.end()
    }

    @Test("a store that was busy for a moment and then sends a large object whole is no failure")
    func busyOnce() async throws {
        let place = try FaultyPlace()
        let bytes = (0..<(6 << 20)).map { UInt8(truncatingIfNeeded: $0) }
        place.server.put("k", bytes)
        let store = place.store()
        let version = try #require(try await store.head("k")).version
        for fault in [
            FaultyS3Fault.error(503, "SlowDown"), .error(500, "InternalError"), .foreign(404),
            .error(403, "AccessDenied"),
        ] {
            place.server.fail(.get, with: fault)
            let reader = try await store.open("k", ifMatch: version)
            #expect(try await place.read(reader) == bytes, "\(fault)")
        }
        await place.end()
    }

    @Test("a store that asks for a long rest is not asked again before its end (R09)")
    func rests() async throws {
        let place = try FaultyPlace()
        place.server.put("k", [1])
        let clock = ManualClock()
        let store = place.store(clock: clock)
        place.server.fail(.head, with: .error(503, "SlowDown", retryAfter: 30))
        for _ in 0..<3 {
            _ = await Self.expect(.storageUnavailable) { _ = try await store.head("k") }
        }
        let error = await Self.expect(.storageUnavailable) { _ = try await store.open("k", ifMatch: nil) }
        #expect(error?.message.contains("2026-10-01T00:00:30") == true, "\(error?.message ?? "")")
        #expect(place.server.requestCount == 1)
        clock.advance(by: .seconds(31))
        #expect(try await store.head("k") != nil)
        // Whatever a proxy says, the store is asked again after five minutes.
        place.server.fail(.head, with: .error(503, "SlowDown", retryAfter: 86_400))
        _ = await Self.expect(.storageUnavailable) { _ = try await store.head("k") }
        clock.advance(by: .seconds(301))
        #expect(try await store.head("k") != nil)
        #expect(place.server.requestCount == 4)
        await place.end()
    }

    @Test("a store that keeps silent, or answers drop by drop, is an outage when a request's time is over")
    func slow() async throws {
        let place = try FaultyPlace()
        let bytes = [UInt8](repeating: 7, count: 4000)
        place.server.put("k", bytes)
        let version = try #require(try await place.store().head("k")).version
        let directory = TemporaryDirectory()
        let request = try await place.stage(place.store { $0.journal = directory.path("j") }, [7])
        let store = place.store { settings in
            settings.journal = directory.path("j")
            settings.limits.small = .milliseconds(50)
            settings.limits.list = .milliseconds(50)
            settings.limits.end = .milliseconds(50)
            settings.limits.transfer = .milliseconds(50)
            settings.limits.slowestBytesPerSecond = 1 << 40
        }
        place.server.fail(.list, with: .drip(bytes: 1, milliseconds: 10), times: 100)
        place.server.fail(.get, with: .drip(bytes: 200, milliseconds: 10), times: 100)
        _ = await Self.expect(.storageUnavailable) { _ = try await store.list(prefix: "").next(limit: 1) }
        _ = await Self.expect(.storageUnavailable) { _ = try await store.open("k", ifMatch: version) }
        let streamed = try await store.open("k", ifMatch: nil)
        #expect(try await place.read(streamed) == bytes, "A stream must only not stand still.")
        place.server.fail(nil, with: .silence, times: 1000)
        _ = await Self.expect(.storageUnavailable) { _ = try await store.head("k") }
        _ = await Self.expect(.storageUnavailable) { _ = try await store.uploads() }
        _ = await Self.expect(.storageUnavailable) { try await store.discard(request.staged) }
        _ = await Self.expect(.storageUnavailable) { _ = try await place.stage(store, [8], token: 2) }
        _ = await Self.expect(.storageUnavailable) { _ = try await store.tags(of: "k") }
        _ = await Self.expect(.storageUnavailable) { _ = try await store.publish([request])[0].get() }
        await place.end()
    }

    @Test("an output whose publication is answered drop by drop is found published")
    func slowEnd() async throws {
        let place = try FaultyPlace()
        let store = place.store { $0.limits.end = .milliseconds(50) }
        let request = try await place.stage(store, [7])
        place.server.fail(.complete, with: .drip(bytes: 1, milliseconds: 10), times: 100)
        #expect(try await store.publish([request])[0].get().info.sizeBytes == 1)
        await place.end()
    }

    @Test("one object that may not be read is its own matter; a bucket of which none may be is an outage")
    func forbidden() async throws {
        let place = try FaultyPlace()
        for key in ["in/a", "in/secret", "in/z"] { place.server.put(ObjectKey(key), [1]) }
        let store = place.store()
        let denied = FaultyS3Fault.error(403, "AccessDenied")
        place.server.fail(.get, with: denied, key: "in/secret", times: 1000)
        let version = try #require(try await store.head("in/secret")).version
        for version in [version, nil] {
            let error = await Self.expect(.storageUnreadable) {
                _ = try await store.open("in/secret", ifMatch: version)
            }
            #expect(error?.code.blame == .object && error?.hint != nil)
        }
        place.server.heal()
        place.server.fail(.get, with: denied)
        _ = await Self.expect(.storageAccessDenied) { _ = try await store.open("in/a", ifMatch: version) }
        place.server.fail(.get, with: denied, times: 1000)
        _ = await Self.expect(.storageAccessDenied) { _ = try await store.open("in/a", ifMatch: version) }
        place.server.fail(.list, with: denied, times: 1000)
        _ = await Self.expect(.storageAccessDenied) { _ = try await store.open("in/a", ifMatch: nil) }
        await place.end()
    }
}
