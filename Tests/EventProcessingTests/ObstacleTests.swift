internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Outputs that a directory cannot hold beside what lies there, as `q/r` beside `q` (trap K06): known before
/// the decision, for a decided commit has only the way forward.
@Suite struct ObstacleTests {
    private let house = LocalHouse("inbox", "clean")

    private func configuration(to output: String, overwrite: Bool = false) -> ProcessingConfiguration {
        ProcessingConfiguration(
            buckets: [
                BucketSetup(store: house.store("inbox")), BucketSetup(store: house.store("clean")),
            ],
            matcher: TriggerMatcher(triggers: [
                trigger("t", on: "inbox", function: "copy", to: output, overwrite: overwrite)
            ]),
            functions: [FunctionDouble.mapping("copy") { $0 }],
            workers: 2
        )
    }

    /// The newest delivery of a key after one boot.
    private func process(
        _ key: ObjectKey,
        _ ledger: any Ledger,
        _ configuration: ProcessingConfiguration
    ) async throws -> Delivery {
        try await house.boot(ledger, configuration).runUntilIdle()
        #expect(try await ledger.verify() == [])
        return try #require(try await ledger.deliveries(DeliveryQuery()).first { $0.target.key == key })
    }

    @Test(
        "a file where a directory is needed, and a directory in the output's place, make a dead letter",
        arguments: [
            ("q", "a/b", "q/{key}", "'q'"), ("q/r/s", "r", "q/{key}", "'clean:q/r'"),
            ("q/r", "q", "{key}", "'clean:q'"),
        ],
        [false, true]
    )
    func isDead(
        _ scene: (present: String, source: String, output: String, named: String),
        overwrite: Bool
    ) async throws {
        house.files.write("clean/\(scene.present)", [1])
        house.files.write("inbox/\(scene.source)", [2])
        let ledger = try await house.ledger()
        let configuration = configuration(to: "clean:\(scene.output)", overwrite: overwrite)
        let source = ObjectKey(scene.source)
        let delivery = try await process(source, ledger, configuration)
        let failure = try #require(delivery.failure)
        #expect(delivery.state == .dead && failure.code == "output.collision")
        #expect(failure.message.contains(scene.named) && failure.hint != nil, "\(failure.message)")
        #expect(house.files.read("clean/\(scene.present)") == [1])
        #expect(house.files.files(below: "clean").count == 1, "Nothing is left staged.")
        await ledger.close()
    }

    @Test("once it was moved away, a retry makes the output; the owner is named where there is one")
    func retry() async throws {
        house.files.write("inbox/q", [1])
        let ledger = try await house.ledger()
        let configuration = configuration(to: "clean:{key}")
        #expect(try await process("q", ledger, configuration).state == .done)
        house.remove("inbox/q")
        house.files.write("inbox/q/r", [2])
        let dead = try await process("q/r", ledger, configuration)
        #expect(dead.state == .dead)
        #expect(dead.failure?.message.contains("made of 'inbox:q'") == true)
        house.remove("clean/q")
        #expect(try await ledger.retry([dead.id], at: SystemTimeSource().now) == [dead.id])
        #expect(try await process("q/r", ledger, configuration).state == .done)
        #expect(house.files.read("clean/q/r") == [2])
        await ledger.close()
    }

    @Test(
        "what the target itself made before makes room, unless somebody replaced it",
        arguments: [false, true]
    )
    func ownOutput(isReplaced: Bool) async throws {
        house.files.write("inbox/q", [1])
        let ledger = try await house.ledger()
        #expect(try await process("q", ledger, configuration(to: "clean:{key}")).state == .done)
        if isReplaced { house.files.write("clean/q", [7, 7]) }
        house.files.write("inbox/q", [2, 2])
        let delivery = try await process("q", ledger, configuration(to: "clean:{key}/whole"))
        #expect(delivery.state == (isReplaced ? .dead : .done))
        let wanted: (key: String, bytes: [UInt8]) = isReplaced ? ("q", [7, 7]) : ("q/whole", [2, 2])
        #expect(house.files.read("clean/\(wanted.key)") == wanted.bytes)
        await ledger.close()
    }
}
