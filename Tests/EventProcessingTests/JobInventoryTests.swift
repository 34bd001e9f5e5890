internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// S3 Inventories as lists of jobs.
@Suite struct JobInventoryTests {
    typealias Row = InventoryTree.Row

    /// What a test does to an inventory before it is put into the bucket.
    enum Damage: CaseIterable, Sendable {
        case truncated, flipped, missing, parquet, orc, unknownFormat, noKeyColumn, keyTwice, noJSON, noDigest
        case fewColumns, noTruth, foreignBucket, badKey
    }

    /// Whatever stands for the destination bucket holds the inventory, and the inbox three objects.
    private func house(_ files: [InventoryTree.File], ledger: any Ledger = ReferenceLedger()) -> House {
        let house = House(ledger: ledger)
        for file in files { house["lake"].put(ObjectKey(file.key), file.bytes) }
        for key in ["a/1", "a/red flower.jpg", "a/1+1=2%/ü"] { house.put("inbox", ObjectKey(key), "x\n") }
        return house
    }

    private func configuration(_ house: House) -> ProcessingConfiguration {
        house.configuration([], [FunctionDouble.mapping("f") { $0 }])
    }

    /// A job over the objects of an inventory, in a lane of its own.
    private func job(_ place: String, buckets: [String] = ["inbox"]) -> JobSpecification {
        var job = JobSpecification()
        (job.function, job.buckets, job.output, job.manifest) = ("f", buckets, "clean:{key}", place)
        return job
    }

    /// The row of a job that a round carried to its end.
    private func run(_ job: JobSpecification, in house: House) async throws -> JobRow {
        let configuration = configuration(house)
        let row = try await LedgerOperations(ledger: house.ledger, configuration: configuration).startJob(job)
        try await house.process(configuration)
        return try #require(try await house.ledger.job(row.id))
    }

    private func plan(_ job: JobSpecification, in house: House) async throws -> JobPlan {
        try await LedgerOperations(ledger: house.ledger, configuration: configuration(house)).plan(job)
    }

    private func damaged(_ damage: Damage) throws -> ([InventoryTree.File], says: String) {
        var tree = InventoryTree()
        tree.bucket = damage == .foreignBucket ? "elsewhere" : "inbox"
        var row = Row("a/1")
        if damage == .noTruth { row.isLatest = "perhaps" }
        if damage == .parquet { tree.format = "Parquet" }
        if damage == .orc { tree.format = "ORC" }
        if damage == .unknownFormat { tree.format = "secret" }
        if damage == .noKeyColumn { tree.schema = "Bucket, Size" }
        if damage == .keyTwice { tree.schema = "Bucket, Key, Key" }
        var files = try tree.files([[Row("a/1")], [row]])
        let manifest = files[2].bytes
        switch damage {
        case .truncated: files[1].bytes = Array(files[1].bytes.dropLast(5))
        case .flipped: files[1].bytes = try tree.files([[Row("a/2")]])[0].bytes
        case .missing: files.remove(at: 1)
        case .noJSON: files[2].bytes = Array("root:x:0:0".utf8)
        case .noDigest: files[2].bytes = manifest.filter { $0 != UInt8(ascii: "5") }
        case .fewColumns, .badKey:
            let line = damage == .badKey ? String(repeating: "\"%zz\",", count: 8) + "x" : "\"inbox\",\"a/1\""
            files[1].bytes = try InventoryTree.gzip(Array("\(line)\n".utf8))
            files[2].bytes = Array(tree.manifest(of: Array(files[..<2])).utf8)
        default: break
        }
        return (files, Self.words(damage))
    }

    private static func words(_ damage: Damage) -> String {
        switch damage {
        case .truncated: "ends inside"
        case .flipped: "has the MD5 digest"
        case .missing: "is not in bucket 'lake'"
        case .parquet: "are Parquet"
        case .orc: "are ORC"
        case .unknownFormat: "unknown format"
        case .noKeyColumn, .keyTwice: "fileSchema"
        case .noJSON, .noDigest: "no manifest of an S3 Inventory"
        case .fewColumns: "has 2 columns instead of 9"
        case .noTruth: "neither true nor false in column 4"
        case .foreignBucket: "names a bucket of which the job has no trigger"
        case .badKey: "not URL-encoded"
        }
    }

    @Test("a damaged inventory fails the job before anything is begun", arguments: Damage.allCases)
    func refuses(damage: Damage) async throws {
        let (files, words) = try damaged(damage)
        let house = house(files)
        let bucket = damage == .foreignBucket ? "elsewhere" : "inbox"
        let row = try await run(
            job("lake:Inventory/\(bucket)/all/2026-11-06T01-00Z/manifest.json"),
            in: house
        )
        #expect(row.state == .failed)
        #expect(row.reason?.contains("job.bad-manifest") == true)
        #expect(row.reason?.contains(words) == true, "\(row.reason ?? "")")
        #expect(row.reason?.contains("root:") == false)
        #expect(row.reason?.contains("secret") == false)
        #expect(row.tally.succeeded + row.tally.open == 0)
    }

    @Test("the newest versions of an inventory are processed, whatever their keys look like")
    func processes() async throws {
        var tree = InventoryTree()
        tree.bucket = "inbox"
        let old = Row("a/1", isLatest: "false")
        let gone = Row("a/gone", isDeleteMarker: "true")
        let keys = ["a/1", "a/red flower.jpg", "a/1+1=2%/ü", "a/vanished"]
        let rows = [old, gone, Row(keys[0]), Row(keys[1])]
        let house = house(try tree.files([rows, [], [Row(keys[2]), Row(keys[3]), Row(keys[0])]]))
        let job = job("lake:\(tree.manifestKey)")
        let plan = try await plan(job, in: house)
        #expect((plan.objects, plan.skipped) == (4, ["not-found": 1]))
        #expect(plan.passed == ["not-latest": 1, "delete-marker": 1])
        let row = try await run(job, in: house)
        #expect((row.state, row.tally.succeeded, row.tally.skipped) == (.complete, 3, 1))
        #expect(row.tally.duplicates == 1)
        for key in keys.dropLast() { #expect(house["clean"].bytes(of: ObjectKey(key)) != nil, "\(key)") }
        #expect(try await house.ledger.verify() == [])
    }

    @Test("an inventory of the newest versions alone has no columns that say so")
    func newestAlone() async throws {
        var tree = InventoryTree()
        (tree.bucket, tree.schema) = ("inbox", "Bucket, Key, Size, ChecksumAlgorithm, SomethingNew")
        let house = house(try tree.files([[Row("a/1"), Row("a/red flower.jpg")]]))
        let row = try await run(job("lake:\(tree.manifestKey)"), in: house)
        #expect((row.state, row.tally.succeeded) == (.complete, 2))
    }

    @Test("keys that the job does not take are not looked at")
    func sifts() async throws {
        var tree = InventoryTree()
        tree.bucket = "inbox"
        let house = house(try tree.files([[Row("a/1"), Row("b/1"), Row("b/gone")]]))
        var job = job("lake:\(tree.manifestKey)")
        job.prefixes = ["a/"]
        let plan = try await plan(job, in: house)
        #expect((plan.objects, plan.passed, plan.skipped) == (1, ["not-selected": 2], [:]))
    }

    /// Copies of an inventory on this machine: the whole bucket, the inventory alone, all in one directory.
    @Test("a copy of an inventory is read where its manifest lies", arguments: [0, 1, 2])
    func local(layout: Int) async throws {
        var tree = InventoryTree()
        tree.bucket = "inbox"
        let files = try tree.files([[Row("a/1")], [Row("a/red flower.jpg")]])
        let directory = TemporaryDirectory()
        for file in files {
            let parts = file.key.split(separator: "/")
            let name = [file.key, parts.suffix(2).joined(separator: "/"), String(parts.last ?? "")][layout]
            directory.write("copy/\(name)", file.bytes)
        }
        let manifest = tree.manifestKey.split(separator: "/")
        let place = [tree.manifestKey, manifest.suffix(2).joined(separator: "/"), "manifest.json"][layout]
        let row = try await run(job(directory.path("copy/\(place)")), in: house([]))
        #expect((row.state, row.tally.succeeded) == (.complete, 2), "\(row.reason ?? "")")
    }

    @Test(
        "a manifest does not lead out of the copy that it is part of",
        arguments: ["../secret", "/etc/x", "a//b"]
    )
    func traversal(key: String) async throws {
        let directory = TemporaryDirectory()
        directory.write("secret", Array("no gzip".utf8))
        var tree = InventoryTree()
        tree.bucket = "inbox"
        let text = tree.manifest(of: []).replacing(
            "\"files\" : [",
            with: "\"files\" : [{\"key\":\"\(key)\",\"MD5checksum\":\"\(String(repeating: "0", count: 32))\"}"
        )
        directory.write("copy/manifest.json", Array(text.utf8))
        let row = try await run(job(directory.path("copy/manifest.json")), in: house([]))
        #expect(row.state == .failed)
        #expect(row.reason?.contains("is not beside") == true, "\(row.reason ?? "")")
    }
}
