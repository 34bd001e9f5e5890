internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import ServiceLifecycle
internal import Synchronization
internal import TriggerRules

/// Deletes, moves or tags sources whose deliveries are all done (DESIGN 5, step 7): only that very version,
/// never over something else, again after a failure.
final class AfterPerformer: Service {
    private static let batch = 64
    private let core: ProcessingCore
    private let intake: Intake
    /// Numbers this boot's copies; negative tokens are never an attempt's.
    private let copies = Atomic<Int64>(0)
    private let failures = Atomic(0)

    /// Uses what all parts share.
    init(core: ProcessingCore, intake: Intake) {
        self.core = core
        self.intake = intake
    }

    /// Performs what becomes due until the task is cancelled.
    func run() async {
        var nextRetry: Duration?
        while !Task.isCancelled {
            do throws(SluiceError) {
                nextRetry = try await performDue() ?? nextRetry.flatMap { $0 > core.clock.uptime ? $0 : nil }
            } catch {
                core.logger.warning("after-actions wait", metadata: ["error": "\(error)"])
                nextRetry = core.clock.uptime + .seconds(5)
            }
            await core.afterSignal.wait(until: nextRetry, clock: core.clock)
        }
    }

    /// How many times an after-action failed, or was put off.
    var failureCount: Int { failures.load(ordering: .relaxed) }

    /// Performs all that is due now; returns when the first that failed is due again. In one round those of a
    /// bucket whose store was out of order a few times are put off without a try.
    func performDue() async throws(SluiceError) -> Duration? {
        var nextRetry: Duration?
        var outages: [BucketName: (count: Int, last: SluiceError)] = [:]
        while true {
            let actions = try await core.ledger.dueAfterActions(limit: Self.batch, at: core.clock.now)
            guard !actions.isEmpty, !Task.isCancelled else { return nextRetry }
            for action in actions {
                let outage = outages[action.bucket]
                let isPutOff = core.round != nil && (outage?.count ?? 0) >= RoundTroubles.mostTries
                let failure = try await finish(action, puttingOff: isPutOff ? outage?.last : nil)
                if let (error, wait) = failure {
                    if error.code.blame == .outage {
                        outages[action.bucket] = ((outage?.count ?? 0) + 1, error)
                    }
                    nextRetry = min(nextRetry ?? .seconds(Int64.max / 4), core.clock.uptime + wait)
                }
            }
        }
    }

    /// Performs one, or puts it off for an error of others, and records what became of it; returns why and
    /// how long to wait before it is tried again.
    private func finish(
        _ action: AfterAction,
        puttingOff known: SluiceError?
    ) async throws(SluiceError) -> (error: SluiceError, wait: Duration)? {
        let target = TargetID(trigger: "", bucket: action.bucket, key: action.key)
        let subject = "after-actions of \(action.bucket)"
        do throws(SluiceError) {
            if let known { throw known }
            let effect = try await perform(action)
            if effect != .nothing {
                core.feed.add(
                    "after",
                    at: core.clock.now,
                    bucket: target.bucket,
                    key: target.key,
                    detail: "done"
                )
            }
            if effect == .removed { await intake.hint([action.key], in: action.bucket) }
            try await core.ledger.finishAfterAction(action, error: nil, retryAt: nil, at: core.clock.now)
            core.clearProblem(about: subject)
            return nil
        } catch {
            if error.code.blame == .object {
                core.note(problem: "\(subject): \(error.message)", about: subject)
            }
            // An object loses tags by somebody's hand only: once a day is often enough to look.
            let isLasting = error.code == .storageTooManyTags
            let backoff = Backoff(
                initial: .seconds(isLasting ? 86_400 : 1),
                maximum: .seconds(isLasting ? 86_400 : 300)
            )
            let wait = backoff.ceiling(afterFailures: action.tries + 1) * (0.5 + core.random.fraction() / 2)
            core.feed.add(
                "after",
                at: core.clock.now,
                bucket: target.bucket,
                key: target.key,
                detail: "failed: \(error.message)"
            )
            core.logger.warning(
                "an after-action failed",
                metadata: ["key": "\(action.bucket):\(action.key)", "error": "\(error)"]
            )
            try await core.ledger.finishAfterAction(
                action,
                error: FailureRecord(error),
                retryAt: core.clock.now.advanced(by: wait),
                at: core.clock.now
            )
            failures.add(1, ordering: .relaxed)
            return (error, wait)
        }
    }

    /// What became of the source.
    private enum Effect {
        case nothing
        case removed
        case tagged
    }

    private func perform(_ action: AfterAction) async throws(SluiceError) -> Effect {
        let configuration = core.configuration
        guard let setup = configuration.buckets[action.bucket] else { return .nothing }
        switch setup.after {
        case .keep:
            return .nothing
        case .delete:
            return try await remove(action, from: setup.store)
        case .move(let template):
            guard try await setup.store.head(action.key)?.version == action.version else { return .nothing }
            try await copy(action, from: setup.store, to: template, configuration)
            return try await remove(action, from: setup.store)
        case .tag(let tags):
            let isTagged = try await setup.store.tag(action.key, with: tags, ifVersion: action.version)
            return isTagged ? .tagged : .nothing
        }
    }

    private func remove(
        _ action: AfterAction,
        from store: any ObjectStore
    ) async throws(SluiceError) -> Effect {
        try await store.delete(action.key, ifVersion: action.version) ? .removed : .nothing
    }

    private func copy(
        _ action: AfterAction,
        from source: any ObjectStore,
        to template: OutputTemplate,
        _ configuration: ProcessingConfiguration
    ) async throws(SluiceError) {
        let key = try template.render(source: action.key)
        guard let store = configuration.buckets[template.bucket]?.store else {
            throw SluiceError(.processingUnconfigured, "No bucket '\(template.bucket)' is configured.")
        }
        if let refusal = store.refusal(of: key) { throw refusal }
        let reader = try await source.open(action.key, ifMatch: action.version)
        let number = copies.add(1, ordering: .relaxed).newValue
        let name = StageName(ledger: core.ledger.id, boot: core.owner.boot, token: -number, number: 0)
        var attributes = reader.attributes
        // Where an object is stored how is the target bucket's matter.
        attributes.storageClass = nil
        attributes.tags = try await source.tags(of: action.key, ifVersion: action.version)
        let writer = try await store.stage(name, for: key, as: attributes)
        do throws(SluiceError) {
            let digest = try await core.pool.run { () throws(SluiceError) in
                try Self.pour(reader, into: writer)
            }
            let request = PublishRequest(
                staged: writer.reference,
                key: key,
                digest: digest,
                expecting: .absent
            )
            for answer in await store.publish([request]) { _ = try answer.get() }
            await intake.hint([key], in: template.bucket)
        } catch {
            writer.abandon()
            throw error
        }
    }

    private static func pour(
        _ reader: any ObjectReader,
        into writer: any StagedWriter
    ) throws(SluiceError) -> ContentDigest {
        try reader.pour(into: writer)
        try reader.confirm()
        return try writer.finish()
    }
}
