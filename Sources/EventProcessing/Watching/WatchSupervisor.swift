internal import EventModel
internal import Execution
internal import ServiceLifecycle
internal import Synchronization

/// Runs one watcher per watched bucket; a reload begins them anew.
final class WatchSupervisor: Service {
    private struct State {
        var watchers: [BucketName: BucketWatcher] = [:]
        var isStopping = false
    }

    private let core: ProcessingCore
    private let intake: Intake
    private let restartSignal = Signal()
    private let state = Mutex(State())

    /// Uses what all parts share.
    init(core: ProcessingCore, intake: Intake) {
        self.core = core
        self.intake = intake
    }

    /// What operators see of the watched buckets, by name.
    var statuses: [BucketName: BucketStatus] { state.withLock { $0.watchers.mapValues(\.status) } }

    /// Watches until `stop`, or until the task is cancelled.
    func run() async {
        while !Task.isCancelled, !state.withLock({ $0.isStopping }) {
            let watchers = makeWatchers()
            let queues = queues()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.restartSignal.wait() }
                for watcher in watchers { group.addTask { await watcher.run() } }
                for queue in queues.values {
                    group.addTask {
                        await SQSSource(core: self.core, intake: self.intake, subscription: queue).run()
                    }
                }
                await group.next()
                group.cancelAll()
            }
            // A bucket or queue may not be watched any more; whatever still is says again what is wrong.
            core.clearProblems(about: watchers.flatMap(\.subjects) + queues.keys.map { "queue \($0.url)" })
        }
    }

    /// Begins anew with the current configuration.
    func restart() { restartSignal.raise() }

    /// Ends `run`; what a watcher has begun to record is recorded.
    func stop() {
        state.withLock { $0.isStopping = true }
        restartSignal.raise()
    }

    /// Scans every watched bucket once, to the end, and waits for files that must rest before they are taken.
    /// A bucket that cannot be scanned is noted with the round's troubles and costs the others nothing; only
    /// a failing ledger throws. `isStuck` says that nothing runs which would make room in the ledger.
    func scanOnce(isStuck: @escaping @Sendable () -> Bool) async throws(SluiceError) {
        let known = core.round?.all ?? [:]
        let watchers = makeWatchers().filter { known[$0.bucket] == nil }
        let failure = await withTaskGroup(of: SluiceError?.self) { group in
            for watcher in watchers {
                group.addTask {
                    do throws(SluiceError) {
                        try await watcher.scan(isStuck: isStuck)
                        try await self.letSettle(watcher.bucket)
                        return nil
                    } catch {
                        if error.code.name.hasPrefix("ledger.") || error.code == .cancelled { return error }
                        self.core.round?.note(error, with: watcher.bucket)
                        return nil
                    }
                }
            }
            return await group.reduce(nil) { $0 ?? $1 }
        }
        if let failure { throw failure }
    }

    private func letSettle(_ bucket: BucketName) async throws(SluiceError) {
        let settle = core.configuration.buckets[bucket]?.watch.settle ?? .zero
        // Twice: a file that changes all the time does not hold up the end.
        let deadline = core.clock.uptime + settle * 2
        _ = await intake.recheck(bucket)
        while let next = intake.nextSettled(in: bucket), next <= deadline {
            do {
                try await core.clock.sleep(until: next)
            } catch {
                throw SluiceError(.cancelled, "The scan of '\(bucket)' was cancelled.")
            }
            _ = await intake.recheck(bucket)
        }
    }

    /// One subscription for each queue, however many buckets take its messages.
    private func queues() -> [SQSQueue: SQSSubscription] {
        let configuration = core.configuration
        var queues: [SQSQueue: SQSSubscription] = [:]
        for bucket in configuration.watchedBuckets {
            for subscription in configuration.buckets[bucket]?.notifications.queues ?? [] {
                queues[subscription.queue] = queues[subscription.queue] ?? subscription
            }
        }
        return queues
    }

    private func makeWatchers() -> [BucketWatcher] {
        let watchers = core.configuration.watchedBuckets.map {
            BucketWatcher(core: core, intake: intake, bucket: $0)
        }
        state.withLock {
            $0.watchers = Dictionary(watchers.map { ($0.bucket, $0) }, uniquingKeysWith: { $1 })
        }
        return watchers
    }
}
