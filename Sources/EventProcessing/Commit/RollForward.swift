internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import TriggerRules

/// Steps d, e and f of DESIGN 5.6: what was decided becomes visible, outdated outputs go, and one
/// transaction ends it. Every step may be repeated, so an attempt and a recovery share this code.
///
/// `committing` has one way out: forward, or back to ready when the store lost what was staged.
struct RollForward: Sendable {
    /// What became of the outputs of a commit.
    private struct Publication {
        /// Those that are visible.
        var visible: [Completion.Output] = []
        /// Those that the store lost.
        var lost: [PlannedOutput] = []
        /// How the first one was lost.
        var failure: SluiceError?
    }

    /// What all parts share.
    let core: ProcessingCore
    /// Told of keys whose objects went away or may have been looked at while the commit was under way.
    let intake: Intake

    /// Goes forward until it is done; waits out every failure, or in one round a few. Fails when the task was
    /// cancelled before, and where the round gave up: the next boot goes on.
    func run(_ pending: PendingCommit) async -> Result<CompletionResult, SluiceError> {
        var failures = 0
        let subject = "commit of delivery \(pending.delivery.id)"
        while true {
            do throws(SluiceError) {
                let result = try await once(pending)
                core.clearProblem(about: subject)
                return .success(result)
            } catch {
                failures += 1
                core.heed(error)
                if core.note(problem: "\(subject) waits: \(error.message)", about: subject) {
                    core.logger.warning(
                        "a decided commit waits",
                        metadata: ["delivery": "\(pending.delivery.id)", "error": "\(error)"]
                    )
                }
                if core.round != nil, failures >= RoundTroubles.mostTries { return .failure(error) }
                guard await core.backOff(afterFailures: failures) else {
                    return .failure(SluiceError(.cancelled, "The \(subject) was cancelled."))
                }
            }
        }
    }

    /// One pass over all steps; whatever the store lost, all else goes forward.
    func once(_ pending: PendingCommit) async throws(SluiceError) -> CompletionResult {
        let configuration = core.configuration
        let blocking = Self.blocking(pending)
        try await remove(blocking, configuration)
        let publication = try await publish(pending, configuration)
        try await remove(pending.remove.filter { !blocking.contains($0) }, configuration)
        let completion = Completion(
            delivery: pending.delivery.id,
            token: pending.token,
            outputs: publication.visible,
            caused: try await caused(by: publication.visible, hop: pending.delivery.hop),
            loss: loss(publication.failure, of: pending.delivery),
            now: core.clock.now
        )
        let result = try await core.ledger.complete(completion)
        report(completion, result, pending)
        // Only now: until it is in the ledger, every boot has to be told of the loss.
        let lost = publication.lost.map {
            StagedPlace(bucket: $0.bucket, reference: StagedReference(text: $0.staged))
        }
        await configuration.discard(lost, core.logger)
        for (bucket, rows) in Dictionary(grouping: pending.remove, by: \.bucket) {
            await intake.hint(rows.map(\.key), in: bucket)
        }
        return result
    }

    /// Outdated outputs that lie where the new ones need a directory: the one `a` where `a/b` shall lie goes
    /// before, all others once the new ones are visible.
    private static func blocking(_ pending: PendingCommit) -> [OutputRow] {
        if pending.remove.isEmpty { return [] }
        let removed = Set(pending.remove.map { OutputPlace(bucket: $0.bucket, key: $0.key) })
        var blocking: Set<OutputPlace> = []
        for output in pending.publish {
            let parents = OutputPlace(bucket: output.bucket, key: output.key).parents
            blocking.formUnion(parents.filter(removed.contains))
        }
        return pending.remove.filter { blocking.contains(OutputPlace(bucket: $0.bucket, key: $0.key)) }
    }

    /// Removes what we made, and only that: an object that somebody put in its place stays.
    ///
    /// Several at a time, which share the syncs of their directories.
    private func remove(
        _ rows: [OutputRow],
        _ configuration: ProcessingConfiguration
    ) async throws(SluiceError) {
        let failures = await Several.each(rows) { row -> SluiceError? in
            guard let version = row.version else { return nil }
            do throws(SluiceError) {
                _ = try await Self.store(row.bucket, configuration).delete(row.key, ifVersion: version)
                return nil
            } catch {
                return error
            }
        }
        if let failure = failures.lazy.compactMap(\.self).first { throw failure }
    }

    private static func store(
        _ bucket: BucketName,
        _ configuration: ProcessingConfiguration
    ) throws(SluiceError) -> any ObjectStore {
        guard let setup = configuration.buckets[bucket] else {
            throw SluiceError(
                .processingUnconfigured,
                "A commit needs bucket '\(bucket)', which is not configured any more.",
                hint: "Put the bucket back until the commit is through."
            )
        }
        return setup.store
    }

    private func publish(
        _ pending: PendingCommit,
        _ configuration: ProcessingConfiguration
    ) async throws(SluiceError) -> Publication {
        var publication = Publication()
        for (bucket, group) in Dictionary(grouping: pending.publish, by: \.bucket) {
            let store = try Self.store(bucket, configuration)
            let requests = group.map {
                PublishRequest(
                    staged: StagedReference(text: $0.staged),
                    key: $0.key,
                    digest: $0.digest,
                    expecting: $0.mayReplace ? .anything : .absent
                )
            }
            for (output, answer) in zip(group, await store.publish(requests)) {
                do throws(SluiceError) {
                    let info = try answer.get().info
                    publication.visible.append(Completion.Output(bucket: bucket, info: info))
                } catch {
                    switch error.code {
                    case .storageStagedGone: forget(output, of: pending.delivery, error)
                    case .storageStagedLost:
                        publication.lost.append(output)
                        publication.failure = publication.failure ?? error
                    default: throw error
                    }
                }
            }
        }
        return publication
    }

    /// At once the first time; a store that loses again and again is not to be kept busy.
    private func loss(_ failure: SluiceError?, of delivery: Delivery) -> Completion.Loss? {
        guard let failure else { return nil }
        let losses = delivery.attempts - delivery.tries - delivery.crashes
        let wait = FailurePolicy.wait(afterOutages: losses, random: core.random.fraction())
        return Completion.Loss(
            FailureRecord(failure),
            retryAt: wait.map { core.clock.now.advanced(by: $0) }
        )
    }

    /// Nothing but a publish takes a staged output of an open commit away: it was visible, and whoever reads
    /// that bucket moved or replaced it before the commit was through. The commit goes forward without it;
    /// waiting would keep its target from every newer version for ever.
    private func forget(_ output: PlannedOutput, of delivery: Delivery, _ error: SluiceError) {
        core.tell("taken", delivery.target, delivery: delivery.id, "\(output.bucket):\(output.key)")
        core.logger.warning(
            "an output was taken away before its commit was complete",
            metadata: ["delivery": "\(delivery.id)", "error": "\(error)"]
        )
    }

    private func caused(
        by outputs: [Completion.Output],
        hop: Int
    ) async throws(SluiceError) -> [Completion.Caused] {
        let configuration = core.configuration
        var caused: [Completion.Caused] = []
        for (bucket, group) in Dictionary(grouping: outputs, by: \.bucket) {
            let triggers = configuration.triggers(on: bucket)
            guard !triggers.isEmpty else { continue }
            let rows = try await core.ledger.targets(in: bucket, keys: group.map(\.info.key))
            caused += Chaining.caused(
                by: group.map(\.info),
                in: bucket,
                hop: hop,
                triggers: triggers,
                rows: rows
            )
        }
        return caused
    }

    private func report(_ completion: Completion, _ result: CompletionResult, _ pending: PendingCommit) {
        let delivery = pending.delivery
        switch result {
        case .fenced: return
        case .done(let caused):
            reportDone(delivery, outputs: completion.outputs.count)
            report(completion)
            if !caused.isEmpty { core.dispatchSignal.raise() }
        case .lost:
            let failure = completion.loss?.failure
            core.tell("lost", delivery.target, delivery: delivery.id, failure?.message ?? "")
            core.logger.warning(
                "a store lost staged outputs, which are made again",
                metadata: ["delivery": "\(delivery.id)", "error": "\(failure?.message ?? "")"]
            )
            report(completion)
            core.dispatchSignal.raise()
        }
    }

    /// Tells that a delivery is done, and that its after-action may be due.
    func reportDone(_ delivery: Delivery, outputs: Int) {
        core.tell("done", delivery.target, delivery: delivery.id, "\(outputs) outputs")
        if core.configuration.buckets[delivery.target.bucket]?.after != .keep { core.afterSignal.raise() }
    }

    /// Tells of what published outputs caused.
    private func report(_ completion: Completion) {
        for cause in completion.caused {
            core.presence.observed(cause.target.key, in: cause.target.bucket)
            if cause.delivers { continue }
            core.tell("skipped", cause.target, cause.reason ?? "")
            if cause.reason == "hop-limit" {
                core.logger.error(
                    "a chain of triggers was stopped after \(Chaining.mostHops) hops",
                    metadata: ["trigger": "\(cause.target.trigger)", "key": "\(cause.target.key)"]
                )
            }
        }
    }
}
