internal import DurableLedger
internal import EventModel
internal import Testing

/// Random sequences of calls, whose every answer must be the same from the model and from SQLite.
@Suite struct ModelAgreementTests {
    @Test("SQLite answers as the model does, across reopening (I3, I4, I6)", arguments: 0..<12)
    func agreement(part: Int) async throws {
        for index in 0..<25 {
            let seed = UInt64(part * 1000 + index)
            var sequence = RandomSequence(seed: seed)
            let model = ReferenceLedger()
            var calls = sequence.opening()
            for call in calls { sequence.learn(try await call.apply(model)) }
            while calls.count < 100 {
                let call = await sequence.next(model)
                sequence.learn(try await call.apply(model))
                calls.append(call)
            }
            guard try await Self.disagreement(calls, seed: seed) != nil else { continue }
            let shortest = try await Self.shrink(calls, seed: seed)
            let text = try await Self.disagreement(shortest, seed: seed) ?? ""
            Issue.record("seed \(seed): \(text)\n\(shortest.map(\.text).joined(separator: "\n"))")
            return
        }
    }

    @Test("the sequences reach every kind of answer")
    func coverage() async throws {
        var reached: Set<String> = []
        for seed in 0..<UInt64(120) {
            var sequence = RandomSequence(seed: seed)
            let model = ReferenceLedger()
            var calls = sequence.opening()
            for call in calls { sequence.learn(try await call.apply(model)) }
            while calls.count < 100 {
                let call = await sequence.next(model)
                let answer = try await call.apply(model)
                reached.formUnion(Self.kinds(answer))
                sequence.learn(answer)
                calls.append(call)
            }
            for job in await model.jobs(before: nil, limit: 100) {
                reached.formUnion(Self.kinds(await model.tasks(JobTaskQuery(job: job.id))))
                reached.formUnion(Self.kinds(await model.partials(of: job.id, after: nil, bytes: 99)))
            }
        }
        let all: Set<String> = [
            "delivered", "recorded", "unchanged", "moved", "deferred", "suspect", "remade", "commit",
            "removing",
            "sameContent", "collision", "fenced", "caused", "done", "ended ready", "ended dead",
            "ended superseded",
            "ended skipped", "ended cancelled", "committing", "ended leases", "after", "lost",
            "lost but caused", "fed", "joined", "job changed", "job refused",
            "task failed", "task skipped", "task cancelled", "task open", "duplicate",
            "decided and done", "merged", "partial",
        ]
        #expect(all.subtracting(reached) == [])
    }

    private static func kinds(_ answer: any Hashable & Sendable) -> [String] {
        switch answer {
        case let results as [ObservationResult]:
            results.map { result in
                switch result {
                case .recorded(let delivery): delivery == nil ? "recorded" : "delivered"
                case .unchanged: "unchanged"
                case .moved: "moved"
                case .deferred: "deferred"
                }
            }
        case let tasks as [JobTask]: tasks.map { "task \($0.state)" }
        case let leases as [Lease]:
            leases.flatMap { [$0.delivery.isSuspect ? "suspect" : "", $0.done == nil ? "" : "remade"] }
        case .commit(let commit) as DecisionResult: ["commit", commit.remove.isEmpty ? "" : "removing"]
        case .done as DecisionResult: ["decided and done"]
        case let partials as [JobPartial]: partials.map { $0.task == 0 ? "merged" : "partial" }
        case .sameContent as DecisionResult: ["sameContent"]
        case .collision as DecisionResult: ["collision"]
        case .fenced as DecisionResult: ["fenced"]
        case .done(let caused) as CompletionResult: ["done", caused.isEmpty ? "" : "caused"]
        case .lost(let caused) as CompletionResult: ["lost", caused.isEmpty ? "" : "lost but caused"]
        case .ended(let state, _) as EndResult: ["ended \(state)"]
        case let report as BootReport:
            [report.committing.isEmpty ? "" : "committing", report.endedLeases == 0 ? "" : "ended leases"]
        case let actions as [AfterAction]: actions.isEmpty ? [] : ["after"]
        case let feed as JobFeed:
            [
                feed.begun > 0 ? "fed" : "", feed.joined > 0 ? "joined" : "",
                feed.deferred > 0 ? "fed later" : "",
            ]
        case .changed as JobChange: ["job changed"]
        case .refused as JobChange: ["job refused"]
        case let job as JobRow?: job.map { $0.tally.duplicates > 0 ? ["duplicate"] : [] } ?? []
        default: []
        }
    }

    /// Replays calls on both; says where they disagree.
    static func disagreement(_ calls: [LedgerCall], seed: UInt64) async throws -> String? {
        try await TemporaryDirectory.with { directory in
            let model = ReferenceLedger(id: Sample.ledgerID)
            var sqlite = try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            var random = SeededGenerator(seed: seed)
            var found: String?
            for (index, call) in (calls + observation(of: calls)).enumerated() {
                if random.chance(0.04) {
                    await sqlite.close()
                    sqlite = try await SQLiteLedger.open(path: directory.ledger, newLedger: "not used")
                }
                let wanted = try await call.apply(model)
                let answer = try await call.apply(sqlite)
                if AnyHashable(wanted) != AnyHashable(answer) {
                    found = "call \(index) (\(call.text)):\nmodel  \(wanted)\nSQLite \(answer)"
                    break
                }
            }
            await sqlite.close()
            return found
        }
    }

    /// Takes calls out as long as the disagreement stays.
    static func shrink(_ calls: [LedgerCall], seed: UInt64) async throws -> [LedgerCall] {
        var calls = calls
        var size = calls.count / 2
        while size > 0 {
            var start = 0
            while start < calls.count {
                var fewer = calls
                fewer.removeSubrange(start..<min(start + size, calls.count))
                if try await disagreement(fewer, seed: seed) != nil { calls = fewer } else { start += size }
            }
            size /= 2
        }
        return calls
    }

    /// Everything that can be seen of a ledger, as calls.
    private static func observation(of calls: [LedgerCall]) -> [LedgerCall] {
        let now = Sample.time(100_000)
        let keys: [ObjectKey] = [
            "a", "b", "dir/c", ObjectKey(bytes: [0xFF, 0x00, 0x41]), "out/1", "out/2", "out/3",
        ]
        var reads = [
            LedgerCall("verify") { try await $0.verify() },
            LedgerCall("counters") { try await $0.counters() },
            LedgerCall("triggers") { try await $0.triggers() },
            LedgerCall("backlog") { try await $0.backlog(at: Sample.time(300)) },
            LedgerCall("late backlog") { try await $0.backlog(at: now) },
            LedgerCall("due") { try await $0.dueAfterActions(limit: 1000, at: now) },
            LedgerCall("deliveries") { ledger in
                var query = DeliveryQuery()
                query.limit = 1000
                return try await ledger.deliveries(query)
            },
            LedgerCall("jobs") { try await $0.jobs(before: nil, limit: 100) },
            LedgerCall("open jobs") { try await $0.openJobs() },
            LedgerCall("targets of web") {
                try await $0.targets(of: "web", in: "inbox", after: nil, limit: 1000)
            },
            LedgerCall("targets of a lane") {
                try await $0.targets(of: "job:1:web", in: "inbox", after: nil, limit: 1000)
            },
            LedgerCall("targets of next behind out/1") {
                try await $0.targets(of: "next", in: "clean", after: "out/1", limit: 1)
            },
            LedgerCall("conservation") { ledger in
                var query = DeliveryQuery()
                query.limit = 1000
                let counted = try await ledger.counters().reduce(0) { $0 + $1.count }
                return try await counted == Int64(ledger.deliveries(query).count)
            },
        ]
        for bucket: BucketName in ["inbox", "clean", "elsewhere"] {
            reads.append(LedgerCall("targets \(bucket)") { try await $0.targets(in: bucket, keys: keys) })
            for after in [nil] + keys.map(Optional.some) {
                reads.append(
                    LedgerCall("present in \(bucket) after \(String(describing: after))") {
                        try await $0.presentKeys(in: bucket, after: after, limit: 2)
                    }
                )
            }
            for key in keys {
                let target = TargetID(trigger: "web", bucket: bucket, key: key)
                reads.append(LedgerCall("outputs of \(target)") { try await $0.outputs(of: target) })
            }
        }
        for number in 1...Int64(6) {
            var query = JobTaskQuery(job: JobID(number))
            query.limit = 1000
            let asked = query
            reads.append(LedgerCall("tasks of job \(number)") { try await $0.tasks(asked) })
        }
        for number in 1...Int64(60) {
            reads.append(LedgerCall("history \(number)") { try await $0.history(of: DeliveryID(number)) })
        }
        return reads
    }
}
