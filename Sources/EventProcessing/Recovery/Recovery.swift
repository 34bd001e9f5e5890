internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import Synchronization
internal import TriggerRules

/// What a boot does before anything is leased: decided commits go forward, what dead boots staged is removed.
struct Recovery: Sendable {
    /// What all parts share.
    let core: ProcessingCore
    /// Records what is seen.
    let intake: Intake

    /// Begins the boot and tries decided commits once. Returns those whose store did not answer, the others
    /// of its bucket, and all that are left when the task is cancelled: they go on in the background, which
    /// is safe, for the ledger leases nothing of a target whose commit is open.
    func begin() async throws(SluiceError) -> [PendingCommit] {
        let now = core.clock.now
        let report = try await core.ledger.beginBoot(core.owner, at: now)
        core.replace(lanes: JobLane.lanes(of: try await core.ledger.openJobs(), core.configuration))
        try await core.register(core.configuration, at: now)
        core.logger.info(
            "boot begins",
            metadata: [
                "boot": "\(core.owner.boot)", "previous": "\(report.previousWasClean ? "clean" : "unclean")",
                "committing": "\(report.committing.count)", "ended-leases": "\(report.endedLeases)",
            ]
        )
        let forward = RollForward(core: core, intake: intake)
        let down = Mutex<Set<BucketName>>([])
        let rest = await Several.each(report.committing) { pending -> PendingCommit? in
            // One request to a store that does not answer takes long enough; each other takes as long.
            guard !Task.isCancelled, down.withLock({ $0.isDisjoint(with: pending.buckets) }) else {
                return pending
            }
            do throws(SluiceError) {
                _ = try await forward.once(pending)
                return nil
            } catch {
                if error.code.blame == .outage { down.withLock { $0.formUnion(pending.buckets) } }
                core.logger.warning(
                    "a decided commit waits",
                    metadata: ["delivery": "\(pending.delivery.id)", "error": "\(error)"]
                )
                return pending
            }
        }
        return rest.compactMap(\.self)
    }

    /// Rolls the rest forward, and sweeps every bucket, each for as long as it takes, or in one round only as
    /// long as a few tries take; returns early when cancelled.
    func goOn(with rest: [PendingCommit]) async {
        let forward = RollForward(core: core, intake: intake)
        await withDiscardingTaskGroup { group in
            for pending in rest { group.addTask { note(await forward.run(pending), of: pending) } }
            for setup in core.configuration.buckets.values {
                group.addTask { await sweep(setup.store, sparing: rest, waits: true) }
            }
        }
    }

    private func note(_ result: Result<CompletionResult, SluiceError>, of pending: PendingCommit) {
        guard case .failure(let error) = result else { return }
        for bucket in Set(pending.publish.map(\.bucket)) { core.round?.note(error, with: bucket) }
    }

    /// Sweeps every bucket once; what a store does not answer is left to the next time.
    func sweep(sparing rest: [PendingCommit]) async {
        await withDiscardingTaskGroup { group in
            for setup in core.configuration.buckets.values {
                group.addTask { await sweep(setup.store, sparing: rest, waits: false) }
            }
        }
    }

    private func sweep(_ store: any ObjectStore, sparing rest: [PendingCommit], waits: Bool) async {
        let keeping = Set(
            rest.flatMap(\.publish).filter { $0.bucket == store.bucket }.map {
                StagedReference(text: $0.staged)
            }
        )
        var failures = 0
        while true {
            do throws(SluiceError) {
                let count = try await store.sweep(
                    ledger: core.ledger.id,
                    currentBoot: core.owner.boot,
                    keeping: keeping
                )
                if count > 0 {
                    core.tell("sweep", bucket: store.bucket, "\(count) staged outputs of dead boots removed")
                }
                return
            } catch {
                failures += 1
                core.logger.warning(
                    "a sweep waits",
                    metadata: ["bucket": "\(store.bucket)", "error": "\(error)"]
                )
                // Who may not, or cannot, is not asked again before the next sweep.
                let refusals = [SluiceError.Code.storageAccessDenied, .storageUnsupported, .storageRefused]
                if refusals.contains(error.code) { return }
                if let round = core.round, failures >= RoundTroubles.mostTries {
                    return round.note(error, with: store.bucket)
                }
                guard waits, await core.backOff(afterFailures: failures) else { return }
            }
        }
    }
}

extension PendingCommit {
    /// The buckets that it changes.
    fileprivate var buckets: Set<BucketName> { Set(publish.map(\.bucket) + remove.map(\.bucket)) }
}
