internal import EventModel
internal import Foundation
internal import ObjectStorage
internal import TestSupport
internal import Testing

@Suite struct TransientStageTests {
    private func stage(_ bucket: WatchedBucket, in place: TransientStage) async throws -> PublishRequest {
        let name = StageName(ledger: place.ledger, boot: "0", token: 1, number: 0)
        let writer = try await bucket.store.stage(name, for: "k")
        let bytes: [UInt8] = [1, 2]
        // A read-only view of bytes that live on.
        try unsafe writer.write(bytes.span.bytes)
        return PublishRequest(
            staged: writer.reference, key: "k", digest: try writer.finish(), expecting: .anything
        )
    }

    private func places(_ bucket: WatchedBucket) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bucket.files.path(".sluice")).sorted()
    }

    @Test("a place that was used leaves nothing behind, whether its output was published or not")
    func used() async throws {
        let bucket = WatchedBucket()
        for (id, isPublished) in [("a1", true), ("b2", false)] {
            let place = try await bucket.store.makeTransientStage(id: id)
            let request = try await stage(bucket, in: place)
            if isPublished { _ = try await #require(bucket.store.publish([request]).first).get() }
            await bucket.store.remove(place)
            #expect(try places(bucket).isEmpty)
        }
        #expect(try await bucket.store.head("k")?.sizeBytes == 2)
    }

    @Test("what a killed program staged is removed by the next one, and nothing of one that still works")
    func abandoned() async throws {
        let bucket = WatchedBucket()
        let alive = try await bucket.store.makeTransientStage(id: "a1")
        let request = try await stage(bucket, in: alive)
        bucket.files.makeDirectory(".sluice/put-dead/0")
        bucket.files.write(".sluice/put-dead/0/1-0", [9])
        bucket.files.makeDirectory(".sluice/another/0")
        let next = try await bucket.store.makeTransientStage(id: "b2")
        #expect(try places(bucket) == ["another", "put-a1", "put-b2"])
        _ = try await #require(bucket.store.publish([request]).first).get()
        await bucket.store.remove(alive)
        await bucket.store.remove(next)
        bucket.files.makeDirectory(".sluice/put-dead/0")
        #expect(try await bucket.store.sweep(ledger: "another", currentBoot: "0", keeping: []) == 0)
        #expect(try places(bucket) == ["another"], "A service's sweep removes abandoned places as well.")
    }
}
