internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import ServiceLifecycle
internal import Synchronization
internal import TriggerRules

/// Keeps one bucket observed: hints as they come; scans at the start, at intervals and whenever hints were
/// lost.
final class BucketWatcher: Service {
    /// So many keys are looked at with one lookup in the ledger.
    private static let batch = 256
    /// A hint is never longer under way than this.
    private static let hintDelay = Duration.milliseconds(500)
    /// The bucket's name.
    let bucket: BucketName
    /// What all parts share.
    let core: ProcessingCore
    /// Records what is seen.
    let intake: Intake
    /// Raised when a scan is needed; a raise during a scan causes another one (trap W01).
    private let scanSignal = Signal()
    private let state: Mutex<BucketStatus>
    /// Whether a change feed announces what happens.
    private let hasFeed = Atomic(false)
    /// Whether hints are being looked at now.
    private let isLooking = Atomic(false)

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

    /// What it notes problems about.
    var subjects: [String] {
        ["bucket", "watch of", "scan of", "recent objects of", "vanished of"].map { "\($0) \(bucket)" }
    }

    /// Scans as soon as possible.
    func requestScan() { scanSignal.raise() }

    /// Watches until the task is cancelled.
    func run() async {
        core.clearProblem(about: "watch of \(bucket)")
        let setup = core.configuration.buckets[bucket]
        let feed = setup?.makeFeed()
        let word = setup?.notifications.word ?? ""
        state.withLock { $0.watching = (feed == nil ? "" : "inotify+") + word + "scan" }
        hasFeed.store(feed != nil, ordering: .relaxed)
        // Whatever happens after this is announced, so that nothing falls between the feed and the first
        // scan.
        await feed?.start()
        await withDiscardingTaskGroup { group in
            if let feed {
                group.addTask { await self.follow(feed) }
            }
            group.addTask { await self.scanAgainAndAgain() }
            group.addTask { await self.scanRecentAgainAndAgain() }
            group.addTask { await self.recheckAgainAndAgain() }
        }
        feed?.stop()
    }

    /// One complete scan; the first one after a trigger became known ends the trigger's baseline. Given
    /// `isStuck`, it does not wait for room that nobody makes.
    func scan(isStuck: (@Sendable () -> Bool)? = nil) async throws(SluiceError) {
        let scan = BucketScan(core: core, intake: intake, bucket: bucket, isStuck: isStuck)
        let summary = try await scan.run()
        let now = core.clock.now
        state.withLock { status in
            status.lastScan = now
            status.objectCount = summary.objectCount
            status.ineligible = summary.ineligible
        }
        guard !summary.baselines.isEmpty else { return }
        if summary.baselines.contains(where: { $0.trigger.existing == .skip }) { try await letHintsCatchUp() }
        for (trigger, existing) in summary.baselines { try await close(trigger, existing: existing) }
    }

    /// A file that was moved here while the scan ran may be older than its trigger, and the scan took it for
    /// one that was there before: its hint is under way, and corrects that for as long as the baseline is
    /// open.
    private func letHintsCatchUp() async throws(SluiceError) {
        guard hasFeed.load(ordering: .relaxed) else { return }
        do {
            repeat {
                try await core.clock.sleep(for: Self.hintDelay)
            } while isLooking.load(ordering: .relaxed)
        } catch {
            throw SluiceError(.cancelled, "The scan of '\(bucket)' was cancelled.")
        }
    }

    private func close(_ trigger: Trigger, existing: Int) async throws(SluiceError) {
        try await core.ledger.completeBaseline(trigger.name, at: core.clock.now)
        core.closeBaseline(trigger.name)
        guard trigger.existing == .skip else { return }
        core.tell(
            "existing",
            bucket: bucket,
            trigger: trigger.name,
            "\(existing) objects were there before: skipped"
        )
        core.logger.notice(
            "objects that were there before the trigger are skipped",
            metadata: ["trigger": "\(trigger.name)", "count": "\(existing)"]
        )
    }

    /// Looks at what the feed announces, batch by batch; while it looks, hints pile up in the feed's bounded
    /// queue.
    private func follow(_ feed: any ChangeFeed) async {
        while !Task.isCancelled {
            isLooking.store(false, ordering: .relaxed)
            let hints = await feed.next()
            isLooking.store(true, ordering: .relaxed)
            guard !hints.isEmpty else { break }
            var keys: Set<ObjectKey> = []
            for hint in hints {
                switch hint {
                case .changed(let key): keys.insert(key)
                case .overflow: noteOverflow()
                case .degraded(let reason): noteDegraded(reason)
                }
            }
            var rest = Array(keys)[...]
            while !rest.isEmpty {
                await intake.hint(Array(rest.prefix(Self.batch)), in: bucket)
                rest = rest.dropFirst(Self.batch)
            }
        }
        isLooking.store(false, ordering: .relaxed)
    }

    private func noteOverflow() {
        state.withLock { $0.overflows += 1 }
        core.metrics.update { $0.overflows[bucket, default: 0] += 1 }
        core.tell("overflow", bucket: bucket, "hints were lost; scanning")
        core.logger.notice("a notification queue overflowed", metadata: ["bucket": "\(bucket)"])
        scanSignal.raise()
    }

    private func noteDegraded(_ reason: String) {
        core.note(
            problem: "bucket '\(bucket)' is not watched as a whole: \(reason)",
            about: "watch of \(bucket)"
        )
        core.tell("degraded", bucket: bucket, reason)
        core.logger.warning(
            "a bucket is not watched as a whole",
            metadata: ["bucket": "\(bucket)", "reason": "\(reason)"]
        )
        scanSignal.raise()
    }

    /// How the bucket is watched now.
    var watch: WatchPolicy { core.configuration.buckets[bucket]?.watch ?? WatchPolicy() }

    private func scanAgainAndAgain() async {
        var failures = 0
        while !Task.isCancelled {
            do throws(SluiceError) {
                try await scan()
                failures = 0
                core.clearProblem(about: "bucket \(bucket)")
            } catch {
                failures += 1
                core.heed(error)
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
