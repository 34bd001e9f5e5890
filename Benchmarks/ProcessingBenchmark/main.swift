internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import Foundation
internal import Logging
internal import ObjectStorage
internal import TriggerRules

// Measures what lies around a function: files per second from scan to `done`, and the time from a rename
// into the bucket to the visible output. Real files, the SQLite ledger, a function that copies. With `scan`:
// what it takes to compare a listing of a million keys with the ledger.

if CommandLine.arguments.dropFirst().first == "scan" {
    try await ScanBenchmark.run(
        count: CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 1_000_000
    )
    exit(0)
}
let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let fileCount = arguments.first ?? 20_000
let workers = arguments.dropFirst().first ?? 64
let root = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-bench-\(getpid())")
defer { try? FileManager.default.removeItem(at: root) }
for name in ["inbox", "clean", "outside"] {
    try FileManager.default.createDirectory(
        at: root.appendingPathComponent(name),
        withIntermediateDirectories: true
    )
}

let ledger = try await SQLiteLedger.open(
    path: root.appendingPathComponent("ledger.sqlite").path,
    newLedger: String(repeating: "a", count: 32)
)
let storePool = BlockingPool(name: "store", limit: 64, stackBytes: NativeThread.smallStackBytes)
let buckets = ["inbox", "clean"].map { name in
    BucketSetup(
        store: LocalObjectStore(
            bucket: BucketName(name),
            path: root.appendingPathComponent(name).path,
            pool: storePool
        )
    )
}
let configuration = ProcessingConfiguration(
    buckets: buckets,
    matcher: TriggerMatcher(triggers: [
        Trigger(
            name: "copy",
            bucket: "inbox",
            keys: KeyPattern(),
            function: "copy",
            output: OutputTemplate(bucket: "clean", text: "{key}")
        )
    ]),
    functions: [PassThrough()],
    workers: workers
)
let logger = Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })
func makeProcessor() -> EventProcessor {
    EventProcessor(
        ledger: ledger,
        configuration: configuration,
        pool: BlockingPool(name: "attempt", limit: workers),
        logger: logger
    )
}

for number in 0..<fileCount {
    let path = root.appendingPathComponent("inbox/\(number / 1000)/\(number).log")
    if number % 1000 == 0 {
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
    }
    try Files.content(number, byteCount: 20_000).write(to: path)
}
let bare = try Files.bareRate(
    in: root.appendingPathComponent("bare"),
    count: 4000,
    byteCount: 20_000,
    threads: 16
)
let began = ContinuousClock.now
let before = ledger.statistics
try await makeProcessor().runUntilIdle()
let seconds = began.duration(to: .now) / .seconds(1)
let done = try await ledger.counters().reduce(0) { $0 + ($1.state == .done ? $1.count : 0) }
print(
    "scan to done: \(done) files of 20 KB in \(seconds) s: "
        + "\(Int(Double(done) / seconds))/s, \(workers) workers"
)
print("the file system alone (create, fsync, rename, 16 threads): \(Int(bare))/s")
print("ledger: \(ledger.statistics) after \(before)")

let processor = makeProcessor()
let service = Task { try await processor.run() }
while try await processor.status().buckets.allSatisfy({ $0.lastScan == nil }) {
    try await Task.sleep(for: .milliseconds(10))
}
var times: [Double] = []
for number in 0..<200 {
    let outside = root.appendingPathComponent("outside/f")
    try Files.content(1_000_000 + number, byteCount: 100_000).write(to: outside)
    let target = root.appendingPathComponent("clean/live-\(number)").path
    let start = ContinuousClock.now
    unsafe rename(outside.path, root.appendingPathComponent("inbox/live-\(number)").path)
    while unsafe access(target, F_OK) != 0 { usleep(100) }
    times.append(start.duration(to: .now) / .milliseconds(1))
    try await Task.sleep(for: .milliseconds(5))
}
times.sort()
print("rename to visible, 100 KB: median \(times[100]) ms, p90 \(times[180]) ms, worst \(times[199]) ms")
processor.stop()
try await service.value
await ledger.close()
