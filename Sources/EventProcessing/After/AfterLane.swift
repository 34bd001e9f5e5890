internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import Synchronization

/// The after-actions of one bucket, several at a time, however many tasks call it.
final class AfterLane: Sendable {
    private struct State {
        /// Whose action is performed; at most `Several.atATime`.
        var underWay: Set<ObjectKey> = []
        /// A store does not answer: until then nothing is begun.
        var pausedUntil = Duration.zero
        /// When what failed is due again, in whole seconds of uptime.
        var wakes: Set<Int64> = []

        /// How many may be begun.
        func room(at now: Duration) -> Int { pausedUntil > now ? 0 : Several.atATime - underWay.count }

        mutating func wake(at moment: Duration) { wakes.insert(moment.components.seconds + 1) }
    }

    private let state = Mutex(State())
    private let core: ProcessingCore
    private let intake: Intake
    private let bucket: BucketName
    private let mover: AfterMove

    /// A lane of a bucket.
    init(core: ProcessingCore, intake: Intake, bucket: BucketName) {
        self.core = core
        self.intake = intake
        self.bucket = bucket
        mover = AfterMove(core: core, intake: intake)
    }

    /// Performs what is due; waits a little where the ledger fails.
    func work() async {
        do throws(SluiceError) {
            try await performDue()
        } catch {
            core.heed(error)
            core.logger.warning("after-actions wait", metadata: ["error": "\(error)"])
            wait(.seconds(5), isOutage: true)
        }
    }

    /// Performs what is due, until nothing is any more that is not under way, or a store does not answer.
    func performDue() async throws(SluiceError) {
        let failure = await withTaskGroup(of: SluiceError?.self) { group in
            var failure: SluiceError?
            repeat {
                do throws(SluiceError) {
                    if failure == nil, !Task.isCancelled {
                        for action in try await claim() { group.addTask { await self.finish(action) } }
                    }
                } catch {
                    failure = error
                }
                guard let end = await group.next() else { return failure }
                failure = failure ?? end
            } while true
        }
        if let failure { throw failure }
    }

    /// When something that failed is due again.
    func nextWake(after now: Duration) -> Duration? {
        state.withLock { state in
            state.wakes = state.wakes.filter { .seconds($0) > now }
            return state.wakes.min().map { .seconds($0) }
        }
    }

    /// What is to be performed now. One that another call just performed may come again, which does nothing.
    private func claim() async throws(SluiceError) -> [AfterAction] {
        guard state.withLock({ $0.room(at: core.clock.uptime) }) > 0 else { return [] }
        let due = try await core.ledger.dueAfterActions(
            in: bucket,
            limit: 2 * Several.atATime,
            at: core.clock.now
        )
        let now = core.clock.uptime
        return state.withLock { state in
            let new = due.filter { !state.underWay.contains($0.key) }.prefix(max(0, state.room(at: now)))
            state.underWay.formUnion(new.map(\.key))
            return Array(new)
        }
    }

    private func wait(_ time: Duration, isOutage: Bool) {
        let until = core.clock.uptime + time
        state.withLock { state in
            state.wake(at: until)
            if isOutage { state.pausedUntil = max(state.pausedUntil, until) }
        }
        // The one who sleeps does not know of it yet.
        core.afterSignal.raise()
    }

    /// Performs one and records what became of it; returns how the ledger failed.
    private func finish(_ action: AfterAction) async -> SluiceError? {
        defer { state.withLock { _ = $0.underWay.remove(action.key) } }
        do throws(SluiceError) {
            let failure = await failure(of: action)
            let now = core.clock.now
            let subject = "after-actions of \(bucket)"
            guard let failure else {
                core.clearProblem(about: subject)
                try await core.ledger.finishAfterAction(action, error: nil, retryAt: nil, at: now)
                return nil
            }
            if failure.code.blame == .object {
                core.note(problem: "\(subject): \(failure.message)", about: subject)
            }
            // An object loses tags by somebody's hand only: once a day is often enough to look.
            let isLasting = failure.code == .storageTooManyTags
            let backoff = Backoff(
                initial: .seconds(isLasting ? 86_400 : 1),
                maximum: .seconds(isLasting ? 86_400 : 300)
            )
            let time = backoff.ceiling(afterFailures: action.tries + 1) * (0.5 + core.random.fraction() / 2)
            try await core.ledger.finishAfterAction(
                action,
                error: FailureRecord(failure),
                retryAt: now.advanced(by: time),
                at: now
            )
            wait(time, isOutage: failure.code.blame == .outage)
            return nil
        } catch {
            return error
        }
    }

    /// Performs one; nil when it went well.
    private func failure(of action: AfterAction) async -> SluiceError? {
        do throws(SluiceError) {
            let effect = try await perform(action)
            if effect != .nothing { tell(action, "done") }
            if effect == .removed { await intake.hint([action.key], in: action.bucket) }
            return nil
        } catch {
            tell(action, "failed: \(error.message)")
            core.logger.warning(
                "an after-action failed",
                metadata: ["key": "\(action.bucket):\(action.key)", "error": "\(error)"]
            )
            return error
        }
    }

    private func tell(_ action: AfterAction, _ detail: String) {
        core.feed.add("after", at: core.clock.now, bucket: action.bucket, key: action.key, detail: detail)
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
            let source = try await setup.store.head(action.key)
            guard let source, source.version == action.version else { return .nothing }
            try await mover.copy(source, from: setup.store, to: template, configuration)
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
}
