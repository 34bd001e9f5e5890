internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import Foundation
internal import Glibc
internal import Logging
internal import TriggerRules

/// Reconciliation of a large bucket: a listing of many keys against a ledger that knows all of them.
enum ScanBenchmark {
    static func run(count: Int) async throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-scan-\(getpid())")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        let ledger = try await SQLiteLedger.open(
            path: root.appendingPathComponent("ledger.sqlite").path,
            newLedger: String(repeating: "a", count: 32)
        )
        let trigger = Trigger(
            name: "copy",
            bucket: "lake",
            keys: KeyPattern(),
            existing: .skip,
            function: "copy",
            output: OutputTemplate(bucket: "lake", text: "done/{key}")
        )
        let configuration = ProcessingConfiguration(
            buckets: [BucketSetup(store: ListedStore(bucket: "lake", count: count))],
            matcher: TriggerMatcher(triggers: [trigger]),
            functions: [PassThrough()],
            workers: 1
        )
        for (index, name) in ["first scan", "scan, all known", "scan, all known"].enumerated() {
            let processor = EventProcessor(
                ledger: ledger,
                configuration: configuration,
                pool: BlockingPool(name: "attempt", limit: 1),
                logger: Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            // proc(5): 5 resets the peak of the resident set.
            try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
            let began = ContinuousClock.now
            try await processor.runUntilIdle()
            let seconds = began.duration(to: .now) / .seconds(1)
            print(
                "\(name): \(count) keys in \((seconds * 10).rounded() / 10) s "
                    + "(\(Int(Double(count) / seconds))/s), peak memory \(peakMemory()) MB"
            )
            precondition(index > 0 || processor.metrics.observed["lake"] == UInt64(count), "All were new.")
        }
        await ledger.close()
    }

    private static func peakMemory() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) / 1024
    }
}
