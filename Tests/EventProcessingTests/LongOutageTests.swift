internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// A store that is down for longer than anybody waits for it.
@Suite struct LongOutageTests {
    private let house = House(buckets: ["inbox"])
    private let server = FaultyS3Server(buckets: ["source", "target"])
    private let pool = BlockingPool(name: "s3", limit: 8, stackBytes: NativeThread.smallStackBytes)

    /// A store whose patience is measured by the house's clock.
    private func setup(_ name: BucketName) throws -> BucketSetup {
        let keys = StaticCredentials(Credentials(accessKey: "AK", secretKey: Secret("secret")))
        var settings = S3Settings(bucketName: name.rawValue, credentials: keys, client: try HTTPClient())
        settings.endpoint = HTTPEndpoint(url: server.endpoint)
        settings.probes = false
        return BucketSetup(
            store: S3ObjectStore(
                bucket: name,
                settings: settings,
                pool: pool,
                clock: house.clock,
                random: SeededRandomSource(seed: 7)
            ),
            watch: WatchPolicy(scanInterval: .seconds(60))
        )
    }

    @Test("twelve minutes without a store: no try, no dead letter, few requests, then everything is done")
    func twelveMinutes() async throws {
        let copy = FunctionDouble.mapping("copy") { $0 }
        let configuration = ProcessingConfiguration(
            buckets: [BucketSetup(store: house["inbox"]), try setup("source"), try setup("target")],
            matcher: TriggerMatcher(
                // The clock runs ahead of the sockets: no attempt is to be late for that.
                triggers: [("near", "inbox" as BucketName), ("far", "source")].map { name, bucket in
                    trigger(
                        TriggerName(name),
                        on: bucket,
                        function: "copy",
                        to: "target:\(name)/{key}",
                        timeout: .seconds(36_000)
                    )
                }
            ),
            functions: [copy],
            workers: 4
        )
        server.put("before", Array("0\n".utf8), bucket: "source")
        let processor = house.boot(configuration)
        let task = Task { try await processor.run() }
        try await eventually("the store works") {
            house.clock.advance(by: .milliseconds(100))
            return try await house.deliveries().map(\.state) == [.done]
        }

        server.fail(nil, with: .error(503, "ServiceUnavailable"), times: .max)
        for index in 0..<20 {
            house.put("inbox", ObjectKey("n\(index)"), "1\n")
            server.put(ObjectKey("s\(index)"), Array("1\n".utf8), bucket: "source")
            try await processor.hint("inbox", ObjectKey("n\(index)"))
        }
        try await eventually("the outage is known") {
            house.clock.advance(by: .milliseconds(100))
            return try await processor.status().health == "degraded"
        }
        let (began, before) = (house.clock.uptime, server.requestCount)
        var probes: [Duration] = []
        while house.clock.uptime - began < .seconds(720) {
            let count = server.requestCount
            try await eventually("the store is asked again") {
                house.clock.advance(by: .milliseconds(500))
                return server.requestCount > count
            }
            probes.append(house.clock.uptime - began)
        }
        let asked = server.requestCount - before
        // Two triggers, the scan and what waits for its commit: each waits up to 30 s, and a store has five
        // tries of one request.
        #expect(asked < 1500, "\(asked) requests in 12 minutes")
        #expect(probes.count >= 20, "\(probes.count) times asked")
        let rows = try await house.deliveries()
        #expect(rows.count >= 21)
        let tried = rows.filter { $0.tries > 0 || $0.state == .dead }
        #expect(tried.isEmpty, "\(tried.first?.failure?.message ?? "")")

        server.heal()
        try await eventually("everything is done") {
            house.clock.advance(by: .milliseconds(500))
            return server.keys(bucket: "target").count == 41
        }
        try await eventually("nothing is open") {
            house.clock.advance(by: .milliseconds(500))
            return try await house.deliveries().allSatisfy { $0.state == .done }
        }
        #expect(try await house.deliveries().count == 41)
        #expect(try await house.deliveries().allSatisfy { $0.tries == 0 })
        #expect(server.openUploads().isEmpty)
        processor.stop()
        try await task.value
        await pool.shutdown()
        server.stop()
    }
}
