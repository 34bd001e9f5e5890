internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// What notifications do to the ledger, and how often they make us ask the store.
@Suite struct NotificationsIntakeTests {
    private let scene = NotificationScene()

    @Test("a new object costs one look and makes one delivery; its repetition costs nothing (trap N01)")
    func once() async throws {
        let processor = try await scene.begin()
        let object = scene.put("a.log", "1\n")
        let first = try await scene.notify(processor, [object])
        #expect(first.asked == 1 && first.delivered == 1 && first.known == 0)
        for _ in 0..<3 {
            let again = try await scene.notify(processor, [object, object])
            #expect(again.asked == 0 && again.delivered == 0 && again.known == 1)
        }
        #expect(scene.heads == ["a.log": 1])
        #expect(try await scene.house.deliveries().count == 1)
    }

    @Test("what a scan saw before is known")
    func afterScan() async throws {
        let object = scene.put("a.log", "1\n")
        let processor = try await scene.begin()
        let tally = try await scene.notify(processor, [object])
        #expect(tally.known == 1 && scene.heads["a.log", default: 0] <= 1)
        #expect(try await scene.house.deliveries().count == 1)
    }

    @Test("a forged notification costs one look, and of a foreign bucket none (trap S14)")
    func forged() async throws {
        let processor = try await scene.begin()
        let forged = NotifiedObject(
            bucketAtStore: "acme",
            key: "nothing",
            type: .createdPut,
            etag: "e",
            sizeBytes: 3
        )
        let tally = try await scene.notify(processor, [forged, forged])
        #expect(tally.asked == 1 && tally.delivered == 0)
        let foreign = NotifiedObject(bucketAtStore: "inbox", key: "a", type: .createdPut)
        #expect(try await scene.notify(processor, [foreign]).ignored == 1)
        #expect(scene.heads == ["nothing": 1])
        #expect(try await scene.house.deliveries().isEmpty)
        let counts = processor.metrics.notifications
        #expect(counts["inbox"]?["webhook"]?.asked == 1 && counts[""]?["webhook"]?.ignored == 1)
    }

    @Test("a wrong version or size makes no difference to what is recorded (trap N08)")
    func mismatch() async throws {
        let processor = try await scene.begin()
        let object = scene.put("a.log", "1\n")
        let wrong = NotifiedObject(
            bucketAtStore: "acme",
            key: "a.log",
            type: .createdPut,
            etag: "other",
            sizeBytes: 9
        )
        #expect(try await scene.notify(processor, [wrong]).delivered == 1)
        let delivery = try #require(try await scene.house.deliveries().first)
        #expect(delivery.version == object.claim)
    }

    @Test(
        "a creation that is not there yet is left to the scan; a removal is believed once the store says so"
    )
    func removal() async throws {
        let processor = try await scene.begin()
        let object = scene.put("a.log", "1\n")
        _ = try await scene.notify(processor, [object])
        scene.store.hide("a.log")
        // Ceph announces a multipart upload that only begins (trap N07).
        let early = NotifiedObject(bucketAtStore: "acme", key: "a.log", type: EventType("ObjectCreated:Post"))
        _ = try await scene.notify(processor, [early])
        #expect(try await scene.seen("a.log") == object.claim)
        let gone = NotifiedObject(bucketAtStore: "acme", key: "a.log", type: .removedDelete)
        _ = try await scene.notify(processor, [gone])
        #expect(try await scene.seen("a.log") == nil)
        #expect(scene.heads["a.log"] == 3)
    }

    @Test("the alternate form of a key is asked for only where there is nothing, and counted (trap N03)")
    func alternate() async throws {
        let processor = try await scene.begin()
        _ = scene.put("a+b", "raw\n")
        let sent = NotifiedObject(bucketAtStore: "acme", key: "a b", alternateKey: "a+b", type: .createdPut)
        let tally = try await scene.notify(processor, [sent])
        #expect(tally.asked == 2 && tally.alternate == 1 && tally.delivered == 1)
        _ = scene.put("a b", "decoded\n")
        let second = try await scene.notify(processor, [sent])
        #expect(second.asked == 1 && second.alternate == 0 && second.delivered == 1)
        #expect(scene.heads == ["a b": 2, "a+b": 1])
    }

    @Test("when the store or the ledger does not answer, the source is not acknowledged")
    func outage() async throws {
        let processor = try await scene.begin()
        let object = scene.put("a.log", "1\n")
        scene.store.fail(with: SluiceError(.storageAccessDenied, "no"))
        await #expect(throws: SluiceError.self) { _ = try await scene.notify(processor, [object]) }
        #expect(processor.metrics.notifications["inbox"]?["webhook"]?.failed == 1)
        scene.store.fail(with: nil)
        #expect(try await scene.notify(processor, [object]).delivered == 1)
    }

    @Test(
        "a key that only waits in memory is not acknowledged: an output under commit, a row that moves on",
        arguments: [true, false]
    )
    func undecided(isDeferred: Bool) async throws {
        let answers = LedgerAnswers()
        let scene = NotificationScene(house: House(ledger: answers.ledger))
        let processor = try await scene.begin()
        _ = try await scene.notify(processor, [scene.put("a", "1"), scene.put("b", "1")])
        let objects = [scene.put("a", "2"), scene.put("b", "2")]
        let message = Array(NotificationsDecodingTests.aws(scene.record("a"), scene.record("b")).utf8)
        answers.set(isDeferred ? .deferred : .moved, for: "a")
        await #expect("the webhook answers 503") {
            _ = try await processor.receive(message, headers: [:], from: .webhook)
        } throws: {
            ($0 as? SluiceError)?.code.name == "notification.undecided"
                && ($0 as? SluiceError)?.code.blame == .outage
        }
        #expect(try await scene.notify(processor, objects).undecided == [objects[0]])
        #expect(try await scene.seen("b") == objects[1].claim, "the others are recorded")
        let counts = try #require(processor.metrics.notifications["inbox"]?["webhook"])
        #expect(counts.received == 4 && counts.failed == 2)
        answers.set(nil, for: "a")
        let tally = try await scene.notify(processor, objects)
        #expect(tally.undecided.isEmpty && tally.delivered == 1 && tally.known == 1)
        #expect(try await scene.seen("a") == objects[0].claim)
    }

    @Test("every bucket with that name at its store hears of it, if it takes notifications this way")
    func routing() async throws {
        let processor = try await scene.begin()
        let object = scene.put("a.log", "1\n")
        let url = "https://sqs.eu-west-1.amazonaws.com/1/q"
        let queue = try #require(SQSQueue(url: url, region: "eu-west-1"))
        let ignored = try await scene.notify(processor, [object], from: .queue(queue))
        #expect(ignored.ignored == 1 && scene.heads.isEmpty)
    }

    @Test("a key that can be no object of the bucket is not asked for")
    func refusedKeys() async throws {
        let processor = try await scene.begin()
        for key in ["../x", ".sluice/a", ""] {
            let object = NotifiedObject(bucketAtStore: "acme", key: ObjectKey(key), type: .createdPut)
            #expect(try await scene.notify(processor, [object]).ignored == 1, "\(key)")
        }
        #expect(scene.heads.isEmpty)
    }

    @Test(
        "any multiset and order of notifications, and scans, make one delivery per version (traps N01, N10)"
    )
    func property() async throws {
        for seed in 0..<60 {
            var random = TestRandom(seed: UInt64(seed))
            let scene = NotificationScene()
            let processor = try await scene.begin()
            var pending: [NotifiedObject] = []
            var visible: Set<String> = []
            for step in 0..<40 {
                let key = ObjectKey("k\(random.below(3))")
                switch random.below(5) {
                case 0:
                    let object = scene.put(key, "\(step)")
                    visible.insert("\(key) \(object.claim?.identity ?? "")")
                    for _ in 0...random.below(3) { pending.append(object) }
                case 1:
                    scene.store.remove(key)
                    pending.append(NotifiedObject(bucketAtStore: "acme", key: key, type: .removedDelete))
                case 2: try await scene.scan()
                default:
                    guard !pending.isEmpty else { continue }
                    let object = pending[random.below(pending.count)]
                    _ = try await scene.notify(processor, [object])
                    if random.below(2) == 0 { pending.removeAll { $0 == object } }
                }
            }
            while !pending.isEmpty {
                _ = try await scene.notify(processor, [pending.remove(at: random.below(pending.count))])
            }
            try await scene.scan()
            let made = try await scene.house.deliveries().map { "\($0.target.key) \($0.version.identity)" }
            #expect(Set(made).count == made.count, "seed \(seed): a version was delivered twice: \(made)")
            #expect(Set(made).isSubset(of: visible), "seed \(seed)")
            for (key, version) in scene.store.current {
                // A delivery that finds a newer version reads that one, and no second one is made for it.
                let row = try await scene.house.ledger.targets(in: "inbox", keys: [key]).first
                #expect(row?.done?.version == version, "seed \(seed): \(key) was missed")
            }
        }
    }
}
