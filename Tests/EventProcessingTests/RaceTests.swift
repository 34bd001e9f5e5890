internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Sources that are overwritten, removed and put again at any call that an attempt, a commit or an
/// after-action makes of ledger and stores: when all rests, outputs are whole and of the newest version
/// (traps N09, W13, W14).
@Suite struct RaceTests {
    @Test("in memory, where each put is a version", arguments: 0..<4)
    func memory(_ lane: UInt64) async throws {
        for number in 0..<UInt64(100) {
            try await Self.race(on: MemoryRaceGround(), seed: lane << 32 + number)
        }
    }

    @Test(
        "at an S3 store, where equal bytes are one version, also one that does not heed conditions",
        arguments: [FaultyS3Manner.Conditions.honoured, .ignored]
    )
    func s3(_ conditions: FaultyS3Manner.Conditions) async throws {
        var manner = FaultyS3Manner()
        manner.conditions = conditions
        for seed in 0..<UInt64(50) {
            // A conditional delete needs a store that heeds conditions.
            try await Self.race(on: try S3RaceGround(manner), seed: seed, keeping: conditions == .ignored)
        }
    }

    private static func race(on ground: any RaceGround, seed: UInt64, keeping: Bool = false) async throws {
        let race = Race(ground, seed: seed, after: keeping || seed % 3 > 0 ? .keep : .delete)
        let problems = try await race.run()
        #expect(problems == [], "seed \(seed)")
        await ground.end()
    }
}

/// One house in which one racer is at work.
private struct Race {
    private let ground: any RaceGround
    private let racer: Racer
    private let house: House
    private let configuration: ProcessingConfiguration
    private let after: AfterPolicy

    init(_ ground: any RaceGround, seed: UInt64, after: AfterPolicy) {
        self.ground = ground
        self.after = after
        let racer = Racer(ground, seed: seed)
        self.racer = racer
        let moments = CrashPoint()
        moments.onPass { _ in racer.moment() }
        ground.onMoment { racer.moment() }
        house = House(
            buckets: [],
            ledger: CrashingLedger(inner: ReferenceLedger(), crash: moments),
            seed: seed
        )
        configuration = ProcessingConfiguration(
            buckets: ground.stores.map { store in
                BucketSetup(store: store, after: store.bucket == "inbox" ? after : .keep)
            },
            matcher: TriggerMatcher(triggers: [
                trigger("split", on: "inbox", function: "split", to: "clean:{key}/{member}"),
                trigger("whole", on: "inbox", function: "copy", to: "lake:{key}"),
                trigger("mirror", on: "clean", function: "copy", to: "mirror:{key}"),
            ]),
            functions: [FunctionDouble.splitting("split"), FunctionDouble.mapping("copy") { $0 }],
            workers: 1 + Int(seed % 4)
        )
    }

    /// Races, then lets all rest; what is wrong then.
    func run() async throws -> [String] {
        try await house.process(configuration)
        racer.rest()
        for _ in 0..<3 {
            house.clock.advance(by: .seconds(60))
            try await house.process(configuration)
        }
        var problems = try await house.ledger.verify() + ground.leftovers.map { "\($0) was left behind" }
        for key in Racer.keys { problems += wrong(key) }
        for key in ground.keys("clean")
        where ground.bytes("mirror", key) != ground.bytes("clean", key) {
            problems.append("mirror:\(key) is not what clean has")
        }
        problems += try await unaccounted()
        return problems
    }

    /// What is wrong with a source's outputs.
    private func wrong(_ key: ObjectKey) -> [String] {
        let (isRemoved, versions) = racer.history(key)
        let newest = versions.suffix(1)
        // What vanished before it was made leaves what an earlier version made, or nothing; all of it.
        let allowed = isRemoved ? versions[...] : newest
        var problems: [String] = []
        let prefix = Array("\(key)/".utf8)
        let parts = ground.keys("clean").filter { $0.bytes.starts(with: prefix) }
            .map { ground.bytes("clean", $0) }
        if !allowed.contains(where: { Self.bytes(of: $0) == parts }), !(isRemoved && parts.isEmpty) {
            problems.append("clean:\(key) is \(parts.map(Self.text)), of \(allowed)")
        }
        let whole = ground.bytes("lake", key)
        if !allowed.contains(where: { Self.whole($0) == whole }), !(isRemoved && whole == nil) {
            problems.append("lake:\(key) is \(Self.text(whole)), of \(allowed)")
        }
        let source = ground.bytes("inbox", key)
        if source != (isRemoved || after == .delete ? nil : newest.first.map(Self.whole)) {
            problems.append("inbox:\(key) is \(Self.text(source))")
        }
        return problems
    }

    /// Every delivery has ended well, and the ledger's outputs are those that lie there.
    private func unaccounted() async throws -> [String] {
        let ended: [DeliveryState] = [.done, .superseded, .skipped]
        var problems = try await house.deliveries().filter { !ended.contains($0.state) }.map {
            "delivery \($0.id) of \($0.target.trigger) is \($0.state): \($0.reason ?? "")"
        }
        for (name, bucket) in [("split", "clean"), ("whole", "lake")] as [(TriggerName, BucketName)] {
            var rows: Set<ObjectKey> = []
            for key in Racer.keys {
                let target = TargetID(trigger: name, bucket: "inbox", key: key)
                rows.formUnion(try await house.ledger.outputs(of: target).map(\.key))
            }
            if rows != Set(ground.keys(bucket)) {
                problems.append("\(bucket) has \(ground.keys(bucket)), the ledger \(rows.sorted())")
            }
        }
        return problems
    }

    private static func bytes(of number: Int) -> [[UInt8]?] {
        Racer.lines(number).map { Array($0.utf8) }
    }
    private static func whole(_ number: Int) -> [UInt8] {
        Array(Racer.lines(number).joined(separator: "\n").utf8)
    }
    private static func text(_ bytes: [UInt8]?) -> String {
        bytes.map { String(decoding: $0, as: UTF8.self) } ?? "missing"
    }
}
