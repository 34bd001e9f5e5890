internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import ServiceLifecycle
internal import Synchronization

/// Keeps one bucket observed: scans at the start, at intervals and whenever hints may have been lost.
final class BucketWatcher: Service {
    /// The bucket's name.
    let bucket: BucketName
    private let core: ProcessingCore
    private let intake: Intake
    /// Raised when a scan is needed; a raise during a scan causes another one (trap W01).
    private let scanSignal = Signal()
    private let state: Mutex<BucketStatus>

    /// Uses what all parts share.
    init(core: ProcessingCore, intake: Intake, bucket: BucketName) {
        self.core = core
        self.intake = intake
        self.bucket = bucket
        state = Mutex(
            BucketStatus(
                name: bucket,
                watching: "scan",
                lastScan: nil,
                objectCount: 0,
                ineligible: [:],
                overflows: 0
            )
        )
    }

    /// What operators see.
    var status: BucketStatus { state.withLock { $0 } }

    /// Scans as soon as possible.
    func requestScan() { scanSignal.raise() }

    /// Watches until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.scanAgainAndAgain() }
            group.addTask { await self.recheckAgainAndAgain() }
        }
    }

    /// One complete scan.
    func scan() async throws(SluiceError) {
        let summary = try await BucketScan(core: core, intake: intake, bucket: bucket).run()
        let now = core.clock.now
        state.withLock { status in
            status.lastScan = now
            status.objectCount = summary.objectCount
            status.ineligible = summary.ineligible
        }
    }

    private var watch: WatchPolicy { core.configuration.buckets[bucket]?.watch ?? WatchPolicy() }

    private func scanAgainAndAgain() async {
        var failures = 0
        while !Task.isCancelled {
            do throws(SluiceError) {
                try await scan()
                failures = 0
                core.clearProblem(about: "bucket \(bucket)")
            } catch {
                failures += 1
                if core.note(
                    problem: "bucket '\(bucket)' cannot be scanned: \(error.message)",
                    about: "bucket \(bucket)"
                ) {
                    core.logger.error(
                        "a scan failed",
                        metadata: ["bucket": "\(bucket)", "error": "\(error)"]
                    )
                }
                guard await core.backOff(afterFailures: failures) else { return }
                continue
            }
            await scanSignal.wait(until: core.clock.uptime + watch.scanInterval, clock: core.clock)
        }
    }

    private func recheckAgainAndAgain() async {
        while !Task.isCancelled {
            let next = await intake.recheck(bucket)
            if intake.takeRescan(bucket) { scanSignal.raise() }
            await intake.waitSignal(bucket).wait(until: next, clock: core.clock)
        }
    }
}
