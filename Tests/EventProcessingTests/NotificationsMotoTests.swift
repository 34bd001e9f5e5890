internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import HTTPTransport
internal import TestSupport
internal import Testing

/// The queue of a server that nobody here wrote, filled by a client that nobody here wrote.
@Suite struct NotificationsMotoTests {
    @Test(
        "objects put with boto3 arrive through moto's queue, by SNS too, and what cannot be read stays",
        .enabled(if: MotoQueue.isThere, "`make setup-test` puts moto and boto3 into .build/test-venv")
    )
    func queue() async throws {
        let moto = try await MotoQueue.start()
        let subscription = SQSSubscription(
            queue: moto.queue,
            credentials: QueueDouble.credentials,
            client: try HTTPClient()
        )
        let scene = NotificationScene(queues: [subscription])
        let processor = scene.house.boot(scene.configuration)
        let task = Task { try await processor.run() }
        let keys = ["a.log", "red flower.jpg", "a+b", "a%2Bb", "dir/é.gz"]
        for key in keys { _ = scene.put(ObjectKey(key), key) }
        // What the first scan has seen makes no second delivery.
        for key in keys { try await moto.tell("put", key) }
        for number in 0..<30 {
            let key = "late\(number)"
            _ = scene.put(ObjectKey(key), key)
            try await moto.tell("put", key)
        }
        _ = scene.put("sns", "1")
        let record = NotificationsDecodingTests.record(key: "sns")
        try await moto.tell("publish", NotificationsDecodingTests.aws(record))
        _ = scene.put("bridge", "1")
        try await moto.tell(
            "send",
            NotificationsDecodingTests.eventBridge.replacing("a+b%20c", with: "bridge")
        )
        try await moto.tell("send", "poison")
        try await eventually("all but the poison is deleted") { try await moto.tell("count") == "0 1" }
        try await eventually("all is processed") {
            keys.allSatisfy { scene.house.text("clean", ObjectKey($0)) == $0 }
                && scene.house.text("clean", "late29") != nil && scene.house.text("clean", "sns") != nil
                && scene.house.text("clean", "bridge") != nil
        }
        let made = try await scene.house.deliveries().map { "\($0.target.key) \($0.version)" }
        #expect(Set(made).count == made.count && made.count == keys.count + 32)
        #expect(processor.metrics.notifications[""]?["sqs"]?.refused == 1)
        processor.stop()
        try await task.value
    }
}
