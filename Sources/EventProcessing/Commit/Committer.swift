internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import TriggerRules

/// Takes a staged run through decision, publication and completion, in the order of DESIGN 5.6.
struct Committer: Sendable {
    /// What became of a staged run.
    enum Outcome: Sendable {
        /// Visible and done.
        case done
        /// The store lost what was staged: the delivery makes it again, or was overtaken.
        case lost
        /// The content is what the outputs were made from.
        case sameContent
        /// It may not commit: its outputs collide.
        case refused(SluiceError)
        /// The delivery is not this attempt's any more.
        case fenced(DeliveryState)
        /// Cancelled or given up on the way; the next boot goes on from where it is.
        case interrupted(SluiceError)
    }

    /// What all parts share.
    let core: ProcessingCore
    /// Records what is seen.
    let intake: Intake
    /// The snapshot that the attempt is bound to.
    let configuration: ProcessingConfiguration

    /// Decides and, if so decided, publishes and completes.
    func commit(
        _ run: StagedRun,
        of lease: Lease,
        for trigger: Trigger,
        function: Fingerprint
    ) async -> Outcome {
        let delivery = lease.delivery
        let claim = OutputClaim(ledger: core.ledger, configuration: configuration, target: delivery.target)
        let planned: [PlannedOutput]
        do throws(SluiceError) {
            planned = try await claim.plan(run.outputs, of: trigger)
        } catch {
            await configuration.discard(run.places, core.logger)
            return .refused(error)
        }
        let decision = CommitDecision(
            delivery: delivery.id,
            token: lease.token,
            version: run.version,
            digest: run.digest,
            fingerprint: function,
            outputs: planned,
            statistics: run.statistics,
            partial: run.partial,
            skipsSameContent: Self.skipsSameContent(delivery),
            wantsAfterAction: wantsAfterAction(trigger),
            now: core.clock.now
        )
        guard
            let result = await core.persist({ () throws(SluiceError) in try await core.ledger.decide(decision)
            })
        else {
            return .interrupted(SluiceError(.cancelled, "The decision was cancelled."))
        }
        switch result {
        case .commit(let pending):
            switch await RollForward(core: core, intake: intake).run(pending) {
            case .success(.done): return .done
            case .success(.lost): return .lost
            case .success(.fenced(let state)): return state == .done ? .done : .fenced(state)
            case .failure(let error): return .interrupted(error)
            }
        case .done:
            RollForward(core: core, intake: intake).reportDone(delivery, outputs: 0)
            return .done
        case .sameContent:
            await configuration.discard(run.places, core.logger)
            return .sameContent
        case .collision(let row):
            await configuration.discard(run.places, core.logger)
            return .refused(Self.collision(of: delivery.target, with: row))
        case .fenced(let state):
            // A decision whose answer was lost is fenced by itself: what it decided needs these very outputs.
            if state != .committing, state != .done { await configuration.discard(run.places, core.logger) }
            return .fenced(state)
        }
    }

    /// A job with outputs of its own leaves the object as it found it.
    private func wantsAfterAction(_ trigger: Trigger) -> Bool {
        let after = configuration.buckets[trigger.bucket]?.after ?? .keep
        return after != .keep && configuration.lane(trigger.name) == nil
    }

    /// An operator who retries, or a job, wants the outputs made; anything else wants them up to date.
    private static func skipsSameContent(_ delivery: Delivery) -> Bool {
        let isOperatorsRetry = delivery.deliveryClass == .retry && delivery.tries == 0
        return delivery.deliveryClass != .job && !isOperatorsRetry
    }

    private static func collision(of target: TargetID, with row: OutputRow) -> SluiceError {
        SluiceError(
            .outputCollision,
            "'\(target.bucket):\(target.key)' through trigger '\(target.trigger)' would write "
                + "'\(row.bucket):\(row.key)', which belongs to '\(row.owner.bucket):\(row.owner.key)' "
                + "through trigger '\(row.owner.trigger)'.",
            hint: "Make the keys differ: use {dir} or {key} in `output:`."
        )
    }
}
