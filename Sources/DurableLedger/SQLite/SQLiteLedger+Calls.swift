public import EventModel

// Every call is one operation of a group, or one read between groups; what it does is in `LedgerStore`.
extension SQLiteLedger {
    // MARK: Boots and triggers

    /// Ends earlier leases; see `Ledger`.
    public func beginBoot(_ owner: OwnerID, at now: Timestamp) async throws(SluiceError) -> BootReport {
        try await committer.write { store throws(SluiceError) in try store.beginBoot(owner, at: now) }
    }

    /// Ends a boot cleanly.
    public func endBoot(_ owner: OwnerID, at now: Timestamp) async throws(SluiceError) {
        try await committer.write { store throws(SluiceError) in try store.endBoot(owner, at: now) }
    }

    /// Makes the configured triggers known.
    public func registerTriggers(
        _ triggers: [TriggerRegistration],
        at now: Timestamp
    ) async throws(SluiceError) -> [TriggerRow] {
        try await committer.write { store throws(SluiceError) in try store.registerTriggers(triggers) }
    }

    /// From now on every object is new to the trigger.
    public func completeBaseline(_ trigger: TriggerName, at now: Timestamp) async throws(SluiceError) {
        try await committer.write { store throws(SluiceError) in
            try store.change(trigger) { $0.row.baselineComplete = true }
        }
    }

    /// Pauses or resumes a trigger.
    public func setPaused(
        _ trigger: TriggerName,
        reason: String?,
        at now: Timestamp
    ) async throws(SluiceError) {
        try await committer.write { store throws(SluiceError) in
            try store.change(trigger) { trigger in
                trigger.row.pausedReason = reason
                guard reason == nil else { return }
                trigger.row.failuresInARow = 0
                trigger.lastFailed = nil
            }
        }
    }

    /// All trigger rows, by name.
    public func triggers() async throws(SluiceError) -> [TriggerRow] {
        try await committer.read { store in store.triggers() }
    }

    // MARK: Observing

    /// The rows of these keys, by trigger.
    public func targets(in bucket: BucketName, keys: [ObjectKey]) async throws(SluiceError) -> [TargetRow] {
        var rows: [TargetRow] = []
        var rest = keys[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(LedgerStore.sliceAnswers))
            rest = rest.dropFirst(part.count)
            rows += try await committer.read { store throws(SluiceError) in
                var found: [TargetRow] = []
                for key in part { found += try store.targets(in: bucket, key: key).map(\.row) }
                return found
            }
        }
        return rows
    }

    /// One page of present keys; read in slices, each of a moment of its own.
    public func presentKeys(
        in bucket: BucketName,
        after: ObjectKey?,
        limit: Int
    ) async throws(SluiceError) -> [ObjectKey] {
        let limit = min(max(limit, 1), 1000)
        var found: [ObjectKey] = []
        var cursor = after
        repeat {
            let (after, count) = (cursor, limit - found.count)
            let slice = try await committer.read { store throws(SluiceError) in
                try store.presentKeys(in: bucket, after: after, limit: count)
            }
            found += slice.keys
            cursor = slice.next
        } while cursor != nil && found.count < limit
        return found
    }

    /// Records what was seen.
    public func observe(
        _ observations: [Observation],
        at now: Timestamp
    ) async throws(SluiceError) -> [ObservationResult] {
        try await committer.write { store throws(SluiceError) in
            var results: [ObservationResult] = []
            results.reserveCapacity(observations.count)
            for observation in observations { results.append(try store.observe(observation, at: now)) }
            return results
        }
    }

    // MARK: Attempts

    /// Leases what could run now.
    public func lease(_ request: LeaseRequest) async throws(SluiceError) -> [Lease] {
        try await committer.write { store throws(SluiceError) in try store.lease(request) }
    }

    /// Decides a commit.
    public func decide(_ decision: CommitDecision) async throws(SluiceError) -> DecisionResult {
        try await committer.write { store throws(SluiceError) in try store.decide(decision) }
    }

    /// Completes a commit.
    public func complete(_ completion: Completion) async throws(SluiceError) -> CompletionResult {
        try await committer.write { store throws(SluiceError) in try store.complete(completion) }
    }

    /// Ends an attempt without a commit.
    public func end(_ ending: AttemptEnding) async throws(SluiceError) -> EndResult {
        try await committer.write { store throws(SluiceError) in try store.end(ending) }
    }

    // MARK: After

    /// After-actions that are due, oldest first.
    public func dueAfterActions(
        in bucket: BucketName?,
        limit: Int,
        at now: Timestamp
    ) async throws(SluiceError) -> [AfterAction] {
        try await committer.read { store throws(SluiceError) in
            try store.dueAfterActions(in: bucket, limit: limit, at: now)
        }
    }

    /// Forgets an after-action that is done, or tries it again.
    public func finishAfterAction(
        _ action: AfterAction,
        error: FailureRecord?,
        retryAt: Timestamp?,
        at now: Timestamp
    ) async throws(SluiceError) {
        try await committer.write { store throws(SluiceError) in
            try store.finish(action, error, retryAt: retryAt ?? now)
        }
    }

    // MARK: Notes

    /// Keeps a text under a name.
    public func remember(_ name: String, _ text: String, at now: Timestamp) async throws(SluiceError) {
        try await committer.write { store throws(SluiceError) in try store.remember(name, text, at: now) }
    }

    /// The note under a name.
    public func recall(_ name: String) async throws(SluiceError) -> LedgerNote? {
        try await committer.read { store throws(SluiceError) in try store.recall(name) }
    }

    // MARK: Operators

    /// Makes dead or cancelled deliveries ready.
    public func retry(_ deliveries: [DeliveryID], at now: Timestamp) async throws(SluiceError) -> [DeliveryID]
    {
        try await committer.write { store throws(SluiceError) in try store.retry(deliveries, at: now) }
    }

    /// Ends deliveries, or marks their attempts.
    public func cancel(
        _ deliveries: [DeliveryID],
        reason: String,
        at now: Timestamp
    ) async throws(SluiceError) -> [DeliveryID] {
        try await committer.write { store throws(SluiceError) in
            try store.cancel(deliveries, reason: reason, at: now)
        }
    }

    /// Forgets finished deliveries.
    public func prune(keeping: Int, limit: Int) async throws(SluiceError) -> Int {
        try await committer.write { store throws(SluiceError) in
            try store.prune(keeping: keeping, limit: limit)
        }
    }

    // MARK: Reading

    /// One page of deliveries, newest first; read in slices, each of a moment of its own.
    public func deliveries(_ query: DeliveryQuery) async throws(SluiceError) -> [Delivery] {
        let limit = min(max(query.limit, 1), 1000)
        var found: [Delivery] = []
        var before = query.before
        repeat {
            let (cursor, count) = (before, limit - found.count)
            let slice = try await committer.read { store throws(SluiceError) in
                let newest = DeliveryID(store.memory.lastDelivery + 1)
                return try store.slice(query, before: min(cursor ?? newest, newest), limit: count)
            }
            found += slice.deliveries
            before = slice.next
        } while before != nil && found.count < limit
        return found
    }

    /// One delivery with its attempts and outputs.
    public func history(of delivery: DeliveryID) async throws(SluiceError) -> DeliveryHistory? {
        let found = try await committer.read { store throws(SluiceError) in try store.history(of: delivery) }
        guard let found else { return nil }
        return DeliveryHistory(
            delivery: found.history.delivery,
            attempts: found.history.attempts,
            outputs: try await outputs(ofTarget: found.target, delivery: delivery)
        )
    }

    /// Who owns an output key.
    public func output(in bucket: BucketName, key: ObjectKey) async throws(SluiceError) -> OutputRow? {
        try await committer.read { store throws(SluiceError) in try store.output(in: bucket, key: key) }
    }

    /// A target's outputs, by bucket and key.
    public func outputs(of target: TargetID) async throws(SluiceError) -> [OutputRow] {
        let number = try await committer.read { store throws(SluiceError) in try store.number(of: target) }
        guard let number else { return [] }
        return try await outputs(ofTarget: number, delivery: nil)
    }

    /// By bucket and key; an unpacked archive may have many thousands, so they are read in slices, each of a
    /// moment of its own.
    private func outputs(
        ofTarget number: Int64,
        delivery: DeliveryID?
    ) async throws(SluiceError) -> [OutputRow] {
        var found: [OutputRow] = []
        while true {
            let last = found.last
            let slice = try await committer.read { store throws(SluiceError) in
                try store.outputs(
                    ofTarget: number,
                    delivery: delivery,
                    after: last,
                    limit: LedgerStore.sliceOutputs
                )
            }
            found += slice
            if slice.count < Int(LedgerStore.sliceOutputs) { break }
        }
        return found.sorted { ($0.bucket, $0.key) < ($1.bucket, $1.key) }
    }

    /// Deliveries by trigger, class and state.
    public func counters() async throws(SluiceError) -> [CounterRow] {
        if let counters = committer.counters { return counters.rows }
        return try await committer.read { store in store.counters() }
    }

    /// What waits.
    public func backlog(at now: Timestamp) async throws(SluiceError) -> Backlog {
        try await committer.read { store throws(SluiceError) in try store.backlog(at: now) }
    }

    /// Proves the counters against the rows, in slices between which others are served.
    public func verify() async throws(SluiceError) -> [String] {
        let number = try await committer.read { store in store.beginProof() }
        do throws(SluiceError) {
            return try await prove(number)
        } catch {
            _ = try await committer.read { store in store.endProof(number) }
            throw error
        }
    }

    private func prove(_ number: Int) async throws(SluiceError) -> [String] {
        var problems: [String] = []
        while true {
            let (found, hasMore) = try await committer.read { store throws(SluiceError) in
                var found: [String] = []
                let hasMore = try store.continueProof(number, problems: &found)
                return (hasMore ? found : found + store.endProof(number), hasMore)
            }
            problems += found
            if !hasMore { return problems.sorted() }
        }
    }
}
