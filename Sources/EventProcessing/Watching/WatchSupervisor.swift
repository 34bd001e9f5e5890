internal import EventModel
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
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.restartSignal.wait() }
                for watcher in watchers { group.addTask { await watcher.run() } }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Begins anew with the current configuration.
    func restart() { restartSignal.raise() }

    /// Ends `run`; what a watcher has begun to record is recorded.
    func stop() {
        state.withLock { $0.isStopping = true }
        restartSignal.raise()
    }

    /// Scans every watched bucket once, to the end.
    func scanOnce() async throws(SluiceError) {
        for watcher in makeWatchers() {
            try await watcher.scan()
            _ = await intake.recheck(watcher.bucket)
        }
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
