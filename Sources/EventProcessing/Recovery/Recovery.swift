internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import TriggerRules

/// What a boot does before anything is leased: decided commits go forward, what dead boots staged is removed.
struct Recovery: Sendable {
    /// What all parts share.
    let core: ProcessingCore
    /// Records what is seen.
    let intake: Intake

    /// Begins the boot and tries every decided commit once. Returns those whose store did not answer: they
    /// go on in the background, which is safe, for the ledger leases nothing of a target whose commit is
    /// open.
    func begin() async throws(SluiceError) -> [PendingCommit] {
        let now = core.clock.now
        let report = try await core.ledger.beginBoot(core.owner, at: now)
        core.take(try await core.ledger.registerTriggers(Self.registrations(core.configuration), at: now))
        core.logger.info(
            "boot begins",
            metadata: [
                "boot": "\(core.owner.boot)", "previous": "\(report.previousWasClean ? "clean" : "unclean")",
                "committing": "\(report.committing.count)", "ended-leases": "\(report.endedLeases)",
            ]
        )
        let forward = RollForward(core: core, intake: intake)
        return await withTaskGroup(of: PendingCommit?.self) { group in
            var rest: [PendingCommit] = []
            for (index, pending) in report.committing.enumerated() {
                if index >= 16, let left = await group.next() ?? nil { rest.append(left) }
                group.addTask {
                    do throws(SluiceError) {
                        _ = try await forward.once(pending)
                        return nil
                    } catch {
                        self.core.logger.warning(
                            "a decided commit waits",
                            metadata: ["delivery": "\(pending.delivery.id)", "error": "\(error)"]
                        )
                        return pending
                    }
                }
            }
            for await left in group { if let left { rest.append(left) } }
            return rest
        }
    }

    /// Rolls the rest forward, and sweeps every bucket, each for as long as it takes; returns early when
    /// cancelled.
    func goOn(with rest: [PendingCommit]) async {
        let forward = RollForward(core: core, intake: intake)
        await withDiscardingTaskGroup { group in
            for pending in rest { group.addTask { _ = await forward.run(pending) } }
            for setup in core.configuration.buckets.values {
                group.addTask { await sweep(setup.store, sparing: rest, waits: true) }
            }
        }
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
                guard waits, await core.backOff(afterFailures: failures) else { return }
            }
        }
    }

    /// What the ledger must know of the configured triggers.
    static func registrations(_ configuration: ProcessingConfiguration) -> [TriggerRegistration] {
        configuration.matcher.triggers.map { TriggerRegistration(name: $0.name, bucket: $0.bucket) }
    }
}
