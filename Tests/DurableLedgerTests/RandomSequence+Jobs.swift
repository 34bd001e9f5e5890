internal import DurableLedger
internal import EventModel

extension RandomSequence {
    /// A call that is about jobs.
    mutating func job() -> LedgerCall {
        let (id, now) = (JobID(Int64.random(in: 1...3, using: &random)), now)
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1:
            let priority = Int.random(in: 0...9, using: &random)
            return LedgerCall("createJob \(priority)") { ledger in
                try await ledger.createJob("words", priority: priority, at: now)
            }
        case 2..<6: return addTasks(id)
        case 6..<13:
            let limit = Int.random(in: 0...4, using: &random)
            return LedgerCall("feed \(id) \(limit)") { try await $0.feedJob(id, limit: limit, at: now) }
        case 13..<16:
            let states: [JobState] = [.paused, .active, .preparing, .cancelled, .failed, .complete]
            let state = random.chance(0.5) ? .active : pick(states)
            return LedgerCall("set \(id) \(state)") { ledger in
                try await ledger.setJob(id, to: state, reason: "why", at: now)
            }
        case 16: return partials(id)
        case 18 where random.chance(0.5): return pruneJobs()
        case 17: return LedgerCall("priority \(id)") { try await $0.setPriority(of: id, to: 5, at: now) }
        default:
            var query = JobTaskQuery(job: id)
            query.states = Set(JobTaskState.allCases.filter { _ in random.chance(0.5) })
            query.after = Int64.random(in: 0...3, using: &random)
            query.limit = Int.random(in: 1...4, using: &random)
            let asked = query
            return LedgerCall("tasks \(asked)") { try await $0.tasks(asked) }
        }
    }

    private mutating func pruneJobs() -> LedgerCall {
        let (keeping, limit) = (Int.random(in: 0...2, using: &random), Int.random(in: 0...9, using: &random))
        let before = Sample.time(random.chance(0.8) ? 100_000 : 12)
        return LedgerCall("pruneJobs keeping \(keeping), limit \(limit)") { ledger in
            try await ledger.pruneJobs(keeping: keeping, before: before, limit: limit)
        }
    }

    private mutating func partials(_ id: JobID) -> LedgerCall {
        let (number, count) = (Int64.random(in: 0...4, using: &random), Int.random(in: 0...9, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return LedgerCall("forget \(count)") { try await $0.forgetPartials(of: id, limit: count) }
        case 1:
            let bytes = [UInt8](repeating: 9, count: count)
            return LedgerCall("merge \(id) \(number)") { ledger in
                try await ledger.mergePartials(of: id, [0, number], into: bytes)
                return try await ledger.job(id)
            }
        default:
            let after = random.chance(0.5) ? nil : number
            return LedgerCall("partials \(id)") { try await $0.partials(of: id, after: after, bytes: count) }
        }
    }

    private mutating func addTasks(_ id: JobID) -> LedgerCall {
        var tasks: [NewJobTask] = []
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let lane = Self.lanes.first { $0.name.rawValue.hasPrefix("\(id.lane):") }
            let trigger = random.chance(0.4) ? lane ?? pick(Self.triggers) : pick(Self.triggers)
            let key = trigger.bucket == "clean" ? pick(Self.outputs) : pick(Self.keys)
            tasks.append(
                NewJobTask(
                    target: TargetID(trigger: trigger.name, bucket: trigger.bucket, key: key),
                    version: random.chance(0.9) ? Sample.version(pick(["v1", "v2", "v3"])) : nil,
                    sizeBytes: UInt64.random(in: 0...9, using: &random),
                    modified: now,
                    skip: random.chance(0.1) ? "gone" : nil
                )
            )
        }
        let (list, isLast, now) = (tasks, random.chance(0.5), now)
        let cursor = random.chance(0.8) ? "page \(tasks.count)" : nil
        return LedgerCall("add \(list) to \(id), last \(isLast)") { ledger in
            try await ledger.addTasks(list, to: id, cursor: cursor, isLast: isLast, at: now)
        }
    }
}
