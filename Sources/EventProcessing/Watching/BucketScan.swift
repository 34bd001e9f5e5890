internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import TriggerRules

/// One complete listing of a bucket, page by page: the truth that hints only anticipate (DESIGN 1).
struct BucketScan: Sendable {
    /// What a complete listing showed.
    struct Summary: Sendable {
        /// How many objects there are.
        var objectCount = 0
        /// Entries that are no objects, by reason.
        var ineligible: [String: Int] = [:]
        /// Triggers whose first complete scan this was, with how many objects were there before them.
        var baselines: [(trigger: Trigger, existing: Int)] = []
    }

    /// So many entries are looked at with one lookup in the ledger: what S3 lists with one request.
    private static let pageSize = 1000
    /// So often nothing must run before room that nobody makes is no longer waited for: 10 s.
    private static let mostIdleLooks = 40
    private static let lookInterval = Duration.milliseconds(250)
    /// What all parts share.
    let core: ProcessingCore
    /// Records what is seen.
    let intake: Intake
    /// The bucket's name.
    let bucket: BucketName
    /// Whether nothing runs now; nil where room is waited for however long it takes.
    var isStuck: (@Sendable () -> Bool)?

    /// Scans to the end; throws when it did not get there, and then nothing that needs completeness was done.
    func run() async throws(SluiceError) -> Summary {
        let snapshot = core.configuration
        guard let setup = snapshot.buckets[bucket] else { return Summary() }
        // Triggers that appear while this scan runs need one of their own.
        let open = snapshot.triggers(on: bucket).filter { core.hasOpenBaseline($0.name) }
        var summary = Summary()
        var tally = Intake.Tally()
        core.presence.update(bucket) { $0.begin() }
        let lister = setup.store.list(prefix: ObjectKey(bytes: []))
        while true {
            try await waitForRoom()
            let page = try await lister.next(limit: Self.pageSize)
            if page.isEmpty { break }
            core.presence.update(bucket) { $0.show(page) }
            var objects: [ObjectInfo] = []
            for entry in page {
                switch entry {
                case .object(let info): objects.append(info)
                case .ineligible(_, let reason): summary.ineligible[reason, default: 0] += 1
                }
            }
            summary.objectCount += objects.count
            tally += try await intake.listed(objects, in: bucket)
        }
        tally += try await VanishedKeys(core: core, intake: intake, bucket: bucket).look()
        summary.baselines = open.map { ($0, tally.existing[$0.name] ?? 0) }
        core.metrics.update { $0.scans[bucket, default: 0] += 1 }
        core.tell("scan", bucket: bucket, "\(summary.objectCount) objects, \(tally.delivered) to do")
        return summary
    }

    /// Scans what is recent; says nothing of what vanished, and ends no baseline. Returns how many deliveries
    /// were made.
    func runRecent(_ recent: RecentScan) async throws(SluiceError) -> Int {
        var delivered = 0
        for prefix in recent.prefixes(at: core.clock.now) {
            guard let setup = core.configuration.buckets[bucket] else { break }
            let lister = setup.store.list(prefix: prefix)
            while true {
                try await waitForRoom()
                let page = try await lister.next(limit: Self.pageSize)
                if page.isEmpty { break }
                let objects = page.compactMap { entry in
                    if case .object(let info) = entry { info } else { nil as ObjectInfo? }
                }
                delivered += try await intake.listed(objects, in: bucket).delivered
            }
        }
        if delivered > 0 { core.tell("scan", bucket: bucket, "recent objects, \(delivered) to do") }
        return delivered
    }

    /// Stands still while `max_pending` deliveries are ready (trap Q18).
    private func waitForRoom() async throws(SluiceError) {
        var idleLooks = 0
        while true {
            let ready = try await core.ledger.counters().reduce(0) {
                $0 + ($1.state == .ready ? $1.count : 0)
            }
            guard ready >= Int64(core.configuration.maxPending) else {
                core.clearProblem(about: "scan of \(bucket)")
                return
            }
            core.note(
                problem: "the scan of '\(bucket)' stands still: \(ready) are pending",
                about: "scan of \(bucket)"
            )
            if let isStuck {
                idleLooks = isStuck() ? idleLooks + 1 : 0
                guard idleLooks < Self.mostIdleLooks else { throw fullLedger(ready) }
            }
            do {
                try await core.clock.sleep(for: Self.lookInterval)
            } catch {
                throw SluiceError(.cancelled, "The scan of '\(bucket)' was cancelled.")
            }
        }
    }

    private func fullLedger(_ ready: Int64) -> SluiceError {
        SluiceError(
            .processingFull,
            "The scan of '\(bucket)' did not get to its end: \(ready) deliveries wait, and none can run.",
            hint: "See to what keeps them waiting, or raise 'max_pending'."
        )
    }
}

extension SluiceError.Code {
    /// As many deliveries as may wait do, and nothing that runs would make room for more.
    static let processingFull = Self("processing.full", .outage)
}
