internal import DurableLedger
internal import EventModel
internal import Testing

/// How the history of jobs is forgotten, on every ledger.
@Suite struct JobPruningTests {
    private static let lane = TriggerRegistration(name: "job:1:web", bucket: "inbox")

    private static func task(_ key: ObjectKey, _ trigger: TriggerName = lane.name) -> NewJobTask {
        NewJobTask(
            target: TargetID(trigger: trigger, bucket: "inbox", key: key),
            version: Sample.version("a"),
            sizeBytes: 1,
            modified: Sample.time(0)
        )
    }

    /// Job 1 in a lane of its own: `made` has an output, `dead` and `empty` have none, `odd` was never begun.
    private static func run(_ scene: ContractScene) async throws {
        let ledger = scene.ledger
        let triggers = [ContractScene.trigger, lane]
        _ = try await ledger.registerTriggers(triggers, at: Sample.time(1))
        _ = try await ledger.createJob("words", priority: 1, at: Sample.time(2))
        let tasks = ["made", "dead", "empty"].map { task($0) }
        _ = try await ledger.addTasks(tasks, to: JobID(1), cursor: nil, isLast: true, at: Sample.time(2))
        _ = try await ledger.feedJob(JobID(1), limit: 9, at: Sample.time(3))
        let leases = try await scene.lease(.job, trigger: lane.name)
        _ = try await scene.decide(leases[0], outputs: [ContractScene.output("1")], partial: [1])
        _ = try await scene.complete(leases[0], outputs: ["1"])
        _ = try await scene.end(leases[1], .dead(Sample.failure, countsAgainstTrigger: false))
        _ = try await scene.decide(leases[2], outputs: [], partial: [2], skipsSameContent: false)
        try await ledger.mergePartials(of: JobID(1), [3], into: [9])
        try await ledger.remember("job 1 report", "lake:", at: Sample.time(3))
        try await ledger.remember("job 10 report", "lake:", at: Sample.time(3))
        _ = try await ledger.setJob(JobID(1), to: .complete, reason: nil, at: Sample.time(9))
        _ = try await ledger.registerTriggers([ContractScene.trigger], at: Sample.time(9))
    }

    /// What is left of job 1 when it was forgotten: what made an output that exists.
    private static func checkForgotten(_ ledger: any Ledger) async throws {
        #expect(try await ledger.job(JobID(1)) == nil)
        #expect(try await ledger.tasks(JobTaskQuery(job: JobID(1))) == [])
        #expect(try await ledger.partials(of: JobID(1), after: nil, bytes: 99) == [])
        let targets = try await ledger.targets(of: lane.name, in: "inbox", after: nil, limit: 9)
        #expect(targets.map(\.id.key) == ["made"])
        let output = try #require(try await ledger.output(in: "clean", key: "1"))
        #expect(output.owner == targets.first?.id)
        #expect(try await ledger.history(of: output.delivery) != nil)
        #expect(try await ledger.deliveries(DeliveryQuery()).map(\.id) == [output.delivery])
        #expect(try await ledger.counters().map(\.count) == [1])
        #expect(try await ledger.triggers().map(\.name) == ["web"])
        #expect(try await ledger.recall("job 1 report") == nil)
        #expect(try await ledger.recall("job 10 report") != nil)
        #expect(try await ledger.verify() == [])
    }

    @Test("what is open, new or among the newest stays", arguments: LedgerKind.allCases)
    func stays(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            #expect(try await ledger.pruneJobs(keeping: 0, before: Sample.time(99), limit: 99) == 0)
            for _ in 0..<4 { _ = try await ledger.createJob("words", priority: 1, at: Sample.time(2)) }
            // Job 1 is cancelled while an attempt runs for it, job 2 goes on, job 3 ended just now.
            let tasks = [Self.task("a", "web")]
            for job in [JobID(1), JobID(2)] {
                _ = try await ledger.addTasks(tasks, to: job, cursor: nil, isLast: true, at: Sample.time(2))
                _ = try await ledger.feedJob(job, limit: 9, at: Sample.time(3))
            }
            _ = try await scene.lease(.job)
            _ = try await ledger.setJob(JobID(1), to: .cancelled, reason: nil, at: Sample.time(3))
            _ = try await ledger.setJob(JobID(3), to: .failed, reason: nil, at: Sample.time(8))
            _ = try await ledger.setJob(JobID(4), to: .failed, reason: nil, at: Sample.time(3))
            #expect(try await ledger.job(JobID(1))?.tally.open == 1)
            for (keeping, before) in [(4, 99), (1, 8), (0, 8), (-1, 8)] as [(Int, Int64)] {
                let before = Sample.time(before)
                #expect(try await ledger.pruneJobs(keeping: keeping, before: before, limit: 99) == 0)
            }
            #expect(try await ledger.pruneJobs(keeping: 0, before: Sample.time(99), limit: 0) == 0)
            #expect(try await ledger.pruneJobs(keeping: 0, before: Sample.time(99), limit: -1) == 0)
            #expect(try await ledger.jobs(before: nil, limit: 9).count == 4)
            // The newest stays, so that its number is given to no other.
            #expect(try await ledger.pruneJobs(keeping: 0, before: Sample.time(99), limit: 99) == 1)
            #expect(try await ledger.jobs(before: nil, limit: 9).map(\.id.rawValue) == [4, 2, 1])
            #expect(try await ledger.createJob("next", priority: 1, at: Sample.time(9)).id == JobID(5))
        }
    }

    @Test(
        "a job goes piece by piece, and what relies on its outputs stays",
        arguments: LedgerKind.allCases,
        1...5
    )
    func pieces(kind: LedgerKind, limit: Int) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await Self.run(scene)
            _ = try await ledger.createJob("next", priority: 1, at: Sample.time(9))
            var pieces: [Int] = []
            while let piece = try? await ledger.pruneJobs(keeping: 1, before: Sample.time(10), limit: limit),
                piece > 0
            {
                pieces.append(piece)
                #expect(piece <= limit)
                #expect(try await ledger.verify() == [])
            }
            #expect(pieces.reduce(0, +) == 4)
            try await Self.checkForgotten(ledger)
        }
    }

    @Test("a delivery that may go on stays when its job goes", arguments: LedgerKind.allCases)
    func retried(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await Self.run(scene)
            _ = try await ledger.createJob("next", priority: 1, at: Sample.time(9))
            let dead = try await ledger.deliveries(DeliveryQuery()).filter { $0.state == .dead }.map(\.id)
            #expect(try await ledger.retry(dead, at: Sample.time(9)) == dead)
            #expect(try await ledger.pruneJobs(keeping: 1, before: Sample.time(10), limit: 99) == 4)
            let targets = try await ledger.targets(of: Self.lane.name, in: "inbox", after: nil, limit: 9)
            #expect(targets.map(\.id.key) == ["dead", "made"])
            #expect(try await ledger.verify() == [])
        }
    }

    @Test("tasks of the configured triggers leave their targets alone", arguments: LedgerKind.allCases)
    func liveTargets(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            for _ in 0..<2 { _ = try await ledger.createJob("words", priority: 1, at: Sample.time(2)) }
            let tasks = [Self.task("a", "web")]
            _ = try await ledger.addTasks(tasks, to: JobID(1), cursor: nil, isLast: true, at: Sample.time(2))
            _ = try await ledger.feedJob(JobID(1), limit: 9, at: Sample.time(3))
            let lease = try await scene.leaseOne(.job)
            _ = try await scene.end(lease, .dead(Sample.failure, countsAgainstTrigger: false))
            _ = try await ledger.setJob(JobID(1), to: .complete, reason: nil, at: Sample.time(4))
            #expect(try await ledger.pruneJobs(keeping: 1, before: Sample.time(5), limit: 99) == 2)
            #expect(try await scene.delivery(lease.delivery.id).state == .dead)
            #expect(try await ledger.counters().map(\.count) == [1])
            #expect(try await ledger.verify() == [])
        }
    }

    @Test("after a stop between any two pieces it goes on", arguments: 1...4)
    func reopened(pieces: Int) async throws {
        try await TemporaryDirectory.with { directory in
            let ledger = try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            try await Self.run(try await ContractScene(ledger))
            _ = try await ledger.createJob("next", priority: 1, at: Sample.time(9))
            for _ in 0..<pieces {
                #expect(try await ledger.pruneJobs(keeping: 1, before: Sample.time(10), limit: 1) == 1)
            }
            await ledger.close()
            let again = try await SQLiteLedger.open(path: directory.ledger, newLedger: "unused")
            #expect(try await again.verify() == [])
            let rest = try await again.pruneJobs(keeping: 1, before: Sample.time(10), limit: 99)
            #expect(rest == 4 - pieces)
            try await Self.checkForgotten(again)
            await again.close()
        }
    }
}
