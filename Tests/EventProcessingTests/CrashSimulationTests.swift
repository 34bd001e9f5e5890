internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import FunctionRuntime
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing

/// Crashes the process at every call of ledger and store that a commit makes (DESIGN 5.6), boots again on
/// what survives, and checks the promises (traps Q07, Q08, D09).
@Suite struct CrashSimulationTests {
    /// One way from an old state over a crash to a new one.
    struct Scenario: Sendable, CustomTestStringConvertible {
        let before: String?
        let after: String
        let workers: Int
        let bucketAfter: AfterPolicy
        let seed: UInt64
        /// The store loses the output `x/1` once, just before it is published.
        var loses = false
        var testDescription: String {
            "\(before ?? "nothing") → \(after), seed \(seed)\(loses ? ", losing" : "")"
        }
    }

    private static let scenarios = [
        Scenario(before: nil, after: "a", workers: 1, bucketAfter: .keep, seed: 1),
        Scenario(before: "a\nb\nc", after: "a\nd", workers: 1, bucketAfter: .keep, seed: 2),
        Scenario(before: "a", after: "b\nc\nd", workers: 4, bucketAfter: .keep, seed: 3),
        Scenario(before: "a\nb", after: "b", workers: 2, bucketAfter: .delete, seed: 4),
        Scenario(
            before: "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl",
            after: "a\nx\nc",
            workers: 2,
            bucketAfter: .keep,
            seed: 6
        ),
        Scenario(
            before: nil,
            after: "a\nb",
            workers: 1,
            bucketAfter: .move(template("attic:{key}")),
            seed: 5
        ),
        Scenario(before: nil, after: "a\nb", workers: 2, bucketAfter: .delete, seed: 7, loses: true),
        Scenario(before: "a\nb\nc", after: "a\nd", workers: 1, bucketAfter: .keep, seed: 8, loses: true),
    ]

    @Test(
        "a crash at any call loses nothing, doubles nothing and leaves nothing half done",
        arguments: scenarios
    )
    func everyCall(_ scenario: Scenario) async throws {
        let random = SeededRandomSource(seed: scenario.seed)
        var call = 1
        while true {
            let run = try await SimulatedRun(scenario)
            let crashed = try await run.crash(at: call)
            // Every third recovery crashes as well, somewhere.
            if crashed, call.isMultiple(of: 3) { _ = try await run.crash(at: 1 + Int(random.next() % 24)) }
            try await run.recover()
            let problems = try await run.brokenPromises()
            #expect(problems == [], "after a crash at call \(call), \(run.crash.passed.last)")
            if !crashed || !problems.isEmpty { break }
            call += 1
        }
        // A commit with a chained delivery makes far more calls than this; fewer would mean that nothing
        // crashed.
        #expect(call > 30)
    }
}

/// One house, its first state reached without trouble.
private struct SimulatedRun {
    let crash = CrashPoint()
    private let house: House
    private let configuration: ProcessingConfiguration
    private let scenario: CrashSimulationTests.Scenario
    private let inner = ReferenceLedger()
    private let settled: Int

    init(_ scenario: CrashSimulationTests.Scenario) async throws {
        self.scenario = scenario
        house = House(
            buckets: ["inbox", "clean", "lake", "attic"],
            ledger: CrashingLedger(inner: inner, crash: crash),
            seed: scenario.seed
        )
        configuration = house.configuration(
            [
                trigger("split", on: "inbox", function: "split", to: "clean:{key}/{member}"),
                trigger("copy", on: "clean", function: "copy", to: "lake:{key}"),
            ],
            [FunctionDouble.splitting("split"), FunctionDouble.mapping("copy") { $0 }],
            after: ["inbox": scenario.bucketAfter],
            workers: scenario.workers
        )
        for store in house.stores.values { crash.watch(store) }
        if let before = scenario.before {
            house.put("inbox", "x", before)
            try await house.process(configuration)
        }
        settled = try await house.deliveries(of: "copy").count
        if scenario.loses { lose("x/1", of: house["clean"]) }
        house.put("inbox", "x", scenario.after)
    }

    private func lose(_ key: ObjectKey, of store: MemoryObjectStore) {
        let isLost = Mutex(false)
        let crash = crash
        store.setFaultHook { [weak store] call throws(SluiceError) in
            if call.operation == .publish, call.moment == .before, call.key == key {
                let isFirst = isLost.withLock { isLost in
                    defer { isLost = true }
                    return !isLost
                }
                if isFirst { store?.loseStaged(for: key) }
            }
            try crash.pass("\(call.operation) \(call.moment) of a store that loses")
        }
    }

    /// One boot that dies at a call; false when it ended before that.
    func crash(at call: Int) async throws -> Bool {
        crash.arm(at: call)
        let processor = house.boot(configuration)
        let task = Task { try await processor.runUntilIdle() }
        crash.onDeath { task.cancel() }
        let result = await task.result
        let isDead = crash.isDead
        crash.arm(at: nil)
        if !isDead { _ = try result.get() }
        house.clock.advance(by: .seconds(60))
        return isDead
    }

    /// Boots until nothing is due, without trouble.
    func recover() async throws {
        crash.arm(at: nil)
        try await house.process(configuration)
        house.clock.advance(by: .seconds(600))
        try await house.process(configuration)
    }

    func brokenPromises() async throws -> [String] {
        var broken = try await house.problems()
        let lines = scenario.after.split(separator: "\n").map(String.init)
        for bucket in ["clean", "lake"] as [BucketName] {
            let expected = lines.indices.map { ObjectKey("x/\($0)") }
            let keys = house[bucket].keys.filter { key in bucket == "clean" || expected.contains(key) }
            if keys != expected { broken.append("\(bucket) has \(keys)") }
            for (index, line) in lines.enumerated() where house.text(bucket, ObjectKey("x/\(index)")) != line
            {
                broken.append(
                    "\(bucket):x/\(index) is \(house.text(bucket, ObjectKey("x/\(index)")) ?? "missing")"
                )
            }
        }
        let splits = try await house.deliveries(of: "split")
        let expectedSplits = scenario.before == nil ? 1 : 2
        if splits.map(\.state) != Array(repeating: .done, count: expectedSplits) {
            broken.append("split: \(splits.map(\.state))")
        }
        let old = scenario.before?.split(separator: "\n").map(String.init) ?? []
        let changed = lines.indices.count { $0 >= old.count || old[$0] != lines[$0] }
        let copies = try await house.deliveries(of: "copy").dropFirst(settled)
        if copies.map(\.state) != Array(repeating: .done, count: changed) {
            broken.append("copy: \(copies.map(\.state)) for \(changed) changed outputs")
        }
        if scenario.bucketAfter != .keep, !house["inbox"].keys.isEmpty {
            broken.append("the source is still there")
        }
        if case .move = scenario.bucketAfter, house.text("attic", "x") != scenario.after {
            broken.append("the source was not moved: \(house["attic"].keys)")
        }
        return broken
    }
}
