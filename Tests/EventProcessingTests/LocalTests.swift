internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import Foundation
internal import Logging
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// The real thing: directories, inotify, the SQLite ledger, the system's clock.
@Suite struct LocalTests {
    @Test(
        "a file renamed into a directory becomes two outputs in a chain; a second boot finds all done"
    )
    func chain() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sluice-\(UUID().uuidString)"
        )
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["inbox", "clean", "lake", "state"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name),
                withIntermediateDirectories: true
            )
        }
        let ledger = try await SQLiteLedger.open(
            path: folder.appendingPathComponent("state/ledger.sqlite").path,
            newLedger: String(repeating: "b", count: 32)
        )
        let storePool = BlockingPool(name: "store", limit: 8)
        let configuration = ProcessingConfiguration(
            buckets: ["inbox", "clean", "lake"].map { name in
                BucketSetup(
                    store: LocalObjectStore(
                        bucket: BucketName(name),
                        path: folder.appendingPathComponent(name).path,
                        pool: storePool
                    )
                )
            },
            matcher: TriggerMatcher(triggers: [
                trigger("one", on: "inbox", function: "copy", to: "clean:{key}"),
                trigger("two", on: "clean", function: "copy", to: "lake:{key}"),
            ]),
            functions: [FunctionDouble.mapping("copy") { $0 }],
            workers: 4
        )
        let first = boot(ledger, configuration)
        let task = Task { try await first.run() }
        try await eventually("the first scans end") {
            let buckets = try await first.status().buckets
            return buckets.count { $0.lastScan != nil } == 2
        }
        for number in 0..<40 {
            let outside = folder.appendingPathComponent("new")
            try Data("line \(number)\n".utf8).write(to: outside)
            let inside = folder.appendingPathComponent("inbox/d\(number % 4)")
            try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
            try FileManager.default.moveItem(at: outside, to: inside.appendingPathComponent("\(number)"))
        }
        try await eventually("both stages are done with all") {
            try await ledger.counters().reduce(0) { $0 + ($1.state == .done ? $1.count : 0) } == 80
        }
        first.stop()
        try await task.value
        for number in 0..<40 {
            let output = folder.appendingPathComponent("lake/d\(number % 4)/\(number)")
            #expect(try String(contentsOf: output, encoding: .utf8) == "line \(number)\n")
        }
        try await boot(ledger, configuration).runUntilIdle()
        let counters = try await ledger.counters()
        #expect(counters.reduce(0) { $0 + $1.count } == 80)
        #expect(counters.allSatisfy { $0.state == .done && $0.deliveryClass == .live })
        #expect(try await ledger.verify() == [])
        await ledger.close()
    }

    private func boot(_ ledger: any Ledger, _ configuration: ProcessingConfiguration) -> EventProcessor {
        EventProcessor(
            ledger: ledger,
            configuration: configuration,
            pool: BlockingPool(name: "attempt", limit: 4),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }
}
