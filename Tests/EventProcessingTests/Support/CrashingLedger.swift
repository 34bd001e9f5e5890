internal import DurableLedger
internal import EventModel

/// A ledger whose every call is a place to crash: before it takes effect, and before its answer is heard.
struct CrashingLedger: Ledger {
    let inner: ReferenceLedger
    let crash: CrashPoint
    /// Answers observations instead of the ledger, unless it says nil.
    var answer: @Sendable ([Observation], Timestamp) async -> [ObservationResult]? = { _, _ in nil }
    var id: String { inner.id }

    func around<Value: Sendable>(
        _ name: String,
        _ call: () async throws(SluiceError) -> Value
    ) async throws(SluiceError) -> Value {
        try crash.pass("\(name) before")
        let value = try await call()
        try crash.pass("\(name) after")
        return value
    }

    func beginBoot(_ owner: OwnerID, at now: Timestamp) async throws(SluiceError) -> BootReport {
        try await around("beginBoot") { () throws(SluiceError) in await inner.beginBoot(owner, at: now) }
    }
    func endBoot(_ owner: OwnerID, at now: Timestamp) async throws(SluiceError) {
        try await around("endBoot") { () throws(SluiceError) in await inner.endBoot(owner, at: now) }
    }
    func registerTriggers(
        _ triggers: [TriggerRegistration],
        at now: Timestamp
    ) async throws(SluiceError) -> [TriggerRow] {
        try await around("registerTriggers") { () throws(SluiceError) in
            await inner.registerTriggers(triggers, at: now)
        }
    }
    func completeBaseline(_ trigger: TriggerName, at now: Timestamp) async throws(SluiceError) {
        try await around("completeBaseline") { () throws(SluiceError) in
            await inner.completeBaseline(trigger, at: now)
        }
    }
    func setPaused(_ trigger: TriggerName, reason: String?, at now: Timestamp) async throws(SluiceError) {
        try await around("setPaused") { () throws(SluiceError) in
            await inner.setPaused(trigger, reason: reason, at: now)
        }
    }
    func triggers() async throws(SluiceError) -> [TriggerRow] {
        try crash.pass("triggers")
        return await inner.triggers()
    }
    func targets(in bucket: BucketName, keys: [ObjectKey]) async throws(SluiceError) -> [TargetRow] {
        try crash.pass("targets")
        return await inner.targets(in: bucket, keys: keys)
    }
    func presentKeys(
        in bucket: BucketName,
        after: ObjectKey?,
        limit: Int
    ) async throws(SluiceError) -> [ObjectKey] {
        try crash.pass("presentKeys")
        return await inner.presentKeys(in: bucket, after: after, limit: limit)
    }
    func observe(
        _ observations: [Observation],
        at now: Timestamp
    ) async throws(SluiceError) -> [ObservationResult] {
        if let answers = await answer(observations, now) { return answers }
        return try await around("observe") { () throws(SluiceError) in
            await inner.observe(observations, at: now)
        }
    }
    func lease(_ request: LeaseRequest) async throws(SluiceError) -> [Lease] {
        try await around("lease") { () throws(SluiceError) in await inner.lease(request) }
    }
    func decide(_ decision: CommitDecision) async throws(SluiceError) -> DecisionResult {
        try await around("decide") { () throws(SluiceError) in await inner.decide(decision) }
    }
    func complete(_ completion: Completion) async throws(SluiceError) -> CompletionResult {
        try await around("complete") { () throws(SluiceError) in await inner.complete(completion) }
    }
    func end(_ ending: AttemptEnding) async throws(SluiceError) -> EndResult {
        try await around("end") { () throws(SluiceError) in await inner.end(ending) }
    }
    func dueAfterActions(
        in bucket: BucketName?,
        limit: Int,
        at now: Timestamp
    ) async throws(SluiceError) -> [AfterAction] {
        try crash.pass("dueAfterActions")
        return await inner.dueAfterActions(in: bucket, limit: limit, at: now)
    }
    func finishAfterAction(
        _ action: AfterAction,
        error: FailureRecord?,
        retryAt: Timestamp?,
        at now: Timestamp
    ) async throws(SluiceError) {
        try await around("finishAfterAction") { () throws(SluiceError) in
            await inner.finishAfterAction(action, error: error, retryAt: retryAt, at: now)
        }
    }
    func remember(_ name: String, _ text: String, at now: Timestamp) async throws(SluiceError) {
        try await around("remember") { () throws(SluiceError) in
            await inner.remember(name, text, at: now)
        }
    }
    func recall(_ name: String) async throws(SluiceError) -> LedgerNote? { await inner.recall(name) }
    func retry(_ deliveries: [DeliveryID], at now: Timestamp) async throws(SluiceError) -> [DeliveryID] {
        try await around("retry") { () throws(SluiceError) in await inner.retry(deliveries, at: now) }
    }
    func cancel(
        _ deliveries: [DeliveryID],
        reason: String,
        at now: Timestamp
    ) async throws(SluiceError) -> [DeliveryID] {
        try await around("cancel") { () throws(SluiceError) in
            await inner.cancel(deliveries, reason: reason, at: now)
        }
    }
    func prune(keeping: Int, limit: Int) async throws(SluiceError) -> Int {
        try await around("prune") { () throws(SluiceError) in
            await inner.prune(keeping: keeping, limit: limit)
        }
    }
    func deliveries(_ query: DeliveryQuery) async throws(SluiceError) -> [Delivery] {
        await inner.deliveries(query)
    }
    func history(of delivery: DeliveryID) async throws(SluiceError) -> DeliveryHistory? {
        await inner.history(of: delivery)
    }
    func output(in bucket: BucketName, key: ObjectKey) async throws(SluiceError) -> OutputRow? {
        try crash.pass("output")
        return await inner.output(in: bucket, key: key)
    }
    func outputs(of target: TargetID) async throws(SluiceError) -> [OutputRow] {
        await inner.outputs(of: target)
    }
    func counters() async throws(SluiceError) -> [CounterRow] {
        try crash.pass("counters")
        return await inner.counters()
    }
    func backlog(at now: Timestamp) async throws(SluiceError) -> Backlog { await inner.backlog(at: now) }
    func verify() async throws(SluiceError) -> [String] { await inner.verify() }
}
