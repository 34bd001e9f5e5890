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
        let folder = try makeFolder(["inbox", "clean", "lake", "state"])
        defer { try? FileManager.default.removeItem(at: folder) }
        let ledger = try await openLedger(folder)
        let configuration = configuration(
            folder,
            ["inbox", "clean", "lake"],
            [
                trigger("one", on: "inbox", function: "copy", to: "clean:{key}"),
                trigger("two", on: "clean", function: "copy", to: "lake:{key}"),
            ]
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

    @Test("a foreign file under an output's key stays; once it is gone, a retry makes the output")
    func collision() async throws {
        let folder = try makeFolder(["inbox", "clean", "state"])
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("new".utf8).write(to: folder.appendingPathComponent("inbox/a"))
        let output = folder.appendingPathComponent("clean/a")
        try Data("foreign".utf8).write(to: output)
        let ledger = try await openLedger(folder)
        let configuration = configuration(
            folder,
            ["inbox", "clean"],
            [trigger("one", on: "inbox", function: "copy", to: "clean:{key}")]
        )
        try await boot(ledger, configuration).runUntilIdle()
        let dead = try await ledger.deliveries(DeliveryQuery())
        #expect(dead.map(\.state) == [.dead])
        #expect(dead.first?.failure?.code == "output.collision")
        #expect(try String(contentsOf: output, encoding: .utf8) == "foreign")
        try FileManager.default.removeItem(at: output)
        #expect(try await ledger.retry(dead.map(\.id), at: SystemTimeSource().now) == dead.map(\.id))
        try await boot(ledger, configuration).runUntilIdle()
        #expect(try String(contentsOf: output, encoding: .utf8) == "new")
        #expect(try await ledger.verify() == [])
        await ledger.close()
    }

    private func makeFolder(_ names: [String]) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sluice-\(UUID().uuidString)"
        )
        for name in names {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name),
                withIntermediateDirectories: true
            )
        }
        return folder
    }

    private func openLedger(_ folder: URL) async throws -> SQLiteLedger {
        try await SQLiteLedger.open(
            path: folder.appendingPathComponent("state/ledger.sqlite").path,
            newLedger: String(repeating: "b", count: 32)
        )
    }

    private func configuration(
        _ folder: URL,
        _ buckets: [String],
        _ triggers: [Trigger]
    ) -> ProcessingConfiguration {
        let storePool = BlockingPool(name: "store", limit: 8)
        return ProcessingConfiguration(
            buckets: buckets.map { name in
                BucketSetup(
                    store: LocalObjectStore(
                        bucket: BucketName(name),
                        path: folder.appendingPathComponent(name).path,
                        pool: storePool
                    )
                )
            },
            matcher: TriggerMatcher(triggers: triggers),
            functions: [FunctionDouble.mapping("copy") { $0 }],
            workers: 4
        )
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
