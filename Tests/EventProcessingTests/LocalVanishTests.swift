internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Files that vanish while no service runs, on real directories with the SQLite ledger.
@Suite struct LocalVanishTests {
    private let house = LocalHouse("inbox", "clean")

    private var configuration: ProcessingConfiguration {
        let function = FunctionDouble.failing("copy") { event in
            switch event.key {
            case "bad": SluiceError(SluiceError.Code("test.bad", .object), "It is bad.")
            case "waits": SluiceError(SluiceError.Code("test.later", .transient), "Not now.")
            default: nil
            }
        }
        return ProcessingConfiguration(
            buckets: [
                BucketSetup(
                    store: house.store("inbox"),
                    watch: WatchPolicy(scanInterval: .milliseconds(50))
                ),
                BucketSetup(store: house.store("clean")),
            ],
            matcher: TriggerMatcher(triggers: [
                Trigger(
                    name: "t",
                    bucket: "inbox",
                    keys: KeyPattern(prefixes: []),
                    function: "copy",
                    output: template("clean:{key}"),
                    // So that its next try is years away.
                    retry: RetryPolicy(
                        minimumBackoff: .seconds(1_000_000_000),
                        maximumBackoff: .seconds(1_000_000_000)
                    )
                )
            ]),
            functions: [function],
            workers: 2
        )
    }

    private func states(_ ledger: any Ledger) async throws -> [ObjectKey: DeliveryState] {
        let pairs = try await ledger.deliveries(DeliveryQuery()).map { ($0.target.key, $0.state) }
        return Dictionary(pairs, uniquingKeysWith: { newest, _ in newest })
    }

    @Test("the next service finds them gone: ready is skipped, dead superseded, done stays (trap W10)")
    func whileDown() async throws {
        for name in ["bad", "waits", "good", "stays"] { house.files.write("inbox/\(name)", [0x31, 0x0A]) }
        let first = try await house.ledger()
        try await house.boot(first, configuration).runUntilIdle()
        #expect(try await states(first) == ["bad": .dead, "waits": .ready, "good": .done, "stays": .done])
        await first.close()
        for name in ["bad", "waits", "good"] { house.remove("inbox/\(name)") }

        let second = try await house.ledger()
        let processor = house.boot(second, configuration)
        let task = Task { try await processor.run() }
        try await eventually("what vanished is noticed") {
            try await second.presentKeys(in: "inbox", after: nil, limit: 10) == ["stays"]
        }
        processor.stop()
        try await task.value
        #expect(
            try await states(second)
                == ["bad": .superseded, "waits": .skipped, "good": .done, "stays": .done]
        )
        let skipped = try await second.deliveries(DeliveryQuery()).first { $0.state == .skipped }
        #expect(skipped?.reason == "gone")
        #expect(house.files.read("clean/good") == [0x31, 0x0A], "outputs of what is gone stay")
        #expect(try await second.output(in: "clean", key: "good") != nil)
        #expect(try await second.verify() == [])
        await second.close()
    }

    @Test("one scan alone, as of a run that ends by itself, takes nothing for gone (trap L11)")
    func oneScan() async throws {
        house.files.write("inbox/bad", [0x31, 0x0A])
        let ledger = try await house.ledger()
        try await house.boot(ledger, configuration).runUntilIdle()
        house.remove("inbox/bad")
        for _ in 0..<3 { try await house.boot(ledger, configuration).runUntilIdle() }
        #expect(try await states(ledger) == ["bad": .dead])
        await ledger.close()
    }
}
