internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import TriggerRules

/// Deletes, moves or tags sources whose deliveries are all done (DESIGN 5, step 7): only that very version,
/// never over something else, again after a failure.
///
/// Each bucket has a lane of its own, so that a store that does not answer holds up none but its own.
final class AfterPerformer: Service {
    /// What may have become due unnoticed (it failed before this boot) waits no longer.
    private static let longestSleep = Duration.seconds(300)

    private let core: ProcessingCore
    private let intake: Intake
    private let lanes = Mutex<[BucketName: AfterLane]>([:])

    /// Uses what all parts share.
    init(core: ProcessingCore, intake: Intake) {
        self.core = core
        self.intake = intake
    }

    /// Performs what becomes due until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            var isFirst = true
            while !Task.isCancelled {
                for bucket in buckets(all: isFirst) {
                    let lane = lane(bucket)
                    group.addTask { await lane.work() }
                }
                isFirst = false
                await core.afterSignal.wait(until: nextWake(), clock: core.clock)
            }
        }
    }

    /// Performs all that is due now; what fails waits.
    func performDue() async throws(SluiceError) {
        let failures = await Several.each(buckets(all: true)) { bucket -> SluiceError? in
            do throws(SluiceError) {
                try await self.lane(bucket).performDue()
                return nil
            } catch {
                return error
            }
        }
        if let failure = failures.lazy.compactMap(\.self).first { throw failure }
    }

    /// Those with an after-action; at first also those that may have had one when it was decided.
    private func buckets(all: Bool) -> [BucketName] {
        core.configuration.buckets.filter { all || $0.value.after != .keep }.keys.sorted()
    }

    private func lane(_ bucket: BucketName) -> AfterLane {
        lanes.withLock { lanes in
            if let lane = lanes[bucket] { return lane }
            let lane = AfterLane(core: core, intake: intake, bucket: bucket)
            lanes[bucket] = lane
            return lane
        }
    }

    private func nextWake() -> Duration? {
        guard !buckets(all: false).isEmpty else { return nil }
        let now = core.clock.uptime
        let wakes = lanes.withLock { Array($0.values) }.compactMap { $0.nextWake(after: now) }
        return min(wakes.min() ?? now + Self.longestSleep, now + Self.longestSleep)
    }
}
