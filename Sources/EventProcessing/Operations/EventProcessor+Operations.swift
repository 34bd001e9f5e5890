public import DurableLedger
public import EventModel
internal import Execution
internal import ObjectStorage
internal import TriggerRules

extension EventProcessor: Operations {
    /// What the ledger alone answers.
    var atRest: LedgerOperations {
        LedgerOperations(ledger: core.ledger, configuration: core.configuration, clock: core.clock)
    }

    /// The service as a whole: `ok`, `degraded` with reasons, or `failing` when the ledger does not answer.
    public func status() async throws(SluiceError) -> ServiceStatus {
        var status = try await atRest.status()
        let watched = supervisor.statuses
        var problems = core.problems
        problems += status.triggers.compactMap { row in
            guard row.isConfigured, let reason = row.pausedReason else { return nil }
            return "trigger '\(row.name)' is paused: \(reason)"
        }
        status.health = core.hasLedgerProblem ? "failing" : problems.isEmpty ? "ok" : "degraded"
        status.problems = problems
        status.started = core.started
        status.activeAttempts = dispatcher.activeCount
        status.rejected = metrics.rejected
        status.notifications = metrics.notifications
        status.buckets = status.buckets.map { bucket in
            var bucket = watched[bucket.name] ?? bucket
            if watched[bucket.name] == nil { bucket.watching = "output only" }
            return bucket
        }
        return status
    }

    /// Everything known of one key, matched or not.
    public func why(_ bucket: BucketName, _ key: ObjectKey) async throws(SluiceError) -> Explanation {
        try await atRest.why(bucket, key)
    }

    /// One page of deliveries, newest first.
    public func deliveries(_ query: DeliveryQuery) async throws(SluiceError) -> [Delivery] {
        try await atRest.deliveries(query)
    }

    /// One delivery with its attempts and outputs.
    public func history(of delivery: DeliveryID) async throws(SluiceError) -> DeliveryHistory? {
        try await atRest.history(of: delivery)
    }

    /// Dead or cancelled deliveries become ready, and are begun as soon as there is a place.
    public func retry(_ deliveries: [DeliveryID]) async throws(SluiceError) -> [DeliveryID] {
        let changed = try await atRest.retry(deliveries)
        if !changed.isEmpty { core.dispatchSignal.raise() }
        return changed
    }

    /// Ready, leased or dead deliveries end as cancelled; running functions are told to end.
    public func cancel(
        _ deliveries: [DeliveryID],
        reason: String
    ) async throws(SluiceError) -> [DeliveryID] {
        let changed = try await atRest.cancel(deliveries, reason: reason)
        dispatcher.cancel(changed)
        return changed
    }

    /// Resumes a paused trigger, or pauses it with a reason; attempts that run go on.
    public func setPaused(_ trigger: TriggerName, reason: String?) async throws(SluiceError) {
        try await atRest.setPaused(trigger, reason: reason)
        core.setPaused(trigger, reason != nil)
        let bucket = core.configuration.trigger(trigger)?.bucket ?? ""
        core.tell(reason == nil ? "resumed" : "paused", bucket: bucket, trigger: trigger, reason ?? "")
    }

    /// Says that a key may have changed; costs at most one look at the store.
    public func hint(_ bucket: BucketName, _ key: ObjectKey) async throws(SluiceError) {
        guard let store = core.configuration.buckets[bucket]?.store else {
            throw SluiceError(.processingUnconfigured, "No bucket '\(bucket)' is configured.")
        }
        if let refusal = store.refusal(of: key) { throw refusal }
        await intake.hint([key], in: bucket)
    }

    /// The last entries of the feed with a number above `after`, oldest first.
    public func feed(after: UInt64, limit: Int) async -> [FeedEntry] {
        core.feed.entries(after: after, limit: limit)
    }

    /// Proves the ledger's counters against its rows; empty when all is well.
    public func verifyLedger() async throws(SluiceError) -> [String] { try await atRest.verifyLedger() }
}
