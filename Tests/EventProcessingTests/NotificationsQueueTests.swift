internal import EventModel
internal import EventProcessing
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// Notifications from a queue: nothing is deleted before it is recorded, and nothing is lost.
@Suite struct NotificationsQueueTests {
    private let queue = QueueDouble()
    private let scene: NotificationScene

    private let answers = LedgerAnswers()

    init() throws {
        let subscription = SQSSubscription(
            queue: QueueDouble.queue,
            credentials: QueueDouble.credentials,
            client: try HTTPClient()
        )
        scene = NotificationScene(queues: [subscription], house: House(ledger: answers.ledger))
    }

    private func message(_ key: String) -> String {
        NotificationsDecodingTests.aws(NotificationsDecodingTests.record(key: key))
    }

    private func run(_ body: (EventProcessor) async throws -> Void) async throws {
        let processor = try await scene.begin()
        let queue = self.queue
        let source = processor.source(of: QueueDouble.queue, credentials: QueueDouble.credentials) {
            .success(await queue.send($0))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await source.run() }
            do {
                try await body(processor)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    private func counts(_ processor: EventProcessor, _ bucket: BucketName = "inbox") -> NotificationCounts {
        processor.metrics.notifications[bucket]?["sqs"] ?? NotificationCounts()
    }

    @Test("a message is deleted once what it speaks of is recorded")
    func deleted() async throws {
        try await run { processor in
            for number in 0..<25 {
                _ = scene.put(ObjectKey("k\(number)"), "\(number)")
                queue.add("m\(number)", message("k\(number)"))
            }
            queue.add("test", #"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"acme"}"#)
            try await eventually("all are deleted") { queue.deleted.count == 26 }
            #expect(try await scene.house.deliveries().count == 25)
            #expect(counts(processor).received == 25 && counts(processor, "").ignored == 1)
            #expect(scene.heads.values.allSatisfy { $0 == 1 })
        }
    }

    @Test("nothing is deleted while the store does not answer; afterwards nothing is missing (trap N13)")
    func outage() async throws {
        try await run { processor in
            _ = scene.put("a", "1")
            scene.store.fail(with: SluiceError(.storageAccessDenied, "The store refuses us."))
            queue.add("m", message("a"))
            try await eventually("the problem shows") {
                try await processor.status().problems.contains { $0.contains("The store refuses us.") }
            }
            #expect(queue.deletions == 0 && counts(processor).failed >= 1)
            scene.store.fail(with: nil)
            queue.giveBack()
            try await eventually("it is deleted") {
                scene.house.clock.advance(by: .seconds(1))
                return queue.deleted == ["m"]
            }
            #expect(try await scene.house.deliveries().count == 1)
            try await eventually("the problem is over") { try await processor.status().problems.isEmpty }
        }
    }

    @Test("a message whose object is under commit stays, is no problem, and holds up no other")
    func undecided() async throws {
        try await run { processor in
            for key in ["a", "b"] {
                _ = scene.put(ObjectKey(key), key)
                queue.add("m-\(key)", message(key))
            }
            answers.set(.deferred, for: "a")
            queue.giveBack()
            try await eventually("the other is deleted") { queue.deleted == ["m-b"] }
            try await eventually("it was looked at") { counts(processor).failed >= 1 }
            #expect(try await processor.status().problems.isEmpty)
            answers.set(nil, for: "a")
            queue.giveBack()
            try await eventually("it comes again and is deleted") { queue.deleted == ["m-b", "m-a"] }
            #expect(try await scene.house.deliveries().count == 2)
        }
    }

    @Test("a message that cannot be read stays in the queue, and holds up no other")
    func poison() async throws {
        try await run { processor in
            _ = scene.put("a", "1")
            queue.add("poison", "{")
            queue.add("m", message("a"))
            try await eventually("the other is deleted") { queue.deleted == ["m"] }
            #expect(counts(processor, "").refused == 1)
            queue.giveBack()
            try await eventually("it is read once more") { counts(processor, "").refused == 2 }
            #expect(queue.deleted == ["m"])
        }
    }

    @Test("a deletion that failed in part is repeated for the rest, and then left to the next delivery")
    func partialDeletion() async throws {
        try await run { processor in
            for key in ["a", "b"] { _ = scene.put(ObjectKey(key), key) }
            queue.refuseDeletions(1)
            queue.add("m1", message("a"))
            try await eventually("the second call deletes it") { queue.deleted == ["m1"] }
            #expect(queue.deletions == 2)
            queue.refuseDeletions(2)
            queue.add("m2", message("b"))
            try await eventually("two calls are refused") { queue.deletions == 4 }
            queue.giveBack()
            try await eventually("it comes again, is known and deleted") { queue.deleted == ["m1", "m2"] }
            #expect(try await scene.house.deliveries().count == 2)
        }
    }

    @Test(
        "a queue that does not answer is asked again with pauses, and is a visible problem",
        arguments: [400, 403, 500]
    )
    func failures(status: Int) async throws {
        queue.answer(status)
        try await run { processor in
            try await eventually("the problem shows") {
                try await processor.status().problems.contains {
                    $0.contains("answered \(status) (QueueDoesNotExist) no such queue")
                }
            }
            let before = queue.receives
            for _ in 0..<100 { await Task.yield() }
            #expect(queue.receives <= max(before, 4), "no pause between calls")
            queue.answer(200)
            _ = scene.put("a", "1")
            queue.add("m", message("a"))
            try await eventually("it recovers") {
                scene.house.clock.advance(by: .seconds(1))
                return queue.deleted == ["m"]
            }
            #expect(try await processor.status().problems.isEmpty)
        }
    }

    @Test("polls that find nothing do not end the problem of one that found something")
    func steadyProblem() async throws {
        try await run { processor in
            _ = scene.put("a", "1")
            scene.store.fail(with: SluiceError(.storageAccessDenied, "The store refuses us."))
            queue.add("m", message("a"))
            try await eventually("the problem shows") { try await !processor.status().problems.isEmpty }
            for _ in 0..<5 {
                let before = queue.receives
                queue.endPolls()
                // One of the four pauses, for its message could not be looked at.
                try await eventually("the others ask again") { queue.receives >= before + 3 }
                #expect(try await processor.status().problems.contains { $0.contains("The store refuses") })
            }
        }
    }

    @Test("a clock that is off is corrected by the queue's, as a store's is (trap L16)")
    func skew() async throws {
        queue.setClock(signed: "20261001T002000Z", date: "Thu, 01 Oct 2026 00:20:00 GMT")
        try await run { processor in
            _ = scene.put("a", "1")
            queue.add("m", message("a"))
            try await eventually("it is deleted") { queue.deleted == ["m"] }
            #expect(try await processor.status().problems.isEmpty)
        }
    }

    @Test(
        "what is no URL of a queue is no queue",
        arguments: ["uploads", "https://sqs.example", "https://sqs.example/", "ftp://a/q", "https://a/q?x=1"]
    )
    func wrongURL(url: String) { #expect(SQSQueue(url: url, region: "eu-west-1") == nil) }
}
