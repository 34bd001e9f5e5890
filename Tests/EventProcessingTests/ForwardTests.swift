internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// A decided commit goes forward whatever others do to its outputs; a dead ledger ends the service.
@Suite struct ForwardTests {
    private func configuration(_ house: House) -> ProcessingConfiguration {
        house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [FunctionDouble.mapping("copy") { $0 }]
        )
    }

    @Test("an output that its reader moved away before the commit was through does not hold it up")
    func taken() async throws {
        let house = House()
        let isFirst = Mutex(true)
        house["clean"].setFaultHook { call throws(SluiceError) in
            guard call.operation == .publish, call.moment == .after else { return }
            let loses = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            if loses { throw SluiceError(.storageIO, "The answer is lost.") }
        }
        house.put("inbox", "x", "1\n")
        let processor = house.boot(configuration(house))
        let task = Task { try await processor.run() }
        try await eventually("the commit waits") {
            try await processor.status().problems.contains { $0.contains("The answer is lost.") }
        }
        _ = try await house["clean"].delete("x", ifVersion: nil)
        try await eventually("it goes forward") {
            house.clock.advance(by: .milliseconds(100))
            return try await house.deliveries().map(\.state) == [.done]
        }
        #expect(try await house.ledger.output(in: "clean", key: "x") == nil)
        #expect(await processor.feed(after: 0, limit: 100).contains { $0.kind == "taken" })
        house.put("inbox", "x", "2\n")
        try await processor.hint("inbox", "x")
        try await eventually("the next version is made") { house.text("clean", "x") == "2\n" }
        processor.stop()
        try await task.value
        #expect(try await house.problems() == [])
    }

    @Test("a ledger that can write no more ends the service with its error (trap D06)")
    func deadLedger() async throws {
        let path = NSTemporaryDirectory() + "sluice-dead-" + UUID().uuidString
        defer {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        }
        let ledger = try await SQLiteLedger.open(path: path, newLedger: String(repeating: "d", count: 32))
        let house = House(ledger: ledger)
        let processor = house.boot(configuration(house))
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends") { processor.metrics.scans["inbox"] == 1 }
        await ledger.close()
        house.put("inbox", "x", "1\n")
        try await processor.hint("inbox", "x")
        let result = await task.result
        #expect(throws: SluiceError.self) { try result.get() }
    }
}
