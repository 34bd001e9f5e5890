internal import DurableLedger
internal import EventModel

/// Makes calls at random that fit, mostly, the state that earlier ones led to.
///
/// The calls are concrete values: any part of a sequence can be replayed, which is what the shrinker does.
struct RandomSequence {
    /// Where chance comes from.
    var random: SeededGenerator
    private var seconds: Int64 = 10
    private var boot = 0
    private var leases: [Lease] = []
    private var pending: [PendingCommit] = []
    private var after: [AfterAction] = []

    /// The triggers of the sequence.
    static let triggers: [TriggerRegistration] = [
        TriggerRegistration(name: "web", bucket: "inbox"), TriggerRegistration(name: "api", bucket: "inbox"),
        TriggerRegistration(name: "next", bucket: "clean"),
    ]
    /// The triggers of jobs with a lane of their own; only tasks make targets of theirs.
    static let lanes = [
        TriggerRegistration(name: "job:1:web", bucket: "inbox"),
        TriggerRegistration(name: "job:2:web", bucket: "inbox"),
    ]
    /// The keys of sources.
    static let keys: [ObjectKey] = ["a", "b", "dir/c", ObjectKey(bytes: [0xFF, 0x00, 0x41])]
    /// The keys of outputs.
    static let outputs: [ObjectKey] = ["out/1", "out/2", "out/3", "a"]

    /// Begins a sequence.
    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// The time of the next call.
    var now: Timestamp { Sample.time(seconds) }
    private var owner: OwnerID { OwnerID(boot: "boot\(boot)") }

    /// The next call, given what a model answers to reads.
    mutating func next(_ model: ReferenceLedger) async -> LedgerCall {
        seconds += Int64.random(in: 0...2, using: &random)
        if random.chance(0.2) { return job() }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<28: return await observe(model)
        case 28..<46: return lease()
        case 46..<60: return decide()
        case 60..<70: return complete()
        case 70..<80: return end()
        case 80..<84: return operate()
        case 84..<88: return trigger()
        case 88..<90: return begin()
        case 90..<92: return afterAction()
        case 92..<93: return LedgerCall("prune") { try await $0.prune(keeping: 5, limit: 10_000) }
        default: return read()
        }
    }

    /// The first calls: a boot with all triggers.
    mutating func opening() -> [LedgerCall] {
        let (owner, now) = (owner, now)
        return [
            LedgerCall("beginBoot \(owner)") { try await $0.beginBoot(owner, at: now) },
            LedgerCall("register all") { try await $0.registerTriggers(Self.triggers + Self.lanes, at: now) },
            LedgerCall("createJob") { try await $0.createJob("words", priority: 1, at: now) },
        ]
    }

    /// Learns from an answer.
    mutating func learn(_ answer: any Hashable & Sendable) {
        switch answer {
        case let leases as [Lease]: self.leases += leases
        case let decision as DecisionResult: if case .commit(let commit) = decision { pending.append(commit) }
        case let report as BootReport: pending = report.committing
        case let actions as [AfterAction]: after = actions
        default: break
        }
    }

    // MARK: Calls

    private mutating func observe(_ model: ReferenceLedger) async -> LedgerCall {
        var observations: [Observation] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let trigger = pick(Self.triggers)
            let bucket: BucketName = random.chance(0.05) ? "elsewhere" : trigger.bucket
            let key = bucket == "clean" ? pick(Self.outputs) : pick(Self.keys)
            let target = TargetID(trigger: trigger.name, bucket: bucket, key: key)
            let row = await model.targets(in: bucket, keys: [key]).first { $0.id == target }
            let revision = random.chance(0.9) ? row?.revision ?? 0 : Int64.random(in: 0...3, using: &random)
            let actions: [Observation.Action] = [
                .deliver(.live), .deliver(.live), .deliver(.catchUp), .deliver(.job),
                .skip(reason: "existing"),
            ]
            observations.append(
                Sample.observation(
                    random.chance(0.15) ? nil : pick(["v1", "v2", "v3", "v4"]),
                    revision: revision,
                    target: target,
                    action: pick(actions)
                )
            )
        }
        let (list, now) = (observations, now)
        return LedgerCall("observe \(list)") { try await $0.observe(list, at: now) }
    }

    private mutating func lease() -> LedgerCall {
        let picks = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            LeaseRequest.Pick(
                trigger: random.chance(0.2) ? pick(Self.lanes).name : pick(Self.triggers).name,
                deliveryClass: pick(DeliveryClass.allCases),
                suspects: random.chance(0.25),
                limit: Int.random(in: 0...3, using: &random)
            )
        }
        let request = LeaseRequest(owner: owner, picks: picks, now: now)
        return LedgerCall("lease \(request)") { try await $0.lease(request) }
    }

    private mutating func decide() -> LedgerCall {
        guard let lease = takeLease() else { return lease() }
        let outputs = Self.outputs.filter { _ in random.chance(0.4) }.map { key in
            PlannedOutput(
                bucket: "clean",
                key: key,
                staged: "s\(lease.token.rawValue)",
                digest: digest(),
                mayReplace: random.chance(0.3)
            )
        }
        var statistics = DeliveryStatistics()
        statistics.bytesIn = random.next()
        statistics.duration = .nanoseconds(Int64.random(in: 0...1_000_000_000_000, using: &random))
        if random.chance(0.5) {
            statistics.tally = RecordTally()
            statistics.tally?.input = 300
            statistics.warnings = ["écrit", ""]
        }
        let decision = CommitDecision(
            delivery: lease.delivery.id,
            token: lease.token,
            version: random.chance(0.8)
                ? lease.delivery.version : Sample.version(pick(["v1", "v2", "v3", "v4"])),
            digest: digest(),
            fingerprint: Fingerprint(hex: pick(["f1", "f2"])),
            outputs: outputs.shuffled(using: &random),
            statistics: statistics,
            partial: random.chance(0.6) ? [UInt8](repeating: 7, count: Int(random.next() % 9)) : nil,
            skipsSameContent: random.chance(0.8),
            wantsAfterAction: random.chance(0.5),
            now: now
        )
        return LedgerCall("decide \(decision)") { try await $0.decide(decision) }
    }

    private mutating func complete() -> LedgerCall {
        guard !pending.isEmpty else { return read() }
        let index = Int.random(in: pending.indices, using: &random)
        let commit = random.chance(0.9) ? pending.remove(at: index) : pending[index]
        let later = random.chance(0.5) ? Sample.time(seconds + 3) : nil
        let loss = random.chance(0.2) ? Completion.Loss(Sample.failure, retryAt: later) : nil
        let published = commit.publish.filter { _ in random.chance(loss == nil ? 0.97 : 0.5) }
        let version = pick(["p1", "p2", "p3"])
        let outputs = published.map {
            Completion.Output(bucket: $0.bucket, info: Sample.info($0.key, version))
        }
        let caused = published.filter { _ in random.chance(0.7) }.map { output in
            let delivers = random.chance(0.7)
            return Completion.Caused(
                target: TargetID(trigger: "next", bucket: output.bucket, key: output.key),
                object: Sample.info(output.key, version),
                delivers: delivers,
                reason: delivers ? nil : pick(["same-content", "hop-limit"])
            )
        }
        let completion = Completion(
            delivery: commit.delivery.id,
            token: commit.token,
            outputs: outputs,
            caused: caused,
            loss: loss,
            now: now
        )
        return LedgerCall("complete \(completion)") { try await $0.complete(completion) }
    }

    private mutating func end() -> LedgerCall {
        guard let lease = takeLease() else { return lease() }
        let later = Sample.time(seconds + Int64.random(in: -2...6, using: &random))
        let outcomes: [AttemptEnding.Outcome] = [
            .retry(Sample.failure, at: later), .release(nil, at: nil), .release(Sample.failure, at: later),
            .dead(Sample.failure, countsAgainstTrigger: true),
            .dead(Sample.failure, countsAgainstTrigger: false),
            .skip(reason: "gone"), .crashed(Sample.failure, at: later),
        ]
        let ending = AttemptEnding(
            delivery: lease.delivery.id,
            token: lease.token,
            outcome: pick(outcomes),
            now: now
        )
        return LedgerCall("end \(ending)") { try await $0.end(ending) }
    }

    private mutating func operate() -> LedgerCall {
        var ids = (0..<3).map { _ in DeliveryID(Int64.random(in: 1...30, using: &random)) }
        if let lease = leases.randomElement(using: &random) { ids[0] = lease.delivery.id }
        let chosen = ids
        let now = now
        if random.chance(0.5) { return LedgerCall("retry \(chosen)") { try await $0.retry(chosen, at: now) } }
        return LedgerCall("cancel \(chosen)") { try await $0.cancel(chosen, reason: "operator", at: now) }
    }

    private mutating func trigger() -> LedgerCall {
        let (name, now) = (pick(Self.triggers).name, now)
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            let moved = TriggerRegistration(name: name, bucket: pick(["inbox", "clean"]))
            let list = Self.triggers.filter { $0.name != name } + (random.chance(0.5) ? [moved] : [])
            return LedgerCall("register \(list)") { try await $0.registerTriggers(list, at: now) }
        case 1, 2: return LedgerCall("register all") { try await $0.registerTriggers(Self.triggers, at: now) }
        case 3:
            return LedgerCall("baseline \(name)") { ledger in
                try await ledger.completeBaseline(name, at: now)
                return try await ledger.triggers()
            }
        default:
            let reason = random.chance(0.3) ? "function.failing" : nil
            return LedgerCall("pause \(name) \(reason ?? "no")") { ledger in
                try await ledger.setPaused(name, reason: reason, at: now)
                return try await ledger.triggers()
            }
        }
    }

    private mutating func begin() -> LedgerCall {
        let (ended, isClean, now) = (owner, random.chance(0.5), now)
        boot += 1
        let owner = owner
        return LedgerCall("beginBoot \(owner), clean \(isClean)") { ledger in
            if isClean { try await ledger.endBoot(ended, at: now) }
            return try await ledger.beginBoot(owner, at: now)
        }
    }

    private mutating func afterAction() -> LedgerCall {
        let (now, retryAt) = (now, Sample.time(seconds + 3))
        guard let action = after.popLast() else {
            return LedgerCall("due") { try await $0.dueAfterActions(limit: 100, at: now) }
        }
        let error = random.chance(0.4) ? Sample.failure : nil
        return LedgerCall("finish \(action) \(error == nil)") { ledger in
            try await ledger.finishAfterAction(action, error: error, retryAt: retryAt, at: now)
            return try await ledger.dueAfterActions(limit: 100, at: retryAt)
        }
    }

    private mutating func read() -> LedgerCall {
        let now = now
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return LedgerCall("counters") { try await $0.counters() }
        case 1: return LedgerCall("backlog \(now)") { try await $0.backlog(at: now) }
        case 2:
            let id = DeliveryID(Int64.random(in: 1...30, using: &random))
            return LedgerCall("history \(id)") { try await $0.history(of: id) }
        case 3:
            let key = pick(Self.outputs)
            return LedgerCall("output \(key)") { try await $0.output(in: "clean", key: key) }
        default:
            var query = DeliveryQuery()
            query.states = Set(DeliveryState.allCases.filter { _ in random.chance(0.3) })
            query.trigger = random.chance(0.3) ? pick(Self.triggers).name : nil
            query.bucket = random.chance(0.3) ? "inbox" : nil
            query.key = random.chance(0.3) ? pick(Self.keys) : nil
            query.before = random.chance(0.3) ? DeliveryID(Int64.random(in: 1...30, using: &random)) : nil
            query.limit = Int.random(in: 1...5, using: &random)
            let asked = query
            return LedgerCall("deliveries \(asked)") { try await $0.deliveries(asked) }
        }
    }

    // MARK: Values

    private mutating func takeLease() -> Lease? {
        guard !leases.isEmpty else { return nil }
        let index = Int.random(in: leases.indices, using: &random)
        return random.chance(0.85) ? leases.remove(at: index) : leases[index]
    }

    private mutating func digest() -> ContentDigest {
        ContentDigest(crc64: UInt64.random(in: 0...1, using: &random) &- 1, sizeBytes: 1)
    }

    /// One of several.
    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &random)]
    }
}
