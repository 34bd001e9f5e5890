internal import DurableLedger
internal import EventModel
internal import Testing

/// Jobs and their tasks, on every ledger.
@Suite struct JobContractTests {
    private static func task(
        _ key: ObjectKey = "a.log",
        version: String? = "a",
        skip: String? = nil
    ) -> NewJobTask {
        NewJobTask(
            target: TargetID(trigger: "web", bucket: "inbox", key: key),
            version: version.map(Sample.version),
            sizeBytes: 10,
            modified: Sample.time(0),
            skip: skip
        )
    }

    /// A job with these tasks, ready.
    private static func make(_ ledger: any Ledger, _ tasks: [NewJobTask]) async throws -> JobID {
        let job = try await ledger.createJob("words", priority: 1, at: Sample.time(2))
        _ = try await ledger.addTasks(tasks, to: job.id, cursor: nil, isLast: true, at: Sample.time(2))
        return job.id
    }

    /// The trigger has seen these and needs nothing of them.
    private static func know(_ keys: [ObjectKey], _ scene: ContractScene) async throws {
        for key in keys {
            let target = TargetID(trigger: "web", bucket: "inbox", key: key)
            try await scene.see("a", of: target, action: .skip(reason: "existing"))
        }
    }

    @Test(
        "what is due without a job goes on when the job is paused or cancelled",
        arguments: LedgerKind.allCases
    )
    func owed(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            // `a` was never seen, `b` is dead, `c` is known and needs nothing.
            let b = TargetID(trigger: "web", bucket: "inbox", key: "b.log")
            try await scene.see("b", of: b)
            _ = try await scene.end(
                try await scene.leaseOne(),
                .dead(Sample.failure, countsAgainstTrigger: false)
            )
            try await Self.know(["c.log"], scene)
            let job = try await Self.make(ledger, ["a.log", "b.log", "c.log"].map { Self.task($0) })
            #expect(try await ledger.feedJob(job, limit: 9, at: Sample.time(3)).begun == 3)
            _ = try await ledger.setJob(job, to: .paused, reason: nil, at: Sample.time(4))
            #expect(try await Self.tasks(ledger, job).map(\.state) == [.open, .open, .pending])
            _ = try await ledger.setJob(job, to: .cancelled, reason: nil, at: Sample.time(5))
            #expect(try await Self.tasks(ledger, job).map(\.state) == [.cancelled, .cancelled, .pending])
            #expect(try await scene.lease(.job).map(\.delivery.target.key) == ["a.log", "b.log"])
        }
    }

    @Test("a task does not join what is told to end", arguments: LedgerKind.allCases)
    func told(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await Self.know(["a.log"], scene)
            let first = try await Self.make(ledger, [Self.task()])
            _ = try await ledger.feedJob(first, limit: 9, at: Sample.time(3))
            let lease = try await scene.leaseOne(.job)
            _ = try await ledger.setJob(first, to: .cancelled, reason: nil, at: Sample.time(4))
            let second = try await Self.make(ledger, [Self.task()])
            let feed = try await ledger.feedJob(second, limit: 9, at: Sample.time(5))
            #expect((feed.begun, feed.deferred) == (0, 1))
            #expect(try await scene.decide(lease, outputs: []) == .fenced(.cancelled))
            #expect(try await ledger.feedJob(second, limit: 9, at: Sample.time(6)).begun == 1)
            #expect(try await scene.leaseOne(.job).delivery.target.key == "a.log")
        }
    }

    private static func tasks(_ ledger: any Ledger, _ job: JobID) async throws -> [JobTask] {
        try await ledger.tasks(JobTaskQuery(job: job))
    }

    @Test(
        "a job makes deliveries of its own class, and its tasks end with them",
        arguments: LedgerKind.allCases
    )
    func life(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.process("a", outputs: ["1"], content: 1)
            let job = try await Self.make(ledger, [Self.task(), Self.task("b.log"), Self.task()])
            let prepared = try #require(try await ledger.job(job))
            #expect((prepared.state, prepared.tally.total, prepared.tally.duplicates) == (.ready, 2, 1))
            #expect(prepared.tally.bytes == 20)
            let feed = try await ledger.feedJob(job, limit: 9, at: Sample.time(3))
            #expect((feed.begun, feed.joined, feed.job?.state) == (2, 0, .active))
            let leases = try await scene.lease(.job)
            #expect(leases.map(\.delivery.target.key) == ["a.log", "b.log"])
            // Made again though the content is the same.
            guard
                case .commit = try await scene.decide(
                    leases[0],
                    outputs: [ContractScene.output("1")],
                    skipsSameContent: false
                )
            else {
                Issue.record("not made again")
                return
            }
            _ = try await scene.complete(leases[0], outputs: ["1"])
            _ = try await scene.end(leases[1], .dead(Sample.failure, countsAgainstTrigger: false))
            let tasks = try await Self.tasks(ledger, job)
            #expect(tasks.map(\.state) == [.succeeded, .failed])
            #expect(tasks.map(\.delivery) == leases.map(\.delivery.id))
            #expect(tasks[1].failure == Sample.failure)
            guard
                case .changed(let ended) = try await ledger.setJob(
                    job,
                    to: .complete,
                    reason: nil,
                    at: Sample.time(9)
                )
            else {
                Issue.record("not complete")
                return
            }
            #expect((ended.tally.succeeded, ended.tally.failed, ended.tally.endedBytes) == (1, 1, 20))
            #expect(try await ledger.openJobs().isEmpty)
        }
    }

    @Test("a job joins what is under way instead of replacing it (Q15)", arguments: LedgerKind.allCases)
    func joins(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let lease = try await scene.leaseOne()
            let first = try await Self.make(ledger, [Self.task()])
            let second = try await Self.make(ledger, [Self.task()])
            for job in [first, second] {
                let feed = try await ledger.feedJob(job, limit: 9, at: Sample.time(3))
                #expect((feed.begun, feed.joined) == (1, 1))
            }
            // A live version takes over: both jobs go with it.
            try await scene.see("b")
            _ = try await scene.end(lease, .retry(Sample.failure, at: Sample.time(4)))
            #expect(try await scene.delivery(lease.delivery.id).state == .superseded)
            let next = try await scene.leaseOne()
            #expect(try await Self.tasks(ledger, first).map(\.delivery) == [next.delivery.id])
            // Giving up one job leaves a delivery that was not made for it.
            _ = try await ledger.setJob(first, to: .cancelled, reason: nil, at: Sample.time(5))
            #expect(try await Self.tasks(ledger, first).map(\.state) == [.cancelled])
            _ = try await scene.decide(next, outputs: [ContractScene.output("1")])
            _ = try await scene.complete(next, outputs: ["1"])
            #expect(try await Self.tasks(ledger, second).map(\.state) == [.succeeded])
        }
    }

    @Test("pausing withdraws what is ready, and resuming begins it again", arguments: LedgerKind.allCases)
    func pauses(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await Self.know(["a.log", "b.log", "c.log"], scene)
            let job = try await Self.make(ledger, [Self.task(), Self.task("b.log"), Self.task("c.log")])
            _ = try await ledger.feedJob(job, limit: 2, at: Sample.time(3))
            let lease = try await scene.leaseOne(.job)
            _ = try await ledger.setJob(job, to: .paused, reason: "until", at: Sample.time(4))
            #expect(try await Self.tasks(ledger, job).map(\.state) == [.open, .pending, .pending])
            #expect(try await scene.count(.ready) == 0)
            #expect(try await ledger.feedJob(job, limit: 9, at: Sample.time(4)).begun == 0)
            _ = try await scene.decide(lease, outputs: [], skipsSameContent: false)
            _ = try await scene.complete(lease, outputs: [])
            let paused = try #require(try await ledger.job(job))
            #expect((paused.tally.succeeded, paused.tally.pending, paused.resumed) == (1, 2, .active))
            _ = try await ledger.setJob(job, to: .active, reason: nil, at: Sample.time(5))
            #expect(try await ledger.feedJob(job, limit: 9, at: Sample.time(5)).begun == 2)
            #expect(try await scene.lease(.job).count == 2)
        }
    }

    @Test("cancelling tells what runs for the job alone to end", arguments: LedgerKind.allCases)
    func cancels(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await Self.know(["a.log", "b.log", "c.log"], scene)
            let job = try await Self.make(ledger, [Self.task(), Self.task("b.log"), Self.task("c.log")])
            _ = try await ledger.feedJob(job, limit: 2, at: Sample.time(3))
            let lease = try await scene.leaseOne(.job)
            _ = try await ledger.setJob(job, to: .cancelled, reason: "operator", at: Sample.time(4))
            #expect(try await Self.tasks(ledger, job).map(\.state) == [.open, .cancelled, .pending])
            #expect(try await scene.decide(lease, outputs: []) == .fenced(.cancelled))
            #expect(try await Self.tasks(ledger, job).map(\.state) == [.cancelled, .cancelled, .pending])
            #expect(try await ledger.job(job)?.tally.open == 0)
            #expect(try await scene.lease(.job).isEmpty)
        }
    }

    @Test("partial results wait with their tasks until they are merged", arguments: LedgerKind.allCases)
    func partials(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            let job = try await Self.make(ledger, ["a", "b", "c", "d"].map { Self.task(ObjectKey($0)) })
            _ = try await ledger.feedJob(job, limit: 9, at: Sample.time(3))
            let leases = try await scene.lease(.job)
            // Nothing to publish: decided and done in one.
            let first = try await scene.decide(leases[0], outputs: [], partial: [1], skipsSameContent: false)
            #expect(first == .done)
            #expect(try await scene.delivery(leases[0].delivery.id).state == .done)
            // With an output (rejects) the task ends with the completion, and only then counts.
            let second = try await scene.decide(
                leases[1],
                outputs: [ContractScene.output("r")],
                partial: [2, 2],
                skipsSameContent: false
            )
            guard case .commit = second else { throw SluiceError(.cancelled, "Not decided: \(second)") }
            #expect(try await ledger.partials(of: job, after: nil, bytes: 99).map(\.task) == [1])
            #expect(try await ledger.job(job)?.tally.partialBytes == 3)
            _ = try await scene.complete(leases[1], outputs: ["r"])
            _ = try await scene.decide(leases[2], outputs: [], partial: [3], skipsSameContent: false)
            _ = try await scene.end(leases[3], .dead(Sample.failure, countsAgainstTrigger: false))
            #expect(
                try await ledger.partials(of: job, after: nil, bytes: 2)
                    == [JobPartial(task: 1, bytes: [1]), JobPartial(task: 2, bytes: [2, 2])]
            )
            try await ledger.mergePartials(of: job, [1, 2], into: [9])
            #expect(
                try await ledger.partials(of: job, after: nil, bytes: 99)
                    == [JobPartial(task: JobPartial.merged, bytes: [9]), JobPartial(task: 3, bytes: [3])]
            )
            #expect(try await ledger.partials(of: job, after: 0, bytes: 99).map(\.task) == [3])
            #expect(try await ledger.job(job)?.tally.partialBytes == 1)
            #expect(try await ledger.forgetPartials(of: job, limit: 1) == 1)
            #expect(try await ledger.forgetPartials(of: job, limit: 9) == 1)
            #expect(try await ledger.partials(of: job, after: nil, bytes: 99) == [])
            #expect(try await ledger.job(job)?.tally.partialBytes == 0)
        }
    }

    @Test("equal content that was skipped is no answer to a job", arguments: LedgerKind.allCases)
    func sameContent(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.process("a", outputs: ["1"], content: 1)
            try await scene.see("b")
            let live = try await scene.leaseOne()
            let job = try await Self.make(ledger, [Self.task()])
            #expect(try await ledger.feedJob(job, limit: 9, at: Sample.time(3)).joined == 1)
            #expect(try await scene.decide(live, outputs: [ContractScene.output("1")]) == .sameContent)
            #expect(try await Self.tasks(ledger, job).map(\.state) == [.pending])
            let feed = try await ledger.feedJob(job, limit: 9, at: Sample.time(4))
            #expect((feed.begun, feed.joined) == (1, 0))
            #expect(try await scene.leaseOne(.job).delivery.version == Sample.version("b"))
        }
    }

    @Test("states follow each other as they may", arguments: JobState.allCases, JobState.allCases)
    func transitions(from: JobState, to next: JobState) async throws {
        let allowed: [JobState: Set<JobState>] = [
            .preparing: [.ready, .paused, .cancelled, .failed],
            .ready: [.active, .paused, .complete, .cancelled, .failed],
            .active: [.paused, .complete, .cancelled, .failed],
            .paused: [.preparing, .ready, .active, .cancelled, .failed],
        ]
        #expect(from.mayBecome(next) == (allowed[from]?.contains(next) ?? false))
        #expect(from.isFinished == (allowed[from] == nil))
    }
}
