internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// S3 Inventories of many objects, under the names that AWS gives buckets, and over stops.
@Suite struct JobInventoryScaleTests {
    typealias Row = InventoryTree.Row

    private func job(_ place: String, buckets: [String]) -> JobSpecification {
        var job = JobSpecification()
        (job.function, job.buckets, job.output, job.manifest) = ("f", buckets, "clean:{key}", place)
        return job
    }

    private func configuration(_ house: House, names: [BucketName: String] = [:]) -> ProcessingConfiguration {
        ProcessingConfiguration(
            buckets: house.stores.values.map { store in
                BucketSetup(store: StoreDouble(store, nameAtStore: names[store.bucket] ?? ""))
            },
            matcher: TriggerMatcher(triggers: []),
            functions: [FunctionDouble.mapping("f") { $0 }],
            workers: 2
        )
    }

    private func house(_ files: [InventoryTree.File], ledger: any Ledger = ReferenceLedger()) -> House {
        let house = House(buckets: ["inbox", "second", "clean", "lake"], ledger: ledger)
        for file in files { house["lake"].put(ObjectKey(file.key), file.bytes) }
        return house
    }

    private func finished(_ house: House, _ configuration: ProcessingConfiguration) async throws -> JobRow {
        try await house.process(configuration)
        return try #require(try await house.ledger.job(JobID(1)))
    }

    @Test("buckets are known by their names at AWS, and several may be the same one there")
    func names() async throws {
        // The inventory means the S3 bucket `inbox`, which the configuration calls otherwise.
        var tree = InventoryTree()
        tree.bucket = "inbox"
        let house = house(try tree.files([[Row("a")]]))
        for bucket in ["inbox", "second", "lake"] as [BucketName] { house.put(bucket, "a", "x\n") }
        let configuration = configuration(
            house,
            names: ["second": "inbox", "lake": "inbox", "inbox": "other"]
        )
        let operations = LedgerOperations(ledger: house.ledger, configuration: configuration)
        let manifest = "lake:\(tree.manifestKey)"
        let plan = try await operations.plan(job(manifest, buckets: ["inbox", "second", "lake"]))
        #expect(plan.examples.sorted() == ["lake:a", "second:a"])
        // People write either name; that of the configuration comes first.
        house.put("lake", "list", "inbox,a\nother,a\n")
        _ = try await operations.startJob(job("lake:list", buckets: ["inbox", "second"]))
        let row = try await finished(house, configuration)
        #expect((row.state, row.tally.succeeded, row.tally.duplicates) == (.complete, 1, 1))
    }

    @Test("100,000 rows are read page by page")
    func many() async throws {
        var tree = InventoryTree()
        (tree.bucket, tree.schema) = ("inbox", "Bucket, Key, IsLatest")
        let parts = (0..<4).map { part in
            (0..<25_000).map { row in
                Row("logs/\(part)/\(row)", isLatest: row.isMultiple(of: 1000) ? "true" : "false")
            }
        }
        let house = house(try tree.files(parts))
        for part in 0..<4 { house.put("inbox", ObjectKey("logs/\(part)/7000"), "x\n") }
        let operations = LedgerOperations(ledger: house.ledger, configuration: configuration(house))
        let plan = try await operations.plan(job("lake:\(tree.manifestKey)", buckets: ["inbox"]))
        #expect((plan.objects, plan.skipped) == (4, ["not-found": 96]))
        #expect(plan.passed == ["not-latest": 99_900])
    }

    @Test(
        "the finding goes on where it was after a kill at any page",
        arguments: [1, 2, 3, 4, 5, 6],
        [false, true]
    )
    func killed(page: Int, isTaken: Bool) async throws {
        var tree = InventoryTree()
        tree.bucket = "inbox"
        // Pages of 1000: two of the first file, none of the second, two of the third.
        let first = (0..<1200).map { Row("a/\($0)", isLatest: $0 < 100 ? "true" : "false") }
        let third = (0..<1001).map { Row("b/\($0)", isLatest: $0 > 900 ? "true" : "false") }
        let crash = CrashPoint()
        let ledger = CrashingLedger(inner: ReferenceLedger(), crash: crash)
        let house = house(try tree.files([first, [], third]), ledger: ledger)
        for index in 0..<100 { house.put("inbox", ObjectKey("a/\(index)"), "x\n") }
        for index in 901..<1001 { house.put("inbox", ObjectKey("b/\(index)"), "x\n") }
        let configuration = configuration(house)
        _ = try await LedgerOperations(ledger: ledger, configuration: configuration).startJob(
            job("lake:\(tree.manifestKey)", buckets: ["inbox"])
        )
        let wanted = isTaken ? "addTasks after" : "addTasks before"
        let seen = Mutex(0)
        crash.onPass { name in
            guard name == wanted else { return }
            let count = seen.withLock { count in
                count += 1
                return count
            }
            if count == page { crash.arm(at: 1) }
        }
        let processor = house.boot(configuration)
        let task = Task { try await processor.runUntilIdle() }
        crash.onDeath { task.cancel() }
        _ = try? await task.value
        #expect(crash.isDead == (page <= 5))
        crash.arm(at: nil)
        crash.onPass { _ in }
        house.clock.advance(by: .milliseconds(1))
        let row = try await finished(house, configuration)
        #expect((row.state, row.tally.total, row.tally.succeeded) == (.complete, 200, 200))
        #expect(row.tally.duplicates == 0)
        #expect(try await house.problems() == [])
    }
}
