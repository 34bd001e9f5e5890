internal import DurableLedger
internal import EventModel
internal import Testing

/// A ledger in a test, with the words that its story needs.
struct ContractScene {
    let ledger: any Ledger
    let owner = OwnerID(boot: "boot1")
    static let trigger = TriggerRegistration(name: "web", bucket: "inbox")

    /// A ledger with one boot and the trigger `web`.
    init(_ ledger: any Ledger, triggers: [TriggerRegistration] = [Self.trigger]) async throws {
        self.ledger = ledger
        _ = try await ledger.beginBoot(owner, at: Sample.time(1))
        _ = try await ledger.registerTriggers(triggers, at: Sample.time(1))
    }

    /// Sees a version (nil: gone), as a look that is up to date would.
    @discardableResult func see(
        _ version: String?,
        of target: TargetID = Sample.target,
        action: Observation.Action = .deliver(.live),
        at seconds: Int64 = 2
    ) async throws -> ObservationResult {
        let revision = try await row(target)?.revision ?? 0
        let observation = Sample.observation(version, revision: revision, target: target, action: action)
        let results = try await ledger.observe([observation], at: Sample.time(seconds))
        return try #require(results.first)
    }

    func row(_ target: TargetID = Sample.target) async throws -> TargetRow? {
        try await ledger.targets(in: target.bucket, keys: [target.key]).first { $0.id == target }
    }

    func delivery(_ id: DeliveryID) async throws -> Delivery {
        let history = try await ledger.history(of: id)
        return try #require(history).delivery
    }

    func lease(
        _ deliveryClass: DeliveryClass = .live,
        trigger: TriggerName = "web",
        suspects: Bool = false,
        limit: Int = 10,
        at seconds: Int64 = 3
    ) async throws -> [Lease] {
        let pick = LeaseRequest.Pick(
            trigger: trigger,
            deliveryClass: deliveryClass,
            suspects: suspects,
            limit: limit
        )
        return try await ledger.lease(LeaseRequest(owner: owner, picks: [pick], now: Sample.time(seconds)))
    }

    func leaseOne(_ deliveryClass: DeliveryClass = .live, at seconds: Int64 = 3) async throws -> Lease {
        let leases = try await lease(deliveryClass, limit: 1, at: seconds)
        return try #require(leases.first)
    }

    static func output(_ key: ObjectKey, content: UInt64 = 1) -> PlannedOutput {
        PlannedOutput(
            bucket: "clean",
            key: key,
            staged: "staged-\(key)",
            digest: ContentDigest(crc64: content, sizeBytes: 1),
            mayReplace: false
        )
    }

    func decide(
        _ lease: Lease,
        outputs: [PlannedOutput],
        content: UInt64 = 1,
        version: ObjectVersion? = nil,
        partial: [UInt8]? = nil,
        skipsSameContent: Bool = true,
        wantsAfterAction: Bool = false,
        at seconds: Int64 = 4
    ) async throws -> DecisionResult {
        var statistics = DeliveryStatistics()
        statistics.bytesIn = 5
        return try await ledger.decide(
            CommitDecision(
                delivery: lease.delivery.id,
                token: lease.token,
                version: version ?? lease.delivery.version,
                digest: ContentDigest(crc64: content, sizeBytes: 1),
                fingerprint: Fingerprint(hex: "f1"),
                outputs: outputs,
                statistics: statistics,
                partial: partial,
                skipsSameContent: skipsSameContent,
                wantsAfterAction: wantsAfterAction,
                now: Sample.time(seconds)
            )
        )
    }

    func complete(
        _ lease: Lease,
        outputs: [ObjectKey],
        version: String = "p1",
        caused: [Completion.Caused] = [],
        loss: Completion.Loss? = nil,
        at seconds: Int64 = 5
    ) async throws -> CompletionResult {
        try await ledger.complete(
            Completion(
                delivery: lease.delivery.id,
                token: lease.token,
                outputs: outputs.map { Completion.Output(bucket: "clean", info: Sample.info($0, version)) },
                caused: caused,
                loss: loss,
                now: Sample.time(seconds)
            )
        )
    }

    /// Sees a version and brings it to `done` with these outputs.
    @discardableResult func process(
        _ version: String,
        of target: TargetID = Sample.target,
        outputs: [ObjectKey],
        content: UInt64,
        wantsAfterAction: Bool = false
    ) async throws -> Lease {
        try await see(version, of: target)
        let leases = try await lease(trigger: target.trigger)
        let lease = try #require(leases.first { $0.delivery.target == target })
        let decision = try await decide(
            lease,
            outputs: outputs.map { Self.output($0, content: content) },
            content: content,
            wantsAfterAction: wantsAfterAction
        )
        // Without outputs it is done with the decision.
        if decision == .done { return lease }
        guard case .commit = decision else { throw SluiceError(.cancelled, "Not decided: \(decision)") }
        let result = try await complete(lease, outputs: outputs)
        guard case .done = result else { throw SluiceError(.cancelled, "Not completed: \(result)") }
        return lease
    }

    func end(
        _ lease: Lease,
        _ outcome: AttemptEnding.Outcome,
        at seconds: Int64 = 4
    ) async throws -> EndResult {
        try await ledger.end(
            AttemptEnding(
                delivery: lease.delivery.id,
                token: lease.token,
                outcome: outcome,
                now: Sample.time(seconds)
            )
        )
    }

    func count(_ state: DeliveryState) async throws -> Int64 {
        try await ledger.counters().filter { $0.state == state }.reduce(0) { $0 + $1.count }
    }
}
